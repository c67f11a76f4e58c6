import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { DialectError } from '#iso8583'
import { ProfileError, readCompiled, readText } from '../src/spec-files.ts'

function fileOf(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sallyport-spec-file-')), 'spec.json')
  writeFileSync(file, text)
  return file
}

test('of a file without end no more is read than a specification may have', (t) => {
  const error = t.throws(() => readCompiled('/dev/zero', (spec) => spec), {
    instanceOf: ProfileError,
  })
  t.regex(error?.faults[0]?.reason ?? '', /larger than \d+ bytes/)
})

test('what is compiled is the document, and its faults are told by line; a bug is not', (t) => {
  const file = fileOf('{\n  "a": 1\n}')
  const refuse = () => {
    throw new DialectError([{ path: ['a'], reason: 'is no name' }])
  }
  const fail = () => {
    throw new TypeError('a bug')
  }
  t.deepEqual(
    readCompiled(file, (spec, text) => ({ spec, lines: text.split('\n').length })),
    { spec: { a: 1 }, lines: 3 },
  )
  const error = t.throws(() => readCompiled(file, refuse), { instanceOf: ProfileError })
  t.deepEqual(error?.faults, [{ line: 2, column: 3, path: '/a', reason: 'is no name' }])
  t.is(error?.message, `${file} cannot be used:\n  ${file}:2:3 /a: is no name`)
  t.throws(() => readCompiled(file, fail), { instanceOf: TypeError })
  rmSync(file)
})

test('why the system does not give a file is told in words', (t) => {
  t.throws(() => readText('/nowhere/at-all.json'), { message: /:1:1 \(file\): is missing$/ })
  t.throws(() => readText('/'), { message: /is a folder, not a file$/ })
})
