import test from 'ava'
import fc from 'fast-check'
import { STAN_MAX } from '#domain'
import { StoreError } from '#store'
import { freeFrom } from '../../../src/store/postgres/stan-leases.ts'

const stan = fc.integer({ min: 1, max: STAN_MAX })
const lease = fc.record({ first: stan, count: fc.integer({ min: 1, max: 300_000 }) })
const wanted = fc.record({ first: stan, count: fc.integer({ min: 1, max: 100_000 }) })

/** The numbers of a range, by their ends: one stretch, or two when it passes the last number. */
function stretches({ first, count }: { first: number; count: number }): [number, number][] {
  const last = first + count - 1
  return last <= STAN_MAX
    ? [[first, last]]
    : [
        [first, STAN_MAX],
        [1, last - STAN_MAX],
      ]
}

function haveOneInCommon(a: { first: number; count: number }, b: typeof a): boolean {
  return stretches(a).some(([from, to]) =>
    stretches(b).some(([other, otherTo]) => from <= otherTo && other <= to),
  )
}

test('what is found has no number of any other lease', (t) => {
  fc.assert(
    fc.property(wanted, fc.array(lease, { maxLength: 6 }), (range, leases) => {
      const first = firstOr(range, leases)
      if (first === undefined) return
      for (const other of leases) t.false(haveOneInCommon({ ...range, first }, other))
    }),
  )
})

test('numbers go on where they stopped when nothing is in the way', (t) => {
  fc.assert(
    fc.property(wanted, fc.array(lease, { maxLength: 6 }), (range, leases) => {
      fc.pre(!leases.some((other) => haveOneInCommon(range, other)))
      t.is(firstOr(range, leases), range.first)
    }),
  )
})

test('when there is none, any range of that length has a number of another lease', (t) => {
  const great = fc.record({ first: stan, count: fc.integer({ min: 500_000, max: STAN_MAX }) })
  fc.assert(
    fc.property(great, fc.array(lease, { maxLength: 6 }), (range, leases) => {
      if (firstOr(range, leases) !== undefined) return
      // Behind each of them is where a gap could begin.
      for (const { first, count } of leases) {
        const behind = { ...range, first: ((first - 1 + count) % STAN_MAX) + 1 }
        t.true(leases.some((other) => haveOneInCommon(behind, other)))
      }
    }),
  )
})

const taken = { first: 100, count: 50 }

for (const [what, range, first] of [
  ['that ends just before a taken one stays', { first: 90, count: 10 }, 90],
  ['that would touch its first number begins behind it', { first: 90, count: 11 }, 150],
  ['that would begin with its last number begins behind it', { first: 149, count: 5 }, 150],
  ['that begins behind it stays', { first: 150, count: 5 }, 150],
  ['that comes round to it begins behind it', { first: 999_999, count: 101 }, 150],
  ['that comes round to just before it stays', { first: 999_999, count: 100 }, 999_999],
] as const) {
  test(`a range ${what}`, (t) => {
    t.is(freeFrom(range, [taken]), first)
  })
}

test('when others have all numbers there is none', (t) => {
  const others = [
    { first: 1, count: 500_000 },
    { first: 500_001, count: 499_999 },
  ]
  t.throws(() => freeFrom({ first: 7, count: 1 }, others), { code: 'STANS_TAKEN' })
})

function firstOr(range: { first: number; count: number }, leases: readonly (typeof range)[]) {
  try {
    return freeFrom(range, leases)
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.code === 'STANS_TAKEN') return undefined
    throw thrown
  }
}
