import test from 'ava'
import fc from 'fast-check'
import { compileDialect, DecodeError, type Message } from '#iso8583'
import { messagesOf } from '../arbitrary-messages.ts'
import { meridian, projectJson } from '../dialects.ts'
import { EVERY_KIND } from './straight/every-kind.ts'

const FILES = [
  'specs/hosts/meridian/dialect.json',
  'specs/hosts/pampas/dialect.json',
  'specs/hosts/kestrel/dialect.json',
  'specs/hosts/borealis/dialect.json',
]

for (const specification of [...FILES.map(projectJson), EVERY_KIND]) {
  test(`in ${specification['name']} the elements stand one behind the other, to the end`, (t) => {
    const dialect = compileDialect(specification)
    fc.assert(
      fc.property(messagesOf(dialect), (message) => {
        const bytes = dialect.pack(message)
        const [type, ...places] = dialect.locate(bytes)
        t.like(type, { element: 'mti', at: 0, valueAt: 0 })
        t.deepEqual(
          places.map(({ element }) => element),
          Object.keys(message.fields),
        )
        for (const [index, { at, valueAt, end }] of places.entries()) {
          if (index > 0) t.is(at, places[index - 1]?.end ?? 0)
          t.true(at <= valueAt && valueAt <= end)
        }
        if (places.length > 0) t.is(places.at(-1)?.end, bytes.length)
      }),
      { numRuns: 50 },
    )
  })

  test(`in ${specification['name']} an element has the bytes that it has alone`, (t) => {
    const dialect = compileDialect(specification)
    fc.assert(
      fc.property(messagesOf(dialect), ({ mti, fields }) => {
        const bytes = dialect.pack({ mti, fields })
        for (const { element, at, end } of dialect.locate(bytes).slice(1)) {
          const alone: Message = { mti, fields: { [element]: fields[element] ?? '' } }
          t.deepEqual(dialect.pack(alone).subarray(at - end), bytes.subarray(at, end), element)
        }
      }),
      { numRuns: 20 },
    )
  })
}

test('the value begins behind the length prefix', (t) => {
  const message = { mti: '0200', fields: { 2: '4111111111111111', 11: '000123', 44: 'text' } }
  const bytes = meridian().pack(message)
  const texts = meridian()
    .locate(bytes)
    .map(({ element, at, valueAt, end }) => [
      element,
      bytes.toString('latin1', at, valueAt),
      bytes.toString('latin1', valueAt, end),
    ])
  t.deepEqual(texts, [
    ['mti', '', '0200'],
    ['2', '16', '4111111111111111'],
    ['11', '', '000123'],
    ['44', '04', 'text'],
  ])
})

test('bytes that are cut off, or go on, are no message', (t) => {
  const bytes = meridian().pack({ mti: '0200', fields: { 2: '4111111111111111', 11: '000123' } })
  for (let length = 0; length < bytes.length; length += 1) {
    t.throws(() => meridian().locate(bytes.subarray(0, length)), { instanceOf: DecodeError })
  }
  const longer = Buffer.concat([bytes, Buffer.from('0')])
  t.throws(() => meridian().locate(longer), { code: 'TRAILING_BYTES' })
})
