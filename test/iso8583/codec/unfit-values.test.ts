import test from 'ava'
import fc from 'fast-check'
import { EncodeError } from '#iso8583'
import { dialectOf, encodeFault } from '../dialects.ts'

const prefix = { digits: 2, encoding: 'bcd' }
const length = { min: 0, max: 8, prefix }

/** An element of every way to write a value, without a pad that a value may lack. */
const ELEMENTS: Readonly<Record<string, Record<string, unknown>>> = {
  'digits in ASCII': { content: 'n', length },
  'text in ASCII': { content: 'ans', length },
  'text in EBCDIC 037': { content: 'ans', encoding: 'ebcdic-037', length },
  'text in EBCDIC 1047': { content: 'ans', encoding: 'ebcdic-1047', length },
  'a track in ASCII': { content: 'z', length },
  'an amount with a sign': { content: 'x+n', length: { ...length, min: 2 } },
  'a date': { content: 'MMDD', length: 4 },
  'packed digits': { content: 'n', encoding: 'bcd', length },
  'a packed track': { content: 'z', encoding: 'bcd', length },
  'a packed amount with a sign': { content: 'x+n', encoding: 'bcd', length: 5 },
  'a packed date': { content: 'MMDD', encoding: 'bcd', length: 4 },
  'raw binary': { content: 'b', encoding: 'binary', length },
  'hex text': { content: 'b', encoding: 'hex', length },
  'EBCDIC hex text': { content: 'b', encoding: 'hex-ebcdic', length },
}

/** Good characters, near misses, halves of surrogate pairs and whatever else a string may hold. */
const strings = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0129CDFdf=+- '), maxLength: 9 }),
  fc.string({ unit: 'binary', maxLength: 9 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 9 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom('\ud800', '1\udfff', '\u0131\u0132', '\u0661\u0662', '１２', '1234\0', '１231'),
)

for (const [what, element] of Object.entries(ELEMENTS)) {
  test(`any string for ${what} is refused, or read back as it was`, (t) => {
    const dialect = dialectOf({ name: 'x', ...element })
    fc.assert(
      fc.property(strings, (value) => {
        try {
          const packed = dialect.pack({ mti: '0200', fields: { 2: value } })
          const read = dialect.unpack(packed).fields['2']
          t.is(read, element['content'] === 'b' ? value.toUpperCase() : value)
        } catch (error) {
          if (!(error instanceof EncodeError)) throw error
          t.regex(error.message, /^[A-Z_]+, 2$/)
        }
      }),
      { numRuns: 300 },
    )
  })
}

const packed = (content: string) => dialectOf({ name: 'x', ...ELEMENTS[`packed ${content}`] })
const REFUSED: readonly [what: string, element: string, value: unknown, fault: string][] = [
  ['a card number with a letter', 'packed digits', '4111111A', 'CONTENT_INVALID 2'],
  ['a separator', 'packed digits', '41=12', 'CONTENT_INVALID 2'],
  ['a separator that would come back as another', 'a packed track', '41D12', 'CONTENT_INVALID 2'],
  ['a month of 13', 'a packed date', '1301', 'CONTENT_INVALID 2'],
  ['another sign', 'a packed amount with a sign', '-0001', 'CONTENT_INVALID 2'],
  ['no sign', 'a packed amount with a sign', '00001', 'CONTENT_INVALID 2'],
  ['half a byte', 'raw binary', '0', 'CONTENT_INVALID 2'],
  ['a number', 'packed digits', 42, 'VALUE_TYPE 2'],
  ['a list of texts', 'packed digits', ['1'], 'VALUE_TYPE 2'],
  ['a boxed text', 'text in ASCII', new String('a'), 'VALUE_TYPE 2'],
]

for (const [what, element, value, fault] of REFUSED) {
  test(`packing refuses ${what} for ${element}: ${fault}`, (t) =>
    t.is(encodeFault(dialectOf({ name: 'x', ...ELEMENTS[element] }), { 2: value }), fault))
}

test('a message of a prototype of its own is packed by its own members', (t) => {
  const inherited = { mti: '0200', fields: Object.create({ 2: '123' }) }
  t.deepEqual(packed('digits').pack(inherited), packed('digits').pack({ mti: '0200', fields: {} }))
  t.is(encodeFault(packed('digits'), JSON.parse('{"__proto__": "1"}')), 'FIELD_UNKNOWN message')
})
