import test from 'ava'
import { decodeFault, dialectOf, encodeFault, HEAD, meridian } from '../dialects.ts'

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

const NOTE = { key: 'note', name: 'Note', content: 'ans', length: { min: 2, max: 6 } }
const ENDING = {
  name: 'x',
  length: { max: 99, prefix: { digits: 2 } },
  composite: {
    kind: 'positional',
    parts: [{ key: 'code', name: 'Code', content: 'n', length: 3 }, NOTE],
  },
}

test('a last part without a prefix runs to the end of its composite, within its own limits', (t) => {
  const dialect = dialectOf(ENDING)
  const fields = { 2: { code: '123', note: 'text' } }
  const packed = dialect.pack({ mti: '0200', fields })
  t.is(packed.toString('latin1', 20), '07123text')
  t.deepEqual(dialect.unpack(packed).fields, fields)
  const faultOf = (body: string) => decodeFault(dialect, Buffer.from(`${HEAD}${body}`))
  t.is(faultOf('041231'), 'LENGTH_UNDER_MIN 25 2.note')
  t.is(faultOf('0512312'), 'accepted')
  t.is(faultOf('09123123456'), 'accepted')
  t.is(faultOf('101231234567'), 'LENGTH_OVER_MAX 25 2.note')
  t.is(encodeFault(dialect, { 2: { code: '123', note: '1' } }), 'LENGTH_UNDER_MIN 2.note')
  t.is(encodeFault(dialect, { 2: { code: '123', note: '1234567' } }), 'LENGTH_OVER_MAX 2.note')
})

test('a packed last part counts its bytes, and its filler tells an odd count of digits', (t) => {
  const last = { ...NOTE, content: 'n', encoding: 'bcd', pad: { side: 'right', with: 'F' } }
  const dialect = dialectOf({ ...ENDING, composite: { kind: 'positional', parts: [last] } })
  for (const note of ['123', '1234']) {
    const packed = dialect.pack({ mti: '0200', fields: { 2: { note } } })
    t.is(packed.toString('hex', 22), note.padEnd(4, 'f'))
    t.deepEqual(dialect.unpack(packed).fields, { 2: { note } })
  }
})
