import test from 'ava'
import fc from 'fast-check'
import { compileDialect, type FieldValue, type Message } from '#iso8583'
import { messagesOf } from '../../arbitrary-messages.ts'
import { dialectOf, encodeFault, projectJson } from '../../dialects.ts'
import { EVERY_KIND } from './every-kind.ts'

/** Often enough for a set of elements to get a writer of its own. */
const OFTEN = 40

const FILES = [
  'specs/hosts/meridian/dialect.json',
  'test/vectors/iso87ascii.dialect.json',
  'test/vectors/iso87binary.dialect.json',
]
const SPECIFICATIONS = [...FILES.map(projectJson), EVERY_KIND]

const WRONG: readonly unknown[] = [
  undefined,
  null,
  7,
  [],
  {},
  '',
  '\u00e9',
  '\u0130',
  '\u{1f4b3}',
  { name: 1 },
  'x'.repeat(1000),
]

for (const specification of SPECIFICATIONS) {
  test(`a message of ${specification['name']} that comes often is written as one that comes first`, (t) => {
    const often = compileDialect(specification)
    // It writes too few messages to be fast.
    const careful = compileDialect(specification)
    fc.assert(
      fc.property(messagesOf(often), (message) => {
        const first = careful.pack(message)
        for (let round = 0; round < OFTEN; round += 1) often.pack(message)
        t.deepEqual(often.pack(message), first)
      }),
      { numRuns: 25 },
    )
  })

  test(`what is wrong with a value of ${specification['name']} is told as for one that comes first`, (t) => {
    const often = compileDialect(specification)
    fc.assert(
      fc.property(messagesOf(often), fc.nat(), (message, seed) => {
        for (let round = 0; round < OFTEN; round += 1) often.pack(message)
        // It writes too few messages to be fast.
        const careful = compileDialect(specification)
        for (const fields of spoilt(message, seed)) {
          t.is(encodeFault(often, fields, message.mti), encodeFault(careful, fields, message.mti))
        }
      }),
      { numRuns: 15 },
    )
  })
}

/** The message with one value spoilt, in each way. */
function spoilt({ fields }: Message, seed: number): unknown[] {
  const keys = Object.keys(fields)
  const key = keys[seed % keys.length]
  if (key === undefined) return [{ 1: 'x' }, { 129: 'x' }, { '-1': 'x' }]
  const good = fields[key]
  const others = [...WRONG, ...(typeof good === 'string' ? spoiltText(good) : [])]
  const { [key]: _, ...without } = fields
  return [
    ...others.map((value) => ({ ...fields, [key]: value })),
    { ...without, 193: good },
    { ...fields, city: good },
  ]
}

function spoiltText(text: string): FieldValue[] {
  const tail = text.slice(1)
  return [
    tail,
    `${text}0`,
    `\u00e9${tail}`,
    `\u0130${tail}`,
    `\u0000${tail}`,
    ` ${tail}`,
    `z${tail}`,
  ]
}

test('a value of two bytes in the place of two characters is refused', (t) => {
  const dialect = compileDialect(projectJson('specs/hosts/meridian/dialect.json'))
  const fields = { 11: '000001', 41: 'TERM0001', 44: 'text' }
  for (let round = 0; round < OFTEN; round += 1) dialect.pack({ mti: '0800', fields })
  t.is(encodeFault(dialect, { ...fields, 41: 'TERM00\u00e9' }, '0800'), 'CONTENT_INVALID 41')
  t.is(encodeFault(dialect, { ...fields, 44: 'tex\u00e9' }, '0800'), 'CONTENT_INVALID 44')
  t.is(encodeFault(dialect, fields, '08\u00e9'), 'LENGTH_UNDER_MIN mti')
})

test('an element of a prototype is none of the message', (t) => {
  const dialect = compileDialect(projectJson('specs/hosts/meridian/dialect.json'))
  const fields = { 3: '000000', 11: '000001' }
  for (let round = 0; round < OFTEN; round += 1) dialect.pack({ mti: '0200', fields })
  const inheriting = (own: object) => Object.assign(Object.create({ 3: '000000' }), own)
  t.is(encodeFault(dialect, inheriting({ 11: '000001', 193: 'x' })), 'FIELD_UNKNOWN 193')
  const packed = dialect.pack({ mti: '0200', fields: inheriting({ 11: '000001' }) })
  t.deepEqual(dialect.unpack(packed).fields, { 11: '000001' })
})

test('the parts of a prototype, and a list, are no parts of a composite', (t) => {
  const part = (key: string) => ({ key, name: key, content: 'n', length: 2 })
  const composite = { kind: 'positional', parts: ['0', '1'].map(part) }
  const dialect = dialectOf({ name: 'x', length: 4, composite })
  for (let round = 0; round < OFTEN; round += 1) {
    t.is(encodeFault(dialect, { 2: { 0: '12', 1: '34' } }), 'accepted')
  }
  t.is(encodeFault(dialect, { 2: ['12', '34'] }), 'VALUE_TYPE 2')
  const inheriting = Object.assign(Object.create({ 1: '34' }), { 0: '12', 9: '56' })
  t.is(encodeFault(dialect, { 2: inheriting }), 'PART_MISSING 2.1')
})

test('the first fault is told, though a codec of another set of elements finds its own', (t) => {
  const tags = { kind: 'tagged', tag: { content: 'n', length: 1 }, prefix: { digits: 1 } }
  const tagged = {
    name: 'x',
    length: { max: 9, prefix: { digits: 2 } },
    composite: { ...tags, parts: { 1: { name: 'x', content: 'n', length: 1 } } },
  }
  const digit = { name: 'x', content: 'n', length: 1 }
  const dialect = dialectOf(digit, {}, { 3: tagged, 4: digit })
  for (let round = 0; round < OFTEN; round += 1) {
    t.is(encodeFault(dialect, { 3: { 1: '1' }, 4: '1' }), 'accepted')
  }
  t.is(encodeFault(dialect, { 2: 'x', 3: { 1: 'x' } }), 'CONTENT_INVALID 2')
})

test('values that trade places by their lengths are refused', (t) => {
  const dialect = compileDialect(projectJson('specs/hosts/meridian/dialect.json'))
  const fields = { 3: '000000', 4: '000000001000', 11: '000001' }
  for (let round = 0; round < OFTEN; round += 1) dialect.pack({ mti: '0200', fields })
  t.is(encodeFault(dialect, { ...fields, 3: '0000000', 4: '00000000100' }), 'LENGTH_OVER_MAX 3')
})
