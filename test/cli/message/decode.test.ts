import { readFileSync } from 'node:fs'
import test from 'ava'
import { runCli } from '../run-cli.ts'

const transcript = JSON.parse(
  readFileSync('specs/hosts/meridian/transcripts/03-sale-approved.json', 'utf8'),
)
const { hex, mti, fields } = transcript.steps[0]
const DECODE = ['decode', '--host', 'meridian']
const ENCODE = ['encode', '--host', 'meridian']

test('a message is shown element by element with its card number masked', async (t) => {
  const { code, out } = await runCli([...DECODE, '--hex', hex])
  t.is(code, 0)
  t.regex(out, /2\s+Primary account number\s+453957\*{6}1486/)
  t.regex(out, /48\.92\s+.*\*\*\*/)
  t.false(out.includes(fields['2']))
})

test('JSON is masked unless it is asked for in clear', async (t) => {
  const masked = await runCli([...DECODE, '--json', '--hex', hex])
  t.is(JSON.parse(masked.out).fields['2'], '453957******1486')
  t.is(JSON.parse(masked.out).fields['48']['92'], '***')
  const clear = await runCli([...DECODE, '--json', '--unmasked', '--hex', hex])
  t.deepEqual(JSON.parse(clear.out), { mti, fields })
})

test('what decode prints in clear, encode takes back to the same bytes', async (t) => {
  const input = `${hex}\n${hex.toLowerCase()}\n\n`
  const decoded = await runCli([...DECODE, '--jsonl', '--unmasked'], { input })
  t.is(decoded.code, 0)
  const encoded = await runCli([...ENCODE, '--jsonl'], { input: decoded.out })
  t.is(encoded.code, 0)
  t.deepEqual(encoded.out.split('\n'), [hex, hex, ''])
})

test('standard input is read when no hex is given, white space and all', async (t) => {
  const input = hex.replace(/(.{32})/g, '$1\n')
  t.is((await runCli(DECODE, { input })).code, 0)
})

const BAD: readonly [string, string, object][] = [
  ['a message cut short', hex.slice(0, -2), { code: 'TRUNCATED' }],
  ['bytes behind the message', `${hex}30`, { code: 'TRAILING_BYTES' }],
  ['text that is not hex', 'zz', { code: 'NOT_HEX', offset: 0, path: 'message' }],
]

for (const [what, text, error] of BAD) {
  test(`${what} gives code, offset and path, and exit code 1`, async (t) => {
    const json = await runCli([...DECODE, '--json', '--hex', text])
    t.is(json.code, 1)
    t.like(JSON.parse(json.out), { error })
    t.deepEqual(Object.keys(JSON.parse(json.out).error).sort(), ['code', 'offset', 'path'])
    const table = await runCli([...DECODE, '--hex', text])
    t.is(table.code, 1)
    t.is(table.out, '')
  })
}

test('in --jsonl a bad line does not stop the good ones', async (t) => {
  const { code, out } = await runCli([...DECODE, '--jsonl'], { input: `${hex}\nff\n${hex}\n` })
  t.is(code, 1)
  const lines = out
    .trim()
    .split('\n')
    .map((line) => Object.keys(JSON.parse(line)))
  t.deepEqual(lines, [['mti', 'fields'], ['error'], ['mti', 'fields']])
})

test('a value that the dialect cannot carry is refused by its path', async (t) => {
  const input = JSON.stringify({ mti, fields: { ...fields, 4: '12.50' } })
  const { code, out } = await runCli([...ENCODE, '--json'], { input })
  t.is(code, 1)
  t.like(JSON.parse(out), { error: { path: '4' } })
  for (const text of ['{', '[]', '{"mti":1}', '{"mti":"0200","fields":[]}']) {
    t.is((await runCli(ENCODE, { input: text })).code, 1)
  }
})

test('a dialect can be given as a file', async (t) => {
  const file = 'specs/hosts/meridian/dialect.json'
  t.is((await runCli(['decode', '--dialect', file, '--hex', hex])).code, 0)
})

test('a dialect that is not there, or not one, is a fault of configuration', async (t) => {
  for (const file of ['nowhere.json', 'README.md', 'specs/hosts/meridian/link.json']) {
    const { code, err } = await runCli(['decode', '--dialect', file, '--hex', hex])
    t.is(code, 3)
    t.true(err.includes(file))
  }
})

test('without a dialect the command line is wrong', async (t) => {
  t.is((await runCli(['decode', '--hex', hex])).code, 2)
  t.is((await runCli([...DECODE, '--dialect', 'x', '--hex', hex])).code, 2)
  t.is((await runCli([...DECODE, '--edition', '1987-ascii', '--hex', hex])).code, 2)
  t.is((await runCli(['decode', '--edition', '1988-ascii', '--hex', hex])).code, 2)
})

test('an option that would do nothing is refused', async (t) => {
  t.is((await runCli([...DECODE, '--hex', hex, '--jsonl'])).code, 2)
  t.is((await runCli([...DECODE, '--hex', hex, '--files'])).code, 2)
})

test('an edition of the standard is a dialect too', async (t) => {
  const { code, out } = await runCli(['decode', '--edition', '1987-ascii', '--hex', hex])
  t.is(code, 0)
  t.true(out.includes('453957******1486'))
})

test('parts are indented, and the size of the message is told', async (t) => {
  const { out } = await runCli([...DECODE, '--hex', hex])
  t.regex(out, /^ {2}48 .*\n {4}48\.80 /m)
  t.regex(out, /^ {2}220 bytes, 19 elements$/m)
})

test('a terminal has colour, a pipe has none, and the environment has its say', async (t) => {
  const words = [...DECODE, '--hex', hex]
  const isColoured = async (environment: NodeJS.ProcessEnv, isTTY?: true) =>
    (await runCli(words, { environment, ...(isTTY ? { isTTY } : {}) })).out.includes('\u001b[')
  t.false(await isColoured({}))
  t.true(await isColoured({}, true))
  t.false(await isColoured({ NO_COLOR: '1' }, true))
  t.true(await isColoured({ NO_COLOR: '' }, true))
  t.false(await isColoured({ TERM: 'dumb' }, true))
  t.true(await isColoured({ FORCE_COLOR: '1' }))
  t.false(await isColoured({ FORCE_COLOR: '0' }, true))
  const json = await runCli([...words, '--json'], { environment: { FORCE_COLOR: '1' } })
  t.false(json.out.includes('\u001b['))
})

const FRAMED = `00DC${hex}`

test('a frame around the message is recognised, and counted on when it is asked for', async (t) => {
  const found = await runCli([...DECODE, '--hex', FRAMED])
  t.is(found.code, 0)
  t.regex(found.out, /220 bytes, 19 elements, behind a frame header of 2/)
  t.is((await runCli([...DECODE, '--framed', '--hex', FRAMED])).code, 0)
  const lines = await runCli([...DECODE, '--jsonl'], { input: `${hex}\n${FRAMED}\n` })
  const [bare, framed] = lines.out.split('\n')
  t.is(bare, framed)
})

test('a frame that was asked for and is not there is refused', async (t) => {
  for (const bad of [hex, `00DD${hex}`, '00', `00DC${hex}30`]) {
    const { code, out } = await runCli([...DECODE, '--framed', '--json', '--hex', bad])
    t.is(code, 1)
    t.like(JSON.parse(out), { error: { offset: 0, path: 'frame' } })
    t.regex((await runCli([...DECODE, '--framed', '--hex', bad])).err, /no frame of this host/)
  }
  t.is((await runCli(['decode', '--edition', '1987-ascii', '--framed', '--hex', hex])).code, 2)
})

test('of a message that is refused, what was read is shown masked, and no byte more', async (t) => {
  const place = 2 * 72
  const bad = `${hex.slice(0, place)}58${hex.slice(place + 2)}`
  const { code, err } = await runCli([...DECODE, '--unmasked', '--hex', bad])
  t.is(code, 1)
  t.regex(err, /CONTENT_INVALID at byte 72, 12: not a message of meridian/)
  t.regex(err, /element 12 begins at byte 72 of 220/)
  t.regex(err, /453957\*{6}1486/)
  t.false(err.includes(fields['2']))
  t.regex(
    (await runCli([...DECODE, '--hex', `${hex}30`])).err,
    /the elements end at byte 220 of 221/,
  )
  t.regex((await runCli([...DECODE, '--hex', '3038'])).err, /it has 2 bytes/)
})

test('a host that is not known is told with those that are', async (t) => {
  for (const words of [['decode', '--hex', '00'], ['encode']]) {
    const { code, err } = await runCli([...words, '--host', 'fjord'])
    t.is(code, 3)
    t.regex(
      err,
      /^no host is called fjord; known are .*meridian.*; for a folder write \.\/fjord\n$/,
    )
  }
})

test('a file is told to be missing or to be a folder, without the system’s words', async (t) => {
  const words = ['decode', '--hex', '00', '--dialect']
  t.regex((await runCli([...words, 'nowhere.json'])).err, /\(file\): is missing$/m)
  t.regex((await runCli([...words, 'specs'])).err, /\(file\): is a folder, not a file$/m)
  const diff = ['decode', '--host', 'meridian', '--files', '--diff', 'nowhere', 'nowhere']
  t.like(await runCli(diff), { code: 3, err: 'nowhere is missing\n' })
})

test('one element is one element', async (t) => {
  const hex = '3038303030303230303030303030303030303030303030303031'
  const { out } = await runCli(['decode', '--host', 'meridian', '--hex', hex])
  t.regex(out, /26 bytes, 1 element$/m)
})
