import test from 'ava'
import { decodeFault, dialectOf, encodeFault, HEAD } from '../dialects.ts'

const dialectWith = (tag: Record<string, unknown>, keys: readonly string[]) =>
  dialectOf({
    name: 'tags',
    length: { max: 99, prefix: { digits: 2 } },
    composite: {
      kind: 'tagged',
      tag,
      prefix: { bytes: 1, encoding: 'binary' },
      parts: Object.fromEntries(
        keys.map((key) => [key, { name: 'x', content: 'ans', length: { min: 0, max: 9 } }]),
      ),
    },
  })

const ON_THE_LINE: readonly [
  what: string,
  tag: Record<string, unknown>,
  key: string,
  hex: string,
][] = [
  ['ASCII digits', { content: 'n', length: 2 }, '07', '3037'],
  ['EBCDIC characters', { content: 'an', length: 2, encoding: 'ebcdic-037' }, 'A7', 'c1f7'],
  ['packed digits', { content: 'n', length: 4, encoding: 'bcd' }, '0107', '0107'],
  ['a raw byte', { content: 'b', length: 1, encoding: 'binary' }, '5F', '5f'],
  ['two raw bytes', { content: 'b', length: 2, encoding: 'binary' }, '005F', '005f'],
  ['hex text', { content: 'b', length: 1, encoding: 'hex' }, '5F', '3546'],
  ['EBCDIC hex text', { content: 'b', length: 1, encoding: 'hex-ebcdic' }, '5F', 'f5c6'],
]

for (const [what, tag, key, hex] of ON_THE_LINE) {
  test(`a tag of ${what} stands on the line as ${hex}`, (t) => {
    const dialect = dialectWith(tag, [key])
    const message = { mti: '0200', fields: { 2: { [key]: 'ab' } } }
    const packed = dialect.pack(message)
    const length = String(hex.length / 2 + 3).padStart(2, '0')
    t.is(packed.toString('latin1', 0, 22), HEAD + length)
    t.is(packed.toString('hex', 22), `${hex}026162`)
    t.deepEqual(dialect.unpack(packed), message)
  })
}

const bytesOf = (hex: string) =>
  Buffer.concat([
    Buffer.from(HEAD + String(hex.length / 2).padStart(2, '0')),
    Buffer.from(hex, 'hex'),
  ])
const packed = dialectWith({ content: 'n', length: 4, encoding: 'bcd' }, ['0107'])
const raw = dialectWith({ content: 'b', length: 1, encoding: 'binary' }, ['5F'])
const hexText = dialectWith({ content: 'b', length: 1, encoding: 'hex' }, ['5F'])

const DAMAGED: readonly [what: string, dialect: typeof raw, hex: string, fault: string][] = [
  ['a half byte that is no digit', packed, '010a00', 'TAG_INVALID 23 2'],
  ['a packed tag cut off', packed, '01', 'TRUNCATED 22 2'],
  ['a raw tag that is not listed', raw, '6000', 'TAG_UNKNOWN 22 2'],
  ['a raw tag that comes twice', raw, '5f005f00', 'TAG_DUPLICATE 24 2.5F'],
  ['a tag without a length', raw, '5f', 'TRUNCATED 23 2'],
  ['a value cut off', raw, '5f0261', 'TRUNCATED 24 2.5F'],
  ['a value over its maximum', raw, '5f0a61616161616161616161', 'LENGTH_OVER_MAX 23 2.5F'],
  ['a character that is no hex', hexText, '354700', 'TAG_INVALID 23 2'],
  ['hex in lower case', hexText, '356600', 'accepted'],
]

for (const [what, dialect, hex, fault] of DAMAGED) {
  test(`a tagged composite with ${what}: ${fault}`, (t) =>
    t.is(decodeFault(dialect, bytesOf(hex)), fault))
}

test('packing refuses a tag that would be read as another', (t) => {
  t.is(encodeFault(raw, { 2: { '5f': 'x' } }), 'TAG_UNKNOWN 2')
  const other = { name: 'x', content: 'ans', length: { max: 9 } }
  const composite = {
    kind: 'tagged',
    tag: { content: 'b', length: 1, encoding: 'hex' },
    prefix: { digits: 1 },
    parts: {},
    other,
  }
  const dialect = dialectOf({ name: 'x', length: { max: 99, prefix: { digits: 2 } }, composite })
  for (const tag of ['5f', '5', '5F5F', 'XX', '', '__proto__', '5\u0146']) {
    t.is(encodeFault(dialect, { 2: Object.fromEntries([[tag, 'x']]) }), 'TAG_INVALID 2', tag)
  }
  t.is(encodeFault(dialect, { 2: { '5F': 'x' } }), 'accepted')
})

test('a padded value takes all of its width, whatever a length before it says', (t) => {
  for (const kept of [true, false]) {
    const pad = { side: 'right', with: ' ', kept }
    const dialect = dialectOf({
      name: 'x',
      length: { max: 9, prefix: { digits: 1 } },
      composite: {
        kind: 'tagged',
        tag: { content: 'n', length: 1 },
        prefix: { digits: 1 },
        parts: { 1: { name: 'x', content: 'ans', length: 5, pad } },
      },
    })
    const packed = dialect.pack({ mti: '0200', fields: { 2: { 1: 'ab' } } })
    t.is(packed.toString('latin1', 20), '715ab   ')
    t.deepEqual(dialect.unpack(packed).fields, { 2: { 1: kept ? 'ab   ' : 'ab' } })
    t.is(decodeFault(dialect, Buffer.from(`${HEAD}613abc `)), 'LENGTH_UNDER_MIN 22 2.1')
    t.is(decodeFault(dialect, Buffer.from(`${HEAD}816abcdef`)), 'LENGTH_OVER_MAX 22 2.1')
  }
})
