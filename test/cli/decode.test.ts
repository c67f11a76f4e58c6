import { readFileSync } from 'node:fs'
import test from 'ava'
import { runCli } from './run-cli.ts'

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
})
