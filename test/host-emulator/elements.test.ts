import test from 'ava'
import fc from 'fast-check'
import type { Composite } from '#iso8583'
import {
  bare,
  copierOf,
  type Draft,
  presenceAt,
  readerAt,
  sameButFilling,
  writerAt,
} from '../../src/host-emulator/elements.ts'

const key = fc.constantFrom('2', '48', '56', 'stan', '9F26')
const path = fc.array(key, { minLength: 1, maxLength: 4 }).map((keys) => keys.join('.'))
const { message } = fc.letrec<{ value: string | Composite; message: Composite }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.string(), tie('message')),
  message: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
}))

test('what is written at a path is read there, and no composite that was there has changed', (t) => {
  fc.assert(
    fc.property(message, path, fc.string(), (fields, at, value) => {
      const before = structuredClone(fields)
      const draft: Draft = { ...fields }
      writerAt(at)(draft, value)
      t.is(readerAt(at)(draft), value)
      t.true(presenceAt(at)(draft))
      t.deepEqual(fields, before)
    }),
  )
})

test('a copy has at its paths what the original has there, and nothing else', (t) => {
  fc.assert(
    fc.property(message, fc.array(path, { maxLength: 3 }), (fields, paths) => {
      const copy: Draft = {}
      copierOf(paths)(fields, copy)
      for (const at of paths) {
        t.is(readerAt(at)(copy), readerAt(at)(fields))
        t.is(presenceAt(at)(copy), presenceAt(at)(fields))
      }
      t.true(Object.keys(copy).every((element) => paths.some((at) => at.startsWith(element))))
    }),
  )
})

const FILLED: readonly (readonly [text: string, bare: string])[] = [
  ['445566', '445566'],
  ['00000445566', '445566'],
  ['TERM1   ', 'TERM1'],
  ['000000', '0'],
  ['0', '0'],
  ['   ', ''],
  ['', ''],
]

for (const [text, expected] of FILLED) {
  test(`«${text}» without its filling is «${expected}»`, (t) => {
    t.is(bare(text), expected)
    t.true(sameButFilling(text, expected))
    t.false(sameButFilling(text, `${expected}1`))
  })
}
