import test from 'ava'
import { decodeFault, dialectOf, encodeFault, HEAD } from '../dialects.ts'

const bytesOf = (hex: string) => Buffer.concat([Buffer.from(HEAD), Buffer.from(hex, 'hex')])

/** Bytes that a strict reading refuses, how a lenient one takes them, and what it notes. */
const LET_THROUGH: readonly [
  what: string,
  element: Record<string, unknown>,
  hex: string,
  value: string,
  noted: string,
][] = [
  [
    'a letter in a number',
    { content: 'n', length: 4, lenient: ['content'] },
    '30317832',
    '01x2',
    'CONTENT_INVALID 22',
  ],
  [
    'a month of 13',
    { content: 'MMDD', length: 4, lenient: ['content'] },
    '31333031',
    '1301',
    'CONTENT_INVALID 20',
  ],
  [
    'a letter in an EBCDIC number',
    { content: 'n', encoding: 'ebcdic-037', length: 3, lenient: ['content'] },
    'f1c1f2',
    '1A2',
    'CONTENT_INVALID 21',
  ],
  [
    'an amount with another sign',
    { content: 'x+n', length: 3, lenient: ['content'] },
    '2d3132',
    '-12',
    'CONTENT_INVALID 20',
  ],
  [
    'a space within a padded value',
    { content: 'an', length: 5, pad: { side: 'right', with: ' ' }, lenient: ['content'] },
    '6120622020',
    'a b',
    'CONTENT_INVALID 21',
  ],
  [
    'another filler on the left',
    { content: 'n', encoding: 'bcd', length: 3, lenient: ['pad'] },
    'f123',
    '123',
    'PAD_INVALID 20',
  ],
  [
    'another filler on the right',
    {
      content: 'n',
      encoding: 'bcd',
      length: 3,
      pad: { side: 'right', with: 'F' },
      lenient: ['pad'],
    },
    '1230',
    '123',
    'PAD_INVALID 21',
  ],
  [
    'another filler where bytes are counted',
    {
      content: 'n',
      encoding: 'bcd',
      length: { max: 9, unit: 'bytes', prefix: { bytes: 1, encoding: 'binary' } },
      lenient: ['pad'],
    },
    '02f123',
    '123',
    'PAD_INVALID 21',
  ],
  [
    'a digit as the filler of a count that is full',
    {
      content: 'n',
      encoding: 'bcd',
      length: { max: 3, unit: 'bytes', prefix: { bytes: 1, encoding: 'binary' } },
      lenient: ['pad'],
    },
    '025123',
    '123',
    'PAD_INVALID 21',
  ],
  [
    'a space before a length',
    { content: 'an', length: { max: 20, prefix: { digits: 2 } }, lenient: ['length'] },
    '203161',
    'a',
    'LENGTH_INVALID 20',
  ],
  [
    'spaces before an EBCDIC length',
    {
      content: 'an',
      length: { max: 200, prefix: { digits: 3, encoding: 'ebcdic' } },
      lenient: ['length'],
    },
    '4040f161',
    'a',
    'LENGTH_INVALID 20',
  ],
]

for (const [what, element, hex, value, noted] of LET_THROUGH) {
  const [code, offset] = noted.split(' ')
  test(`${what} is read where the dialect asks for leniency, and reported`, (t) => {
    const { lenient: _, ...strict } = element
    t.not(decodeFault(dialectOf({ name: 'x', ...strict }), bytesOf(hex)), 'accepted')
    const dialect = dialectOf({ name: 'x', ...element })
    const expected = {
      mti: '0200',
      fields: { 2: value },
      lenient: [{ path: '2', code, offset: Number(offset) }],
    }
    for (let round = 0; round < 50; round += 1) t.deepEqual(dialect.unpack(bytesOf(hex)), expected)
  })
}

test('a message with nothing to be lenient of reports nothing, whatever came before', (t) => {
  const dialect = dialectOf({ name: 'x', content: 'n', length: 4, lenient: ['content'] })
  for (let round = 0; round < 50; round += 1) {
    t.is(dialect.unpack(bytesOf('30317832')).lenient?.length, 1)
    t.deepEqual(dialect.unpack(bytesOf('30313032')), { mti: '0200', fields: { 2: '0102' } })
    t.is(decodeFault(dialect, bytesOf('3078')), 'TRUNCATED 20 2')
  }
})

const REFUSED: readonly [
  what: string,
  element: Record<string, unknown>,
  hex: string,
  fault: string,
][] = [
  [
    'a control character',
    { content: 'n', length: 4, lenient: ['content'] },
    '30780a32',
    'CONTENT_INVALID 22 2',
  ],
  [
    'a byte above ASCII',
    { content: 'ans', length: 2, lenient: ['content'] },
    '41e9',
    'CONTENT_INVALID 21 2',
  ],
  [
    'an unprintable sign',
    { content: 'x+n', length: 2, lenient: ['content'] },
    '0031',
    'CONTENT_INVALID 20 2',
  ],
  [
    'an EBCDIC byte that is no character',
    { content: 'an', encoding: 'ebcdic-037', length: 2, lenient: ['content'] },
    'c100',
    'CONTENT_INVALID 21 2',
  ],
  [
    'a half byte that is no digit',
    { content: 'n', encoding: 'bcd', length: 3, lenient: ['pad'] },
    'f1a3',
    'NIBBLE_INVALID 21 2',
  ],
  [
    'a length of spaces',
    { content: 'an', length: { max: 20, prefix: { digits: 2 } }, lenient: ['length'] },
    '202061',
    'LENGTH_INVALID 20 2',
  ],
  [
    'a space behind a length',
    { content: 'an', length: { max: 20, prefix: { digits: 2 } }, lenient: ['length'] },
    '312061',
    'LENGTH_INVALID 20 2',
  ],
  [
    'a length with a sign',
    { content: 'an', length: { max: 20, prefix: { digits: 2 } }, lenient: ['length'] },
    '2b3161',
    'LENGTH_INVALID 20 2',
  ],
  [
    'a length over the maximum',
    { content: 'an', length: { max: 2, prefix: { digits: 2 } }, lenient: ['length'] },
    '2033616161',
    'LENGTH_OVER_MAX 20 2',
  ],
]

for (const [what, element, hex, fault] of REFUSED) {
  test(`leniency does not take ${what}: ${fault}`, (t) =>
    t.is(decodeFault(dialectOf({ name: 'x', ...element }), bytesOf(hex)), fault))
}

test('one leniency is not another', (t) => {
  const element = { name: 'x', content: 'n', length: { max: 20, prefix: { digits: 2 } } }
  const content = dialectOf({ ...element, lenient: ['content'] })
  const length = dialectOf({ ...element, lenient: ['length'] })
  t.is(decodeFault(content, bytesOf('203131')), 'LENGTH_INVALID 20 2')
  t.is(decodeFault(length, bytesOf('303178')), 'CONTENT_INVALID 22 2')
})

test('packing is strict, whatever is let through on the way in', (t) => {
  const text = dialectOf({ name: 'x', content: 'n', length: 4, lenient: ['content'] })
  t.is(encodeFault(text, { 2: '01x2' }), 'CONTENT_INVALID 2')
  const packed = dialectOf({
    name: 'x',
    content: 'n',
    encoding: 'bcd',
    length: 3,
    lenient: ['pad'],
  })
  const read = packed.unpack(bytesOf('f123'))
  t.is(packed.pack(read).toString('hex', 20), '0123')
})

const lenientPart = { name: 'x', content: 'n', length: 2, lenient: ['content'] }

test('what was let through in a composite is named by its path and its place on the line', (t) => {
  const composite = { kind: 'repeated', max: 3, part: lenientPart }
  const repeated = dialectOf({ name: 'x', length: { max: 6, prefix: { digits: 1 } }, composite })
  t.deepEqual(repeated.unpack(bytesOf('36783132337978')).lenient, [
    { path: '2.1', code: 'CONTENT_INVALID', offset: 21 },
    { path: '2.3', code: 'CONTENT_INVALID', offset: 25 },
  ])
  const inHex = dialectOf({
    name: 'x',
    length: { max: 9, prefix: { digits: 1 } },
    composite: {
      kind: 'ber',
      encoding: 'hex',
      parts: { C1: { ...lenientPart, encoding: 'ascii' } },
    },
  })
  const bytes = Buffer.from(`${HEAD}4C1023178`)
  t.deepEqual(inHex.unpack(bytes), {
    mti: '0200',
    fields: { 2: { C1: '1x' } },
    lenient: [{ path: '2.C1', code: 'CONTENT_INVALID', offset: 27 }],
  })
})
