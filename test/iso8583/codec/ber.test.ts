import test from 'ava'
import fc from 'fast-check'
import { decodeFault, dialectOf, encodeFault, HEAD } from '../dialects.ts'

const hexOf = (bytes: Buffer) => bytes.toString('hex').slice(2 * HEAD.length)

const emv = {
  name: 'Chip data',
  length: { min: 1, max: 255, prefix: { digits: 3 } },
  composite: {
    kind: 'ber',
    parts: {
      '9F26': { name: 'Cryptogram', content: 'b', encoding: 'binary', length: 8 },
      '5A': {
        name: 'PAN',
        content: 'n',
        encoding: 'bcd',
        length: { min: 12, max: 19 },
        pad: { side: 'right', with: 'F' },
        mask: 'pan',
      },
      DF8101: { name: 'Private', content: 'b', encoding: 'binary', length: { min: 0, max: 200 } },
    },
    other: { name: 'Not listed', content: 'b', encoding: 'binary', length: { min: 0, max: 252 } },
  },
}

test('BER-TLV takes tags of several bytes, long lengths, and tags that are not listed', (t) => {
  const dialect = dialectOf(emv)
  const composite = {
    '9F26': '0011223344556677',
    '5A': '4111111111111',
    DF8101: 'AB'.repeat(150),
    C1: '',
  }
  const packed = dialect.pack({ mti: '0200', fields: { 2: composite } })
  t.is(
    hexOf(packed),
    `${Buffer.from('177').toString('hex')}9f260800112233445566775a07` +
      `4111111111111f` +
      `df81018196${'ab'.repeat(150)}` +
      'c100',
  )
  t.deepEqual(dialect.unpack(packed).fields, { 2: composite })
})

const BER_DAMAGED: readonly [what: string, hex: string, fault: string][] = [
  ['filler between objects', '00c100', 'accepted'],
  ['a length of one byte in two', 'c1810155', 'LENGTH_INVALID 24 2'],
  ['a length of nothing in two bytes', 'c18100', 'LENGTH_INVALID 24 2'],
  ['a length of one byte in three', `c1820080${'00'.repeat(128)}`, 'LENGTH_INVALID 24 2'],
  ['a length of two bytes in four', `c1830000ff${'00'.repeat(249)}`, 'LENGTH_INVALID 24 2'],
  [
    'a length in the long form for the short one',
    `c1817f${'00'.repeat(127)}`,
    'LENGTH_INVALID 24 2',
  ],
  ['the least length of the long form', `c18180${'00'.repeat(128)}`, 'accepted'],
  ['a tag cut off', '9f', 'TRUNCATED 24 2'],
  ['a tag of five bytes', '9f8181818101', 'TAG_INVALID 23 2'],
  ['an indefinite length', 'c1800000', 'LENGTH_INVALID 24 2'],
  ['a length of four bytes', 'c18400000001aa', 'LENGTH_INVALID 24 2'],
  ['a value cut off', 'c10201', 'TRUNCATED 25 2.other'],
  ['a tag that comes twice', 'c100c100', 'TAG_DUPLICATE 25 2.other'],
  ['a listed tag of a wrong length', '9f260100', 'LENGTH_UNDER_MIN 25 2.9F26'],
]

for (const [what, hex, fault] of BER_DAMAGED) {
  test(`BER-TLV with ${what}: ${fault}`, (t) => {
    const length = String(hex.length / 2).padStart(3, '0')
    const bytes = Buffer.concat([Buffer.from(HEAD + length), Buffer.from(hex, 'hex')])
    t.is(decodeFault(dialectOf(emv), bytes), fault)
  })
}

test('BER-TLV refuses to write what is no tag', (t) => {
  for (const tag of ['9F', 'c1', 'C1C2', '00', '9F8181', 'XY', '']) {
    t.is(encodeFault(dialectOf(emv), { 2: { [tag]: '00' } }), 'TAG_INVALID 2', tag)
  }
})

/** The same objects as hex characters, whose length counts these. */
const inHex = (encoding: string, unit: string) =>
  dialectOf({
    ...emv,
    length: { ...emv.length, unit, prefix: { digits: 3 } },
    composite: { ...emv.composite, encoding },
  })

const objects = { '9F26': '0011223344556677', C1: '5A' }
const OBJECTS_HEX = '9F26080011223344556677C1015A'

test('BER-TLV in hex text counts its bytes, or its characters where the dialect says so', (t) => {
  const message = { mti: '0200', fields: { 2: objects } }
  for (const [unit, count] of [
    ['bytes', '014'],
    ['characters', '028'],
  ] as const) {
    const dialect = inHex('hex', unit)
    const bytes = Buffer.from(HEAD + count + OBJECTS_HEX)
    t.is(dialect.pack(message).toString(), bytes.toString())
    t.deepEqual(dialect.unpack(bytes), message)
    const lower = Buffer.from(HEAD + count + OBJECTS_HEX.toLowerCase())
    t.deepEqual(dialect.unpack(lower), message)
  }
})

test('BER-TLV in EBCDIC hex is the same characters in EBCDIC', (t) => {
  const dialect = inHex('hex-ebcdic', 'bytes')
  const packed = dialect.pack({ mti: '0200', fields: { 2: { C1: '5A' } } })
  t.is(hexOf(packed), `${Buffer.from('003').toString('hex')}c3f1f0f1f5c1`)
  t.deepEqual(dialect.unpack(packed).fields, { 2: { C1: '5A' } })
})

const HEX_DAMAGED: readonly [what: string, body: string, fault: string][] = [
  ['a character that is no hex', '004C1X1', 'CONTENT_INVALID 25 2'],
  ['an odd count of characters', '005C1011', 'LENGTH_INVALID 20 2'],
  ['characters cut off', '008C1015A', 'TRUNCATED 23 2'],
  ['a length of nothing', '000', 'LENGTH_UNDER_MIN 20 2'],
  ['a tag cut off', '0029F', 'TRUNCATED 25 2'],
  ['a value cut off', '006C10201', 'TRUNCATED 27 2.other'],
  ['an object cut off behind another', '010C100DF0102', 'TRUNCATED 33 2.other'],
  ['a tag that comes twice', '008C100C100', 'TAG_DUPLICATE 27 2.other'],
  ['a tag of five bytes', '0149F818181810100', 'TAG_INVALID 23 2'],
  ['an indefinite length', '008C1800000', 'LENGTH_INVALID 25 2'],
  ['a listed tag of a wrong length', '0089F260100', 'LENGTH_UNDER_MIN 27 2.9F26'],
  ['a half byte of a card number that is none', '0165A06411111A11111', 'NIBBLE_INVALID 33 2.5A'],
]

for (const [what, body, fault] of HEX_DAMAGED) {
  test(`BER-TLV in hex with ${what}: ${fault}`, (t) => {
    const bytes = Buffer.from(HEAD + body)
    t.is(decodeFault(inHex('hex', 'characters'), bytes), fault)
  })
}

test('BER-TLV in hex within BER-TLV in hex tells of the place on the line', (t) => {
  const inner = {
    name: 'Inner',
    length: { max: 20 },
    composite: {
      kind: 'ber',
      encoding: 'hex',
      parts: { C1: { name: 'x', content: 'n', encoding: 'ascii', length: 2 } },
    },
  }
  const dialect = dialectOf({
    name: 'Outer',
    length: { max: 60, prefix: { digits: 2 } },
    composite: { kind: 'ber', encoding: 'hex', parts: { E1: inner } },
  })
  const message = { mti: '0200', fields: { 2: { E1: { C1: '12' } } } }
  const packed = dialect.pack(message)
  t.is(packed.toString('latin1', 20), '10E1084331303233313332')
  t.deepEqual(dialect.unpack(packed), message)
  t.is(
    decodeFault(dialect, Buffer.from(`${HEAD}10E108433130323331343${'1'}`)),
    'CONTENT_INVALID 38 2.E1.C1',
  )
})

test('an object cut anywhere, or followed by anything, is refused', (t) => {
  const dialect = inHex('hex', 'characters')
  const whole = dialect.pack({ mti: '0200', fields: { 2: objects } })
  for (let at = 0; at < whole.length; at += 1) {
    t.regex(decodeFault(dialect, whole.subarray(0, at)), /^TRUNCATED/)
  }
  t.is(decodeFault(dialect, Buffer.concat([whole, Buffer.from('0')])), 'TRAILING_BYTES 51 message')
})

test('objects in any order are written as they were read, byte for byte', (t) => {
  const dialect = dialectOf({ ...emv, length: { min: 0, max: 255, prefix: { digits: 3 } } })
  const object = fc
    .tuple(
      fc.constantFrom('C1', 'DF02', '82', '95', '9A', '57', 'DF8101', '9F02', '1F7F', '05', '42'),
      fc.uint8Array({ maxLength: 20 }),
    )
    .map(([tag, value]) => Buffer.concat([Buffer.from(tag, 'hex'), Buffer.of(value.length), value]))
  fc.assert(
    fc.property(fc.uniqueArray(object, { selector: (bytes) => bytes[0], maxLength: 8 }), (list) => {
      const body = Buffer.concat(list)
      const bytes = Buffer.concat([Buffer.from(HEAD + String(body.length).padStart(3, '0')), body])
      t.deepEqual(dialect.pack(dialect.unpack(bytes)), bytes)
    }),
  )
})

test('lengths that are longer than need be are read where lengths are lenient, and reported', (t) => {
  const dialect = dialectOf({ ...emv, lenient: ['length'] })
  const read = dialect.unpack(
    Buffer.from(`${Buffer.from(`${HEAD}007`).toString('hex')}00c1810155${'0000'}`, 'hex'),
  )
  t.deepEqual(read, {
    mti: '0200',
    fields: { 2: { C1: '55' } },
    lenient: [{ path: '2', code: 'LENGTH_INVALID', offset: 25 }],
  })
  t.is(hexOf(dialect.pack(read)), `${Buffer.from('003').toString('hex')}c10155`)
})

test('what a strict reading takes is written again but for its filler', (t) => {
  const dialect = dialectOf({ ...emv, length: { min: 0, max: 255, prefix: { digits: 3 } } })
  const lengthOf = (length: number, form: number) =>
    [[length], [0x81, length], [0x82, 0, length], [0x83, 0, 0, length]][form] ?? []
  const object = fc
    .tuple(fc.constantFrom('C1', '82', '9F02', 'DF8101'), fc.nat(140), fc.nat(3), fc.nat(2))
    .filter(([, length, form]) => form > 0 || length < 0x80)
    .map(([tag, length, form, filler]) => ({
      bare: [...Buffer.from(tag, 'hex'), ...lengthOf(length, form), ...Array(length).fill(0x5a)],
      filler: Array(filler).fill(0),
      isShortest: form === (length < 0x80 ? 0 : 1),
    }))
  const objectsOf = fc.uniqueArray(object, { selector: ({ bare }) => bare[0], maxLength: 3 })
  const message = (bytes: number[]) =>
    Buffer.concat([Buffer.from(HEAD + String(bytes.length).padStart(3, '0')), Buffer.from(bytes)])
  fc.assert(
    fc.property(objectsOf, (list) => {
      const bytes = message(list.flatMap(({ bare, filler }) => [...filler, ...bare]))
      if (bytes.length > HEAD.length + 3 + 255) return
      const fault = decodeFault(dialect, bytes)
      if (!list.every(({ isShortest }) => isShortest)) return t.regex(fault, /^LENGTH_INVALID/)
      const bare = message(list.flatMap((one) => one.bare))
      return t.deepEqual(dialect.pack(dialect.unpack(bytes)), bare)
    }),
  )
})

test('filler is written where objects fall short of the least length, and is not enough alone', (t) => {
  const dialect = dialectOf({ ...emv, length: { min: 6, max: 9, prefix: { digits: 1 } } })
  const bytesOf = (hex: string) =>
    Buffer.concat([Buffer.from(HEAD + hex.length / 2), Buffer.from(hex, 'hex')])
  const read = dialect.unpack(bytesOf('00c1015500000000'))
  t.deepEqual(read.fields, { 2: { C1: '55' } })
  t.deepEqual(dialect.pack(read), bytesOf('c10155000000'))
  t.is(decodeFault(dialect, bytesOf('000000000000')), 'LENGTH_UNDER_MIN 21 2')
  t.is(encodeFault(dialect, { 2: {} }), 'LENGTH_UNDER_MIN 2')
})
