import test from 'ava'
import { decodeFault, dialectOf, encodeFault, HEAD } from '../dialects.ts'

type Setting = readonly [what: string, element: Record<string, unknown>, value: string, hex: string]

const variable = (max: number, prefix: unknown, unit?: string) => ({
  min: 0,
  max,
  prefix,
  ...(unit ? { unit } : {}),
})

const fixedInBytes = (content: string, max: number) => ({
  content,
  encoding: 'bcd',
  length: { min: max, max, unit: 'bytes' },
})

const PIN = '0411223344556677'

/** Each line of it worked out by hand from the setting's definition. */
const ON_THE_LINE: readonly Setting[] = [
  ['ASCII of a fixed length', { content: 'n', length: 4 }, '0123', '30313233'],
  ['EBCDIC page 037', { content: 'ans', encoding: 'ebcdic-037', length: 5 }, 'A1[]^', 'c1f1babbb0'],
  [
    'EBCDIC page 1047',
    { content: 'ans', encoding: 'ebcdic-1047', length: 5 },
    'A1[]^',
    'c1f1adbd5f',
  ],
  [
    'an EBCDIC amount with a sign',
    { content: 'x+n', encoding: 'ebcdic-037', length: 3 },
    'D12',
    'c4f1f2',
  ],
  ['packed, odd, zero on the left', { content: 'n', encoding: 'bcd', length: 3 }, '123', '0123'],
  [
    'packed, odd, F on the right',
    { content: 'n', encoding: 'bcd', length: 3, pad: { side: 'right', with: 'F' } },
    '123',
    '123f',
  ],
  [
    'a packed track',
    { content: 'z', encoding: 'bcd', length: variable(37, { digits: 2, encoding: 'bcd' }) },
    '41=12',
    '05041d12',
  ],
  [
    'a packed track behind a binary count of its digits, as DE35 of Visa',
    {
      content: 'z',
      encoding: 'bcd',
      length: variable(37, { bytes: 1, encoding: 'binary' }, 'digits'),
    },
    '4111111111111111=30121010000012345678',
    '2504111111111111111d30121010000012345678',
  ],
  [
    'a packed track, odd, F on the right',
    {
      content: 'z',
      encoding: 'bcd',
      pad: { side: 'right', with: 'F' },
      length: variable(37, { digits: 2, encoding: 'bcd' }),
    },
    '41=12',
    '0541d12f',
  ],
  [
    'a packed track counted in bytes',
    {
      content: 'z',
      encoding: 'bcd',
      pad: { side: 'right', with: 'F' },
      length: variable(37, { bytes: 1, encoding: 'binary' }, 'bytes'),
    },
    '41=12',
    '0341d12f',
  ],
  [
    'a track in EBCDIC',
    {
      content: 'z',
      encoding: 'ebcdic-037',
      length: variable(37, { digits: 2, encoding: 'ebcdic' }),
    },
    '41=12D',
    'f0f6f4f17ef1f2c4',
  ],
  [
    'packed, odd, zero on the right',
    {
      content: 'n',
      encoding: 'bcd',
      pad: { side: 'right', with: '0' },
      length: variable(19, { digits: 2, encoding: 'bcd' }),
    },
    '123',
    '031230',
  ],
  [
    'packed, the filler on the left counted among the digits',
    {
      content: 'n',
      encoding: 'bcd',
      pad: { side: 'left', with: 'F', counted: true },
      length: variable(19, { digits: 2, encoding: 'bcd' }),
    },
    '123',
    '04f123',
  ],
  ['packed, odd, of a fixed length, counted in bytes', fixedInBytes('n', 3), '123', '0123'],
  [
    'a packed amount with a sign, counted in bytes',
    fixedInBytes('x+n', 9),
    'C12345678',
    '4312345678',
  ],
  [
    'a packed amount with a sign and an odd count of digits, counted in bytes',
    fixedInBytes('x+n', 4),
    'D123',
    '440123',
  ],
  [
    'a packed amount with a sign behind a count of bytes',
    {
      ...fixedInBytes('x+n', 4),
      length: { min: 4, max: 4, unit: 'bytes', prefix: { bytes: 1, encoding: 'binary' } },
    },
    'D123',
    '03440123',
  ],
  [
    'an amount with a sign in text',
    { content: 'x+n', length: 9 },
    'D00000025',
    '443030303030303235',
  ],
  ['a PIN block of eight raw bytes', { content: 'b', encoding: 'binary', length: 8 }, PIN, PIN],
  [
    'a PIN block of sixteen hex characters',
    { content: 'b', encoding: 'hex', length: 8 },
    PIN,
    Buffer.from(PIN).toString('hex'),
  ],
  [
    'a packed amount with a sign',
    { content: 'x+n', encoding: 'bcd', length: 9 },
    'C12345678',
    '4312345678',
  ],
  [
    'a packed amount with a sign in EBCDIC',
    { content: 'x+n', encoding: 'bcd', sign: 'ebcdic-037', length: 9 },
    'D12345678',
    'c412345678',
  ],
  [
    'packed, counted in bytes, F tells the odd digit',
    {
      content: 'n',
      encoding: 'bcd',
      pad: { side: 'left', with: 'F' },
      length: variable(19, { bytes: 1, encoding: 'binary' }, 'bytes'),
    },
    '12345',
    '03f12345',
  ],
  [
    'packed, the filler counted among the digits',
    {
      content: 'n',
      encoding: 'bcd',
      pad: { side: 'right', with: 'F', counted: true },
      length: variable(19, { digits: 2, encoding: 'bcd' }),
    },
    '123',
    '04123f',
  ],
  ['raw binary', { content: 'b', encoding: 'binary', length: 2 }, '0AFF', '0aff'],
  ['hex text', { content: 'b', encoding: 'hex', length: 2 }, '0AFF', '30414646'],
  ['EBCDIC hex text', { content: 'b', encoding: 'hex-ebcdic', length: 2 }, '0AFF', 'f0c1c6c6'],
  [
    'raw binary counted in bytes',
    { content: 'b', encoding: 'binary', length: variable(9, { digits: 3 }) },
    '0AFF',
    '3030320aff',
  ],
  [
    'hex text counted in bytes',
    { content: 'b', encoding: 'hex', length: variable(9, { digits: 2 }, 'bytes') },
    '0AFF',
    '303230414646',
  ],
  [
    'hex text counted in characters',
    { content: 'b', encoding: 'hex', length: variable(9, { digits: 2 }, 'characters') },
    '0AFF',
    '303430414646',
  ],
  [
    'a length of two packed digits',
    { content: 'an', length: variable(99, { digits: 2, encoding: 'bcd' }) },
    'ab',
    '026162',
  ],
  [
    'a length of three packed digits',
    { content: 'an', length: variable(999, { digits: 3, encoding: 'bcd' }) },
    'ab',
    '00026162',
  ],
  [
    'a length in EBCDIC digits',
    { content: 'an', length: variable(99, { digits: 2, encoding: 'ebcdic' }) },
    'ab',
    'f0f26162',
  ],
  [
    'a length of two binary bytes',
    { content: 'an', length: variable(999, { bytes: 2, encoding: 'binary' }) },
    'ab',
    '00026162',
  ],
  [
    'a length of six digits',
    { content: 'an', length: variable(9999, { digits: 6 }) },
    'a',
    '30303030303161',
  ],
  [
    'text padded on the right',
    { content: 'ans', length: 4, pad: { side: 'right', with: ' ' } },
    'ab',
    '61622020',
  ],
  [
    'text padded on the left',
    { content: 'n', length: 4, pad: { side: 'left', with: '0' } },
    '12',
    '30303132',
  ],
]

for (const [what, element, value, hex] of ON_THE_LINE) {
  test(`${what} stands on the line as ${hex}`, (t) => {
    const dialect = dialectOf({ name: 'x', ...element })
    const packed = dialect.pack({ mti: '0200', fields: { 2: value } })
    t.is(packed.toString('hex').slice(2 * HEAD.length), hex)
    t.deepEqual(dialect.unpack(packed).fields, { 2: value })
  })
}

const REFUSED: readonly [
  what: string,
  element: Record<string, unknown>,
  hex: string,
  fault: string,
][] = [
  [
    'a wrong filler on the left',
    { content: 'n', encoding: 'bcd', length: 3 },
    '1123',
    'PAD_INVALID 20 2',
  ],
  [
    'a wrong filler on the right',
    { content: 'n', encoding: 'bcd', length: 3, pad: { side: 'right', with: 'F' } },
    '1230',
    'PAD_INVALID 21 2',
  ],
  [
    'a half byte that is no digit',
    { content: 'n', encoding: 'bcd', length: 4 },
    '1a34',
    'NIBBLE_INVALID 20 2',
  ],
  [
    'a separator in a number',
    { content: 'n', encoding: 'bcd', length: 4 },
    '12d4',
    'NIBBLE_INVALID 21 2',
  ],
  [
    'an odd digit that is none',
    { content: 'n', encoding: 'bcd', length: 3 },
    '0a12',
    'NIBBLE_INVALID 20 2',
  ],
  [
    'a packed month of 00',
    { content: 'MMDD', encoding: 'bcd', length: 4 },
    '0012',
    'CONTENT_INVALID 20 2',
  ],
  [
    'a packed length that is no digit',
    { content: 'n', encoding: 'bcd', length: variable(19, { digits: 2, encoding: 'bcd' }) },
    '1a12',
    'LENGTH_INVALID 20 2',
  ],
  [
    'a leading half byte of a length that is not zero',
    { content: 'an', length: variable(999, { digits: 3, encoding: 'bcd' }) },
    '100161',
    'LENGTH_INVALID 20 2',
  ],
  [
    'hex text of an odd count of characters',
    { content: 'b', encoding: 'hex', length: variable(9, { digits: 2 }, 'characters') },
    '3033304146',
    'LENGTH_INVALID 20 2',
  ],
  [
    'a counted filler with an odd count',
    {
      content: 'n',
      encoding: 'bcd',
      pad: { side: 'right', with: 'F', counted: true },
      length: variable(19, { digits: 2, encoding: 'bcd' }),
    },
    '03123f',
    'LENGTH_INVALID 20 2',
  ],
  [
    'a letter where EBCDIC digits belong',
    { content: 'n', encoding: 'ebcdic-037', length: 2 },
    'f1c1',
    'CONTENT_INVALID 21 2',
  ],
  [
    'a sign that is neither C nor D',
    { content: 'x+n', encoding: 'bcd', length: 3 },
    '4512',
    'CONTENT_INVALID 20 2',
  ],
  [
    'a sign in ASCII where it is one in EBCDIC',
    { content: 'x+n', encoding: 'bcd', sign: 'ebcdic-1047', length: 3 },
    '4412',
    'CONTENT_INVALID 20 2',
  ],
]

for (const [what, element, hex, fault] of REFUSED) {
  test(`${what} is refused: ${fault}`, (t) => {
    const dialect = dialectOf({ name: 'x', ...element })
    t.is(decodeFault(dialect, Buffer.concat([Buffer.from(HEAD), Buffer.from(hex, 'hex')])), fault)
  })
}

test('packing refuses an odd count that a filler of zero could not tell', (t) => {
  const length = variable(19, { bytes: 1, encoding: 'binary' }, 'bytes')
  const dialect = dialectOf({ name: 'x', content: 'n', encoding: 'bcd', length })
  t.is(encodeFault(dialect, { 2: '12345' }), 'LENGTH_AMBIGUOUS 2')
  for (const value of ['123456', '1234567890123456789']) {
    const packed = dialect.pack({ mti: '0200', fields: { 2: value } })
    t.deepEqual(dialect.unpack(packed).fields, { 2: value })
  }
})

test('a pad that is kept comes back with the value, one that is not comes off', (t) => {
  const pad = { side: 'left', with: '0' }
  const kept = dialectOf({ name: 'x', content: 'n', length: 5, pad: { ...pad, kept: true } })
  const bytes = kept.pack({ mti: '0200', fields: { 2: '12' } })
  t.deepEqual(kept.unpack(bytes).fields, { 2: '00012' })
  t.deepEqual(dialectOf({ name: 'x', content: 'n', length: 5, pad }).unpack(bytes).fields, {
    2: '12',
  })
})
