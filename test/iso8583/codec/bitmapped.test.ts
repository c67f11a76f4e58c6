import test from 'ava'
import { decodeFault, dialectOf, encodeFault, HEAD } from '../dialects.ts'

const digit = { name: 'x', content: 'n', length: 1 }
const text = { name: 'y', content: 'ans', length: { max: 9, prefix: { digits: 1 } } }

const dialectWith = (bitmap: Record<string, unknown>, parts: Record<string, unknown>) =>
  dialectOf({
    name: 'parts by bitmap',
    length: { min: 0, max: 60, prefix: { digits: 2 } },
    composite: { kind: 'bitmap', bitmap, parts },
  })

const bytesOf = (hex: string) => {
  const length = String(hex.length / 2).padStart(2, '0')
  return Buffer.concat([Buffer.from(HEAD + length), Buffer.from(hex, 'hex')])
}

/** Worked out by hand. */
const ON_THE_LINE: readonly [
  what: string,
  bitmap: Record<string, unknown>,
  value: Record<string, string>,
  hex: string,
][] = [
  [
    'eight raw bytes',
    { encoding: 'binary' },
    { 1: '7', 8: 'ab' },
    '8100000000000000' + '37' + '326162',
  ],
  ['one byte', { encoding: 'binary', bytes: 1 }, { 1: '7', 8: 'ab' }, '81' + '37' + '326162'],
  ['three bytes', { encoding: 'binary', bytes: 3 }, { 8: '', 24: '5' }, '010001' + '30' + '35'],
  [
    'hex of two bytes',
    { encoding: 'hex', bytes: 2 },
    { 8: 'z', 12: '1' },
    '30313130' + '317a' + '31',
  ],
  [
    'EBCDIC hex of one byte',
    { encoding: 'hex-ebcdic', bytes: 1 },
    { 1: '1', 3: '2', 5: '3' },
    'c1f8' + '313233',
  ],
  ['sixteen bytes', { encoding: 'binary', bytes: 16 }, { 128: '9' }, `${'0'.repeat(31)}139`],
  ['one of two bitmaps', { encoding: 'binary', count: 2 }, { 2: '1' }, '4000000000000000' + '31'],
  [
    'two of three bitmaps',
    { encoding: 'binary', count: 3 },
    { 2: '1', 66: '2' },
    'c000000000000000' + '4000000000000000' + '3132',
  ],
  [
    'three bitmaps',
    { encoding: 'binary', count: 3 },
    { 129: '1', 192: '2' },
    '8000000000000000' + '8000000000000000' + '8000000000000001' + '3132',
  ],
  ['no part', { encoding: 'binary', bytes: 2 }, {}, '0000'],
]

for (const [what, bitmap, value, hex] of ON_THE_LINE) {
  test(`a composite with a bitmap of ${what} stands on the line as ${hex}`, (t) => {
    const parts = Object.fromEntries(
      Object.keys(value).map((number) => [
        number,
        number === '8' ? { ...text, length: { ...text.length, min: 0 } } : digit,
      ]),
    )
    const dialect = dialectWith(bitmap, parts)
    const message = { mti: '0200', fields: { 2: value } }
    t.deepEqual(dialect.pack(message), bytesOf(hex))
    t.deepEqual(dialect.unpack(bytesOf(hex)), message)
  })
}

const binary = dialectWith({ encoding: 'binary', count: 2 }, { 2: digit, 5: text, 66: digit })
const hex = dialectWith({ encoding: 'hex', bytes: 1 }, { 1: digit, 8: digit })

const DAMAGED: readonly [what: string, dialect: typeof binary, hex: string, fault: string][] = [
  ['no bitmap', binary, '', 'TRUNCATED 22 2'],
  ['half a bitmap', binary, '40000000', 'TRUNCATED 22 2'],
  ['a bit without a part', binary, '020000000000000031', 'FIELD_UNKNOWN 22 2.7'],
  ['a bit without a part in its last byte', binary, '400000000000000131', 'FIELD_UNKNOWN 29 2.64'],
  [
    'a bit without a part in its second bitmap',
    binary,
    '80000000000000000000000000000001',
    'FIELD_UNKNOWN 37 2.128',
  ],
  ['a second bitmap that is missing', binary, '8000000000000000', 'TRUNCATED 30 2'],
  [
    'a second bitmap that is empty',
    binary,
    '80000000000000000000000000000000',
    'BITMAP_INVALID 30 2',
  ],
  ['a part cut off', binary, '4000000000000000', 'TRUNCATED 30 2.2'],
  ['a part that reaches past its end', binary, '08000000000000003361', 'TRUNCATED 31 2.5'],
  ['a part under its minimum', binary, '080000000000000030', 'LENGTH_UNDER_MIN 30 2.5'],
  ['bytes behind its parts', binary, '40000000000000003131', 'TRAILING_BYTES 31 2'],
  ['a character that is no hex', hex, '38473131', 'BITMAP_INVALID 23 2'],
  ['a hex bit without a part', hex, '343131', 'FIELD_UNKNOWN 22 2.2'],
  [
    'lower-case hex',
    dialectWith({ encoding: 'hex', bytes: 1 }, { 1: digit, 3: digit }),
    '61303132',
    'accepted',
  ],
]

for (const [what, dialect, bytes, fault] of DAMAGED) {
  test(`a composite with ${what}: ${fault}`, (t) =>
    t.is(decodeFault(dialect, bytesOf(bytes)), fault))
}

const REFUSED: readonly [what: string, value: unknown, fault: string][] = [
  ['a part that is not listed', { 3: '1' }, 'FIELD_UNKNOWN 2.3'],
  ['the bit that announces', { 1: '1' }, 'FIELD_UNKNOWN 2.1'],
  ['a key that is no number', { '4111111111111111': '1' }, 'FIELD_UNKNOWN 2'],
  ['a key of the prototype', JSON.parse('{"__proto__": "1"}'), 'FIELD_UNKNOWN 2'],
  ['a part that is undefined', { 2: undefined }, 'VALUE_TYPE 2.2'],
  ['a wrong value', { 2: 'x' }, 'CONTENT_INVALID 2.2'],
  ['an order', { 2: '1', $order: '2' }, 'FIELD_UNKNOWN 2'],
  ['a text for it', '31', 'VALUE_TYPE 2'],
]

for (const [what, value, fault] of REFUSED) {
  test(`packing refuses a bitmap composite with ${what}: ${fault}`, (t) =>
    t.is(encodeFault(binary, { 2: value }), fault))
}

test('a bitmap composite over its maximum is refused while it is written', (t) => {
  const parts = { 1: text, 2: text, 3: text }
  const composite = { kind: 'bitmap', bitmap: { encoding: 'binary', bytes: 1 }, parts }
  const dialect = dialectOf({ name: 'x', length: { max: 9, prefix: { digits: 1 } }, composite })
  t.is(encodeFault(dialect, { 2: { 1: 'abc', 2: 'abc' } }), 'accepted')
  t.is(encodeFault(dialect, { 2: { 1: 'abc', 2: 'abcd' } }), 'LENGTH_OVER_MAX 2')
})

test('bitmaps nest, each with bits of its own', (t) => {
  const inner = {
    name: 'x',
    length: { max: 9, prefix: { digits: 1 } },
    composite: {
      kind: 'bitmap',
      bitmap: { encoding: 'binary', bytes: 1 },
      parts: { 1: digit, 8: digit },
    },
  }
  const dialect = dialectWith({ encoding: 'binary', bytes: 1 }, { 1: inner, 2: inner, 3: digit })
  const message = { mti: '0200', fields: { 2: { 1: { 8: '1' }, 2: { 1: '2', 8: '3' }, 3: '4' } } }
  t.deepEqual(dialect.unpack(dialect.pack(message)), message)
})
