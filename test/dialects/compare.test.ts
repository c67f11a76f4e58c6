import test from 'ava'
import { compareDialects } from '#dialects'
import { readSpecification } from '#iso8583'
import { shippedDialects } from './shipped.ts'

const base = {
  name: 'before',
  mti: { encoding: 'ascii' },
  bitmap: { encoding: 'hex', count: 2 },
  defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
  fields: {
    '3': { name: 'Processing code', content: 'n', length: 6, meanings: { '000000': 'sale' } },
    '4': { name: 'Amount', content: 'n', length: 12 },
    '48': {
      name: 'Private',
      length: { max: 99, prefix: { digits: 2 } },
      composite: {
        kind: 'tagged',
        tag: { content: 'n', length: 2 },
        prefix: { digits: 2 },
        parts: {
          '01': { name: 'One', content: 'n', length: { max: 9 } },
          '02': { name: 'Two', content: 'n', length: { max: 9 } },
        },
      },
    },
  },
}

function after(change: (copy: typeof base) => unknown) {
  const copy = structuredClone(base)
  change(copy)
  return compareDialects(readSpecification(base), readSpecification(copy))
}

test('a dialect does not differ from itself, nor from itself under another name', (t) => {
  for (const { plan } of shippedDialects()) t.deepEqual(compareDialects(plan, plan), [])
  t.deepEqual(
    after((copy) => {
      copy.name = 'after'
    }),
    [],
  )
})

const CHANGES: readonly [string, (copy: typeof base) => unknown, object[]][] = [
  [
    'a setting of an element',
    (copy) => {
      copy.fields['4'].length = 13
    },
    [
      {
        path: '4',
        kind: 'changed',
        name: 'Amount',
        settings: [
          { setting: 'length.min', before: '12', after: '13' },
          { setting: 'length.max', before: '12', after: '13' },
        ],
      },
    ],
  ],
  [
    'a part of a composite',
    (copy) => Object.assign(copy.fields['48'].composite.parts['02'], { mask: 'secret' }),
    [
      {
        path: '48.02',
        kind: 'changed',
        name: 'Two',
        settings: [{ setting: 'mask', after: 'secret' }],
      },
    ],
  ],
  [
    'a part that is gone',
    (copy) => Reflect.deleteProperty(copy.fields['48'].composite.parts, '01'),
    [{ path: '48.01', kind: 'removed', name: 'One', settings: [] }],
  ],
  [
    'an element that is new',
    (copy) => Object.assign(copy.fields, { '11': { name: 'STAN', content: 'n', length: 6 } }),
    [{ path: '11', kind: 'added', name: 'STAN', settings: [] }],
  ],
  [
    'what a value means',
    (copy) => {
      copy.fields['3'].meanings['000000'] = 'purchase'
    },
    [
      {
        path: '3',
        kind: 'changed',
        name: 'Processing code',
        settings: [{ setting: 'meanings 0- 000000', before: 'sale', after: 'purchase' }],
      },
    ],
  ],
  [
    'the message type and the bitmap',
    (copy) =>
      Object.assign(copy, { mti: { encoding: 'bcd' }, bitmap: { encoding: 'binary', count: 2 } }),
    [
      {
        path: 'mti',
        kind: 'changed',
        name: 'Message type',
        settings: [{ setting: 'encoding', before: 'ascii', after: 'bcd' }],
      },
      {
        path: 'bitmap',
        kind: 'changed',
        name: 'Bitmap',
        settings: [{ setting: 'encoding', before: 'hex', after: 'binary' }],
      },
    ],
  ],
]

for (const [what, change, differences] of CHANGES) {
  test(`${what} is the difference, and the only one`, (t) => {
    t.deepEqual<unknown, unknown>(after(change), differences)
  })
}

test('what is added one way is removed the other', (t) => {
  const [first, second] = shippedDialects().map(({ plan }) => plan)
  if (first === undefined || second === undefined) return t.fail()
  const kinds = { added: 'removed', removed: 'added', changed: 'changed' } as const
  const there = compareDialects(first, second).map(({ path, kind }) => `${path} ${kind}`)
  const back = compareDialects(second, first).map(({ path, kind }) => `${path} ${kinds[kind]}`)
  t.deepEqual(there.sort(), back.sort())
})
