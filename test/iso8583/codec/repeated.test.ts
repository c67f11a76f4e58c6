import test from 'ava'
import { decodeFault, dialectOf, encodeFault, HEAD } from '../dialects.ts'

/** DE54 of 1987: up to six amounts of twenty positions. */
const part = {
  name: 'Additional amount',
  length: 20,
  composite: {
    kind: 'positional',
    parts: [
      { key: 'account', name: 'Account type', content: 'n', length: 2 },
      { key: 'amountType', name: 'Amount type', content: 'n', length: 2 },
      { key: 'currency', name: 'Currency', content: 'n', length: 3 },
      { key: 'amount', name: 'Amount', content: 'x+n', length: 13 },
    ],
  },
}
const dialect = dialectOf({
  name: 'Additional amounts',
  length: { min: 20, max: 120, prefix: { digits: 3 } },
  composite: { kind: 'repeated', max: 6, part },
})

const amount = (units: string) => ({
  account: '10',
  amountType: '40',
  currency: '840',
  amount: `C${units.padStart(12, '0')}`,
})
const ON_THE_LINE = '1040840C000000000100'
const bytesOf = (...amounts: readonly string[]) => {
  const body = amounts.join('')
  return Buffer.from(`${HEAD}${String(body.length).padStart(3, '0')}${body}`)
}

test('DE54 is one to six amounts, keyed by place', (t) => {
  for (const count of [1, 2, 6]) {
    const amounts = Array.from({ length: count }, (_, index) => [
      String(index + 1),
      amount(String(index)),
    ])
    const message = { mti: '0200', fields: { 2: Object.fromEntries(amounts) } }
    const packed = dialect.pack(message)
    t.is(packed.length, HEAD.length + 3 + 20 * count)
    t.deepEqual(dialect.unpack(packed), message)
  }
  const packed = dialect.pack({ mti: '0200', fields: { 2: { 1: amount('100') } } })
  t.deepEqual(packed, bytesOf(ON_THE_LINE))
})

const DAMAGED: readonly [what: string, bytes: Buffer, fault: string][] = [
  ['no amount', bytesOf(), 'LENGTH_UNDER_MIN 20 2'],
  ['half an amount', bytesOf(ON_THE_LINE, '1040840C00'), 'TRUNCATED 43 2.2'],
  ['seven amounts', bytesOf(...Array(7).fill(ON_THE_LINE)), 'LENGTH_OVER_MAX 20 2'],
  ['a letter in the first', bytesOf('1x40840C000000000100'), 'CONTENT_INVALID 24 2.1.account'],
  [
    'no sign in the third',
    bytesOf(ON_THE_LINE, ON_THE_LINE, '10408400000000000100'),
    'CONTENT_INVALID 70 2.3.amount',
  ],
]

for (const [what, bytes, fault] of DAMAGED) {
  test(`a repeated part with ${what} is refused: ${fault}`, (t) =>
    t.is(decodeFault(dialect, bytes), fault))
}

test('more parts than there can be are refused where the first of them begins', (t) => {
  const composite = { kind: 'repeated', max: 2, part: { name: 'x', content: 'n', length: 1 } }
  const two = dialectOf({ name: 'x', length: { max: 9, prefix: { digits: 1 } }, composite })
  t.is(decodeFault(two, Buffer.from(`${HEAD}212`)), 'accepted')
  t.is(decodeFault(two, Buffer.from(`${HEAD}3123`)), 'TRAILING_BYTES 23 2')
  t.is(encodeFault(two, { 2: { 1: '1', 2: '2' } }), 'accepted')
  t.is(encodeFault(two, { 2: { 1: '1', 2: '2', 3: '3' } }), 'PART_UNKNOWN 2')
})

const REFUSED: readonly [what: string, value: unknown, fault: string][] = [
  ['no part', {}, 'PART_MISSING 2.1'],
  ['a gap', { 1: amount('1'), 3: amount('3') }, 'PART_MISSING 2.2'],
  ['no first part', { 2: amount('1') }, 'PART_MISSING 2.1'],
  ['a place of none', { 0: amount('1') }, 'PART_UNKNOWN 2'],
  ['a place with a zero before it', { '01': amount('1') }, 'PART_UNKNOWN 2'],
  ['a name', { 1: amount('1'), account: '10' }, 'PART_UNKNOWN 2'],
  ['a key of the prototype', JSON.parse('{"__proto__": {}}'), 'PART_UNKNOWN 2'],
  ['a part that is undefined', { 1: undefined }, 'VALUE_TYPE 2.1'],
  ['a list', [amount('1')], 'VALUE_TYPE 2'],
  [
    'a fault in its second part',
    { 1: amount('1'), 2: { ...amount('2'), currency: '84' } },
    'LENGTH_UNDER_MIN 2.2.currency',
  ],
]

for (const [what, value, fault] of REFUSED) {
  test(`packing refuses a repeated part with ${what}: ${fault}`, (t) =>
    t.is(encodeFault(dialect, { 2: value }), fault))
}

test('what repeats within what repeats is named by both places', (t) => {
  const digit = { name: 'x', content: 'n', length: 1 }
  const inner = { name: 'x', length: 3, composite: { kind: 'repeated', max: 3, part: digit } }
  const composite = { kind: 'repeated', max: 3, part: inner }
  const nested = dialectOf({ name: 'x', length: { max: 9, prefix: { digits: 1 } }, composite })
  const fields = { 2: { 1: { 1: '1', 2: '2', 3: '3' }, 2: { 1: '4', 2: '5', 3: '6' } } }
  t.deepEqual(nested.unpack(Buffer.from(`${HEAD}6123456`)).fields, fields)
  t.is(decodeFault(nested, Buffer.from(`${HEAD}612345x`)), 'CONTENT_INVALID 26 2.2.3')
  t.is(
    encodeFault(nested, { 2: { ...fields[2], 2: { 1: '4', 2: 'x', 3: '6' } } }),
    'CONTENT_INVALID 2.2.2',
  )
})
