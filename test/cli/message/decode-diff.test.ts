import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { runCli } from '../run-cli.ts'

const { hex } = JSON.parse(
  readFileSync('specs/hosts/meridian/transcripts/03-sale-approved.json', 'utf8'),
).steps[0] as { hex: string }

const swapped = (from: string, to: string) =>
  hex.replace(Buffer.from(from).toString('hex').toUpperCase(), Buffer.from(to).toString('hex'))

const PAN = '4539578763621486'
const TWIN = '4539570000001486'
const DIFF = ['decode', '--host', 'meridian', '--diff']

test('two messages that are the same give exit code 0', async (t) => {
  const { code, out } = await runCli([...DIFF, hex, hex.toLowerCase()])
  t.is(code, 0)
  t.regex(out, /the messages are the same/)
})

test('a value that differs shows both, and gives exit code 1', async (t) => {
  const { code, out } = await runCli([...DIFF, hex, swapped('TERM0001', 'TERM0002')])
  t.is(code, 1)
  t.regex(out, /^ {2}41 {2}Card acceptor terminal identification {2}TERM0001 {2}-> {2}TERM0002$/m)
})

test('two card numbers that look alike masked are still told apart', async (t) => {
  const { code, out } = await runCli([...DIFF, hex, swapped(PAN, TWIN)])
  t.is(code, 1)
  t.regex(out, /453957\*{6}1486 {2}differs \(masked\)/)
  t.false(out.includes(PAN))
  const clear = await runCli([...DIFF, hex, swapped(PAN, TWIN), '--unmasked'])
  t.regex(clear.out, new RegExp(`${PAN} {2}-> {2}${TWIN}`))
})

test('an element that only one has is named with its side', async (t) => {
  const packed = async (fields: object) => {
    const input = JSON.stringify({ mti: '0800', fields })
    return (await runCli(['encode', '--host', 'meridian'], { input })).out.trim()
  }
  const a = await packed({ 7: '1122100000', 11: '000001', 70: '301' })
  const b = await packed({ 7: '1122100000', 70: '301' })
  const { code, out } = await runCli([...DIFF, a, b])
  t.is(code, 1)
  t.is(out, '  11  System trace audit number  only in a  000001\n')
  t.regex((await runCli([...DIFF, b, a])).out, /only in b {2}000001/)
})

test('JSON says the same, masked', async (t) => {
  const { out } = await runCli([...DIFF, hex, swapped(PAN, TWIN), '--json'])
  const masked = '453957******1486'
  t.deepEqual(JSON.parse(out), {
    same: false,
    differences: [
      { kind: 'value', path: '2', name: 'Primary account number', a: masked, b: masked },
    ],
  })
})

test('messages are read from files, and in their frames', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-diff-'))
  const files = [hex, `00DC${hex}`].map((text, index) => {
    const file = join(folder, `${index}.hex`)
    writeFileSync(file, `${text}\n`)
    return file
  })
  t.is((await runCli([...DIFF, ...files, '--files'])).code, 0)
  t.is((await runCli([...DIFF, ...files, '/nowhere.hex', '--files'])).code, 2)
  t.is((await runCli([...DIFF, ...files.slice(1), '/nowhere.hex', '--files'])).code, 3)
})

test('what is no message is named by its side', async (t) => {
  const { code, err } = await runCli([...DIFF, hex, hex.slice(0, -2)])
  t.is(code, 1)
  t.regex(err, /message b: TRUNCATED at byte 2\d\d, 49/)
  const json = await runCli([...DIFF, 'zz', hex, '--json'])
  t.deepEqual(JSON.parse(json.out), {
    error: { code: 'NOT_HEX', offset: 0, path: 'message', message: 'a' },
  })
})

test('one message cannot be compared', async (t) => {
  t.is((await runCli([...DIFF, hex])).code, 2)
  t.is((await runCli([...DIFF, hex, hex, '--jsonl'])).code, 2)
})
