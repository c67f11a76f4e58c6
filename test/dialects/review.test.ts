import test from 'ava'
import { importJpos, reviewDialect } from '#dialects'
import { readSpecification } from '#iso8583'
import { fixture } from './fixture.ts'

function warnings(fields: object, rest: object = {}): string[] {
  const plan = readSpecification({
    name: 'reviewed',
    mti: { encoding: 'ascii' },
    bitmap: { encoding: 'hex', count: 1 },
    defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
    fields,
    ...rest,
  })
  return reviewDialect(plan).map(({ path, reason }) => `${path.join('.')}: ${reason}`)
}

const PAN = { name: 'PAN', content: 'n', length: { max: 19, prefix: { digits: 2 } } }
const PIN = { name: 'PIN data', content: 'b', encoding: 'hex', length: 8 }
const object = { name: 'Object', content: 'b', encoding: 'binary', length: { max: 99 } }
const chip = (rest: object) => ({
  name: 'Chip',
  length: { max: 255, prefix: { digits: 3 } },
  composite: { kind: 'ber', parts: {}, ...rest },
})

const RAISED: readonly [string, object, string[]][] = [
  ['a card number without a mask', { 2: PAN }, ['fields.2: holds the card number and has no mask']],
  ['a card number with one', { 2: { ...PAN, mask: 'pan' } }, []],
  ['a PIN block without a mask', { 52: PIN }, ['fields.52: holds the PIN block and has no mask']],
  [
    'a PIN block that may be stored',
    { 52: { ...PIN, mask: 'secret' } },
    ['fields.52: holds the PIN block, which may never be stored: its mask must be sad'],
  ],
  [
    'a lenient reading',
    { 4: { name: 'Amount', content: 'n', length: 12, lenient: ['content'] } },
    ['fields.4: is read leniently (content): say in a note what the host sends'],
  ],
  [
    'tags that are let through',
    { 55: chip({ other: object }) },
    ['fields.55.composite.other: lets through tags that are not listed, masked whole'],
  ],
  [
    'a lenient reading of tags that are let through',
    {
      55: {
        ...chip({ other: { ...object, content: 'ans', encoding: 'ascii', lenient: ['content'] } }),
      },
    },
    [
      'fields.55.composite.other: lets through tags that are not listed, masked whole',
      'fields.55.composite.other: is read leniently (content): say in a note what the host sends',
    ],
  ],
  [
    'track data among chip data',
    { 55: chip({ parts: { '57': object, '9F26': object } }) },
    ['fields.55.composite.parts.57: holds track 2 and has no mask'],
  ],
  [
    'track data in a masked composite',
    { 55: { ...chip({ parts: { '57': object } }), mask: 'sad' } },
    [],
  ],
  [
    'a part whose name tells',
    {
      48: {
        name: 'Private',
        length: 4,
        composite: {
          kind: 'positional',
          parts: [
            { key: 'a', name: 'Some flag', content: 'n', length: 1 },
            { key: 'b', name: 'CVV2 value', content: 'n', length: 3 },
          ],
        },
      },
    },
    ['fields.48.composite.parts.1: has a name that tells of card data, and no mask'],
  ],
]

for (const [what, fields, expected] of RAISED) {
  test(`${what}: ${expected.length === 0 ? 'nothing is raised' : 'raised at its place'}`, (t) => {
    t.deepEqual(warnings(fields), expected)
  })
}

test('a bitmap that no element needs is raised', (t) => {
  const reason = 'has 2 bitmaps, and the last element is 2: one is never sent'
  const rest = { bitmap: { encoding: 'hex', count: 2 } }
  t.deepEqual(warnings({ 2: { ...PAN, mask: 'pan' } }, rest), [`bitmap.count: ${reason}`])
})

test('an imported dialect raises nothing about card data', (t) => {
  const { dialect } = importJpos(fixture('composites.xml'), 'x')
  const reasons = reviewDialect(readSpecification(dialect)).map(({ reason }) => reason)
  t.deepEqual(
    reasons.filter((reason) => reason.includes('no mask') || reason.includes('stored')),
    [],
  )
})
