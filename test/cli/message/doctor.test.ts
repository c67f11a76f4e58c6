import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { CAPTURE_CHARACTERS_MAX } from '../../../src/cli/message/capture.ts'
import { runCli } from '../run-cli.ts'

const { hex, fields } = JSON.parse(
  readFileSync('specs/hosts/meridian/transcripts/03-sale-approved.json', 'utf8'),
).steps[0]
const FRAMED = `00DC${hex}`

test('the dialect and the header of a capture are named, and the message shown masked', async (t) => {
  const { code, out } = await runCli(['doctor', '--hex', FRAMED])
  t.is(code, 0)
  t.regex(out, /^fits\n {2}--host meridian +2-byte binary length, 220 bytes from byte 2/m)
  t.regex(out, /^ {2}--host meridian .*, as its host sends it; 19 elements$/m)
  t.regex(out, /as --host meridian reads it\n {2}mti .*\n {2}2 .*453957\*{6}1486/)
  t.false(out.includes(fields['2']))
})

test('where the others stop is told, the furthest first', async (t) => {
  const { out } = await runCli(['doctor', '--json'], { input: FRAMED })
  const { fits, misfits } = JSON.parse(out)
  t.like(fits[0], { dialect: '--host meridian', isOwnHeader: true, reading: 'hex' })
  t.true(fits[0].elements.includes(48))
  t.true(misfits.length > 3)
  const offsets = misfits.map((it: { offset: number }) => it.offset)
  t.deepEqual(
    offsets,
    [...offsets].sort((a, b) => b - a),
  )
  t.true(misfits.every((it: Record<string, unknown>) => it['code'] && it['path'] && it['hint']))
})

test('a dump is read as it was pasted', async (t) => {
  const bytes = Buffer.from(FRAMED, 'hex')
  const lines = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) => {
    const part = bytes.subarray(16 * line, 16 * line + 16).toString('hex')
    return `${(16 * line).toString(16).padStart(4, '0')}   ${part.replace(/..(?!$)/g, '$& ')}`
  })
  const { code, out } = await runCli(['doctor'], { input: `${lines.join('\n')}\n` })
  t.is(code, 0)
  t.regex(out, /^222 bytes as dump/)
})

test('a capture that nothing fits has hints, and exit code 1', async (t) => {
  const bad = hex.replace(/^30/, '58')
  const { code, out } = await runCli(['doctor', '--hex', `${bad}0A`])
  t.is(code, 1)
  t.regex(out, /hint: it ends in a line end/)
  t.false(/\b4539578763621486\b/.test(out))
  const json = await runCli(['doctor', '--json', '--hex', `${bad}0A`])
  t.is(json.code, 1)
  t.deepEqual(JSON.parse(json.out).fits, [])
})

test('a dialect file is tried before the known ones', async (t) => {
  const file = 'test/vectors/iso87ascii.dialect.json'
  const { out } = await runCli(['doctor', '--json', '--hex', hex, '--dialect', file])
  const names = JSON.parse(out).fits.map((it: { dialect: string }) => it.dialect)
  t.true(names.includes(`--dialect ${file}`))
  t.is((await runCli(['doctor', '--hex', hex, '--dialect', 'nowhere.json'])).code, 3)
})

test('there is a bound on the dialects that are tried', async (t) => {
  const files = Array.from({ length: 65 }, () => 'test/vectors/iso87ascii.dialect.json')
  const { code, err } = await runCli(['doctor', '--hex', hex, '--dialect', ...files])
  t.is(code, 2)
  t.regex(err, /at most 64 dialects/)
})

test('a host folder’s own header is tried with its dialect', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-doctor-'))
  const dialect = readFileSync('specs/hosts/meridian/dialect.json', 'utf8')
  writeFileSync(join(folder, 'dialect.json'), dialect)
  const header = { length: { bytes: 5, encoding: 'ascii' } }
  writeFileSync(join(folder, 'link.json'), JSON.stringify({ header }))
  const text = `${Buffer.from('00220').toString('hex')}${hex}`
  const file = join(folder, 'dialect.json')
  const { out } = await runCli(['doctor', '--json', '--hex', text, '--dialect', file])
  t.like(JSON.parse(out).fits[0], { dialect: `--dialect ${file}`, isOwnHeader: true })
  writeFileSync(join(folder, 'link.json'), '{"header":{}}')
  const { code, err } = await runCli(['doctor', '--hex', text, '--dialect', file])
  t.is(code, 3)
  t.regex(err, /link\.json.*header/)
})

test('a capture may be the bytes themselves, and hex may follow a byte order mark', async (t) => {
  const packed = Buffer.from('0800802000000000000004000000000000000000010301', 'hex')
  const raw = await runCli(['doctor', '--json'], { input: packed })
  t.is(raw.code, 0)
  t.like(JSON.parse(raw.out).fits[0], { reading: 'text', frame: { bytes: packed.byteLength } })
  const marked = await runCli(['doctor'], { input: `\uFEFF${packed.toString('hex')}\r\n` })
  t.is(marked.code, 0)
})

test('without a capture --json says so in JSON', async (t) => {
  const { code, out, err } = await runCli(['doctor', '--json', '--hex', ''])
  t.is(code, 1)
  t.is(err, '')
  t.like(JSON.parse(out), { error: { code: 'NO_CAPTURE' } })
})

test('nothing, and more than a message, is refused', async (t) => {
  t.is((await runCli(['doctor'])).code, 1)
  for (const text of ['30'.repeat(65_536), ' '.repeat(CAPTURE_CHARACTERS_MAX + 1)]) {
    const { code, err } = await runCli(['doctor', '--hex', text])
    t.is(code, 1)
    t.regex(err, /1 to 65535 bytes/)
  }
})

test('dialects that fail at the message type are named behind one line', async (t) => {
  const { code, out } = await runCli(['doctor', '--hex', 'deadbeef'])
  t.is(code, 1)
  t.regex(out, /^ {2}9 dialects fail at the message type: CONTENT_INVALID, NIBBLE_INVALID$/m)
  t.true(out.split('\n').every((line) => line.length <= 80))
  t.false(out.includes('EBCDIC'))
  t.is(JSON.parse((await runCli(['doctor', '--json', '--hex', 'deadbeef'])).out).misfits.length, 9)
})

test('no line of a capture that fits somewhere else is wider than a terminal', async (t) => {
  const { out } = await runCli(['doctor', '--hex', `${hex}FF`])
  const told = out.split('as --host')[0] ?? ''
  t.true(told.split('\n').every((line) => line.length <= 100))
})

const PROBABLE: readonly [string, string][] = [
  ['000004deadbeef', 'a 3-byte binary length is right for the 4 bytes after it'],
  ['000007deadbeef', 'a 3-byte binary length that counts itself is right for the 4 bytes after it'],
  ['303034deadbeef', 'a 3-digit ASCII length is right for the 4 bytes after it'],
  ['00000010deadbeefdeadbeefdead', 'a 4-byte packed length is right for the 10 bytes after it'],
  [
    '31316000010002deadbeefdead',
    'a 2-digit ASCII length is right for the 11 bytes after it, a TPDU of 5 among them',
  ],
]

for (const [capture, hint] of PROBABLE) {
  test(`a probable header is named: ${hint}`, async (t) => {
    const { hints } = JSON.parse((await runCli(['doctor', '--json', '--hex', capture])).out)
    t.true(hints.includes(hint), hints.join('; '))
  })
}
