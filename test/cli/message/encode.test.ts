import { readFileSync } from 'node:fs'
import test from 'ava'
import { runCli } from '../run-cli.ts'

const { hex, mti, fields } = JSON.parse(
  readFileSync('specs/hosts/meridian/transcripts/03-sale-approved.json', 'utf8'),
).steps[0]
const input = JSON.stringify({ mti, fields })

test('a message is put behind the frame header of its host when that is asked for', async (t) => {
  const { code, out } = await runCli(['encode', '--host', 'meridian', '--framed'], { input })
  t.is(code, 0)
  t.is(out, `00DC${hex}\n`)
  const back = await runCli(['decode', '--host', 'meridian', '--framed', '--json', '--unmasked'], {
    input: out,
  })
  t.deepEqual(JSON.parse(back.out), { mti, fields })
})

test('a dialect without a host has no frame', async (t) => {
  t.is((await runCli(['encode', '--edition', '1987-ascii', '--framed'], { input })).code, 2)
})

test('an edition takes what it prints', async (t) => {
  const words = ['--edition', '1987-ascii', '--jsonl']
  const decoded = await runCli(['decode', ...words, '--unmasked'], { input: `${hex}\n` })
  t.is(decoded.code, 0)
  const encoded = await runCli(['encode', ...words], { input: decoded.out })
  t.is(encoded.out, `${hex}\n`)
})

test('a masked message is not a message', async (t) => {
  const masked = await runCli(['decode', '--host', 'meridian', '--json', '--hex', hex])
  const { code, err } = await runCli(['encode', '--host', 'meridian'], { input: masked.out })
  t.is(code, 1)
  t.regex(err, /CONTENT_INVALID, 2/)
})

test('a message may begin with a byte order mark, and is no larger than the limit', async (t) => {
  const words = ['encode', '--host', 'meridian']
  t.is((await runCli(words, { input: `\uFEFF${input}\r\n` })).code, 0)
  const { code, out, err } = await runCli(words, { input: ' '.repeat(1_048_577) })
  t.is(code, 1)
  t.is(out, '')
  t.regex(err, /^INPUT_TOO_LARGE: /)
})

const encode = ['encode', '--host', 'meridian']

test('what is no JSON is told with its line and column, and why', async (t) => {
  const { code, err } = await runCli(encode, { input: '{"mti": "0800"\n "fields": {}}' })
  t.is(code, 1)
  t.is(err, 'NOT_JSON, message at line 2, column 2: is no JSON: a comma is missing\n')
  const json = await runCli([...encode, '--json'], { input: '{' })
  t.like(JSON.parse(json.out).error, { code: 'NOT_JSON', line: 1, column: 2 })
  const other = await runCli(encode, { input: '[]' })
  t.regex(other.err, /^NOT_A_MESSAGE, message: needs "mti"/)
})

test('a tag that the dialect lacks is named, but never one that may be a card number', async (t) => {
  const withTag = (tag: string) =>
    JSON.stringify({ mti, fields: { ...fields, '48': { [tag]: '1' } } })
  t.is((await runCli(encode, { input: withTag('77') })).err, 'TAG_UNKNOWN, 48: tag 77\n')
  t.is((await runCli(encode, { input: withTag(fields['2']) })).err, 'TAG_UNKNOWN, 48\n')
})

test('a masked value is told as one', async (t) => {
  const masked = await runCli(['decode', '--host', 'meridian', '--json', '--hex', hex])
  const { err } = await runCli(encode, { input: masked.out })
  t.regex(err, /^CONTENT_INVALID, 2: the value is masked; decode --unmasked/)
})
