import test from 'ava'
import { decodeFault, dialectOf, encodeFault, HEAD, meridian } from '../dialects.ts'

const hexOf = (bytes: Buffer) => bytes.toString('hex').slice(2 * HEAD.length)

test('DE43 is three parts of fixed width, padded on the line and bare in the message', (t) => {
  const fields = { 43: { name: 'Corner shop', city: 'Springfield', country: 'US' } }
  const packed = meridian().pack({ mti: '0200', fields })
  t.is(packed.toString('latin1', 20), 'Corner shop              Springfield  US')
  t.deepEqual(meridian().unpack(packed).fields, fields)
})

test('DE90 carries what is unknown as zeros (1987 element 90)', (t) => {
  const original = { mti: '0200', stan: '000123', transmittedAt: '1123001500', acquirer: '12345' }
  const packed = meridian().pack({ mti: '0420', fields: { 90: original } })
  t.is(packed.toString('latin1', 36), '020000012311230015000000001234500000000000')
  t.deepEqual(meridian().unpack(packed).fields, {
    90: { ...original, acquirer: '00000012345', forwarder: '00000000000' },
  })
})

test('DE95 is two amounts and two signed fees', (t) => {
  const amounts = { transactionFee: 'C00000000', settlementFee: 'D00000025' }
  const packed = meridian().pack({ mti: '0420', fields: { 95: amounts } })
  t.is(packed.toString('latin1', 36), `${'0'.repeat(24)}C00000000D00000025`)
})

test('DE48 is tags of two digits, lengths of two digits and values', (t) => {
  const fields = { 48: { 42: '05', 92: '123' } }
  const packed = meridian().pack({ mti: '0200', fields })
  t.is(packed.toString('latin1', 20), '01342020592' + '03123')
  t.deepEqual(meridian().unpack(packed).fields, fields)
})

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
  ['a length in the long form', 'c1810155', 'accepted'],
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

test('composites nest, each within the bytes of the one around it', (t) => {
  const part = (key: string) => ({ key, name: key, content: 'n', length: 2 })
  const inner = { kind: 'positional', parts: [part('year'), part('month')] }
  const parts = {
    1: { name: 'Expiry', length: 4, composite: inner },
    2: { name: 'Note', content: 'ans', length: { max: 9 } },
  }
  const composite = {
    kind: 'tagged',
    tag: { content: 'n', length: 1 },
    prefix: { digits: 1 },
    parts,
  }
  const dialect = dialectOf({ name: 'x', length: { max: 99, prefix: { digits: 2 } }, composite })
  const fields = { 2: { 1: { year: '30', month: '12' }, 2: 'note' } }
  const packed = dialect.pack({ mti: '0200', fields })
  t.is(packed.toString('latin1', 20), '12143012' + '24note')
  t.deepEqual(dialect.unpack(packed).fields, fields)
  t.is(encodeFault(dialect, { 2: { 1: { year: '3x', month: '12' } } }), 'CONTENT_INVALID 2.1.year')
  t.is(decodeFault(dialect, Buffer.from(`${HEAD}05133012`)), 'LENGTH_UNDER_MIN 23 2.1')
})

test('a composite over its maximum is refused while it is written', (t) => {
  const parts = {
    1: { name: 'x', content: 'ans', length: { max: 9 } },
    2: { name: 'y', content: 'ans', length: { max: 9 } },
  }
  const composite = {
    kind: 'tagged',
    tag: { content: 'n', length: 1 },
    prefix: { digits: 1 },
    parts,
  }
  const dialect = dialectOf({ name: 'x', length: { max: 12, prefix: { digits: 2 } }, composite })
  t.is(encodeFault(dialect, { 2: { 1: '12345678', 2: '' } }), 'LENGTH_UNDER_MIN 2.2')
  t.is(encodeFault(dialect, { 2: { 1: '1234567', 2: '1' } }), 'accepted')
  t.is(encodeFault(dialect, { 2: { 1: '12345678', 2: '1' } }), 'LENGTH_OVER_MAX 2')
})
