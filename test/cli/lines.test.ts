import { Readable } from 'node:stream'
import test from 'ava'
import { bytesOf, INPUT_BYTES_MAX, InputError, linesOf, textOf } from '../../src/cli/lines.ts'

async function linesIn(...pieces: (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = []
  for await (const line of linesOf(Readable.from(pieces))) lines.push(line)
  return lines
}

test('lines are the same however the stream is cut, and whatever ends them', async (t) => {
  const text = '\uFEFFone\r\n\n  two é \nthree'
  const expected = ['one', 'two é', 'three']
  t.deepEqual(await linesIn(text), expected)
  t.deepEqual(await linesIn(...Array.from(Buffer.from(text), (byte) => Buffer.of(byte))), expected)
  t.deepEqual(await linesIn(`${text}\n`), expected)
  t.deepEqual(await linesIn(), [])
})

test('a line at the limit is read, one past it is refused', async (t) => {
  const full = '0'.repeat(INPUT_BYTES_MAX)
  t.deepEqual(await linesIn('1\n', full, '\n2'), ['1', full, '2'])
  await t.throwsAsync(linesIn('1\n', full, '0\n2'), { instanceOf: InputError })
  await t.throwsAsync(linesIn('1\n', `${full}0`), { instanceOf: InputError })
})

test('a whole input at the limit is read, one past it is refused', async (t) => {
  const full = Buffer.alloc(INPUT_BYTES_MAX, 0xff)
  t.is((await bytesOf(Readable.from([full]))).byteLength, INPUT_BYTES_MAX)
  const more = () => Readable.from([full, Buffer.of(0)])
  await t.throwsAsync(bytesOf(more()), { instanceOf: InputError })
  await t.throwsAsync(textOf(more()), { instanceOf: InputError, code: 'INPUT_TOO_LARGE' })
})

test('a byte order mark is no part of a text', async (t) => {
  t.is(await textOf(Readable.from(['\uFEFF{}'])), '{}')
})
