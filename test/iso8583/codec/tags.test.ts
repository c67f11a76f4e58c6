import test from 'ava'
import fc from 'fast-check'
import { rankOf } from '../../../src/iso8583/codec/tags.ts'
import { dialectOf, encodeFault, HEAD } from '../dialects.ts'

const part = { name: 'x', content: 'ans', length: { min: 0, max: 9 } }
const dialect = dialectOf({
  name: 'tags',
  length: { max: 99, prefix: { digits: 2 } },
  composite: {
    kind: 'tagged',
    tag: { content: 'an', length: 2 },
    prefix: { digits: 1 },
    parts: { '9F': part, 82: part, 83: part, 57: part, '07': part, AB: part },
  },
})
const bytesOf = (...tags: readonly string[]) => {
  const body = tags.map((tag) => `${tag}1x`).join('')
  return Buffer.from(`${HEAD}${String(body.length).padStart(2, '0')}${body}`)
}
const valuesOf = (...tags: readonly string[]) => Object.fromEntries(tags.map((tag) => [tag, 'x']))

const ORDERS: readonly (readonly string[])[] = [
  ['57'],
  ['57', '82'],
  ['57', '82', '9F', '07', 'AB'],
  ['AB', '07', '9F'],
]
const OTHER_ORDERS: readonly (readonly string[])[] = [
  ['82', '57'],
  ['83', '82'],
  ['9F', '57'],
  ['07', '57', 'AB', '82'],
  ['57', '9F', '82'],
]

for (const tags of ORDERS) {
  test(`the order of ${tags.join(', ')} is the order of the keys`, (t) => {
    const { fields } = dialect.unpack(bytesOf(...tags))
    t.deepEqual(fields, { 2: valuesOf(...tags) })
    t.deepEqual(dialect.pack({ mti: '0200', fields }), bytesOf(...tags))
  })
}

for (const tags of OTHER_ORDERS) {
  test(`the order of ${tags.join(', ')} is told by $order`, (t) => {
    const { fields } = dialect.unpack(bytesOf(...tags))
    t.deepEqual(fields, { 2: { ...valuesOf(...tags), $order: tags.join(' ') } })
    t.deepEqual(dialect.pack({ mti: '0200', fields }), bytesOf(...tags))
  })
}

test('$order is obeyed where it says what the keys say', (t) => {
  const fields = { 2: { ...valuesOf('57', '82'), $order: '57 82' } }
  t.deepEqual(dialect.pack({ mti: '0200', fields }), bytesOf('57', '82'))
})

const REFUSED: readonly [what: string, order: unknown, fault: string][] = [
  ['leaves out a tag', '82', 'CONTENT_INVALID 2.$order'],
  ['names a tag twice', '82 82', 'CONTENT_INVALID 2.$order'],
  ['names a tag once too often', '82 57 82', 'CONTENT_INVALID 2.$order'],
  ['names a tag that is not there', '82 9F', 'CONTENT_INVALID 2.$order'],
  ['names itself', '82 $order', 'CONTENT_INVALID 2.$order'],
  ['names what every object has', '82 constructor', 'CONTENT_INVALID 2.$order'],
  ['has two spaces', '82  57', 'CONTENT_INVALID 2.$order'],
  ['has a space at its end', '82 57 ', 'CONTENT_INVALID 2.$order'],
  ['is empty', '', 'CONTENT_INVALID 2.$order'],
  ['is a list', ['82', '57'], 'VALUE_TYPE 2.$order'],
  ['is undefined', undefined, 'VALUE_TYPE 2.$order'],
]

for (const [what, $order, fault] of REFUSED) {
  test(`packing refuses an $order that ${what}: ${fault}`, (t) =>
    t.is(encodeFault(dialect, { 2: { ...valuesOf('57', '82'), $order } }), fault))
}

test('keys rank as an object lists them', (t) => {
  const keys = fc.oneof(
    fc.stringMatching(/^[0-9]{1,11}$/),
    fc.stringMatching(/^[0-9A-F]{1,8}$/),
    fc.constantFrom('0', '00', '4294967294', '4294967295', '4294967296', '', '1e3', '-1'),
  )
  fc.assert(
    fc.property(fc.uniqueArray(keys), (list) => {
      const listed = Object.keys(Object.fromEntries(list.map((key) => [key, 1])))
      const ranked = list.toSorted((a, b) => Math.sign(rankOf(a) - rankOf(b)) || 0)
      t.deepEqual(ranked, listed)
    }),
    { numRuns: 1000 },
  )
})
