import test from 'ava'
import fc from 'fast-check'
import { apportion } from '#ledger'

const weights = fc.array(fc.bigInt(0n, 10_000n), { minLength: 1, maxLength: 6 })
const total = fc.bigInt(0n, 999_999_999_999n)

test('parts are the whole, and none is further than a unit from its exact part', (t) => {
  fc.assert(
    fc.property(total, weights, (whole, given) => {
      const sum = given.reduce((a, b) => a + b, 0n)
      fc.pre(sum > 0n)
      const parts = apportion(whole, given)
      t.is(
        parts.reduce((a, b) => a + b, 0n),
        whole,
      )
      for (const [place, weight] of given.entries()) {
        const apart = (parts[place] ?? 0n) * sum - whole * weight
        t.true(apart < sum && apart > -sum)
      }
    }),
  )
})

test('the units that are left go to the largest remainders', (t) => {
  t.deepEqual(apportion(9_999n, [900n, 250n, 2_000n, 6_850n]), [900n, 250n, 2_000n, 6_849n])
})

test('of equal remainders the first has the unit', (t) => {
  t.deepEqual(apportion(1n, [1n, 1n, 1n]), [1n, 0n, 0n])
  t.deepEqual(apportion(5n, [1n, 1n, 1n]), [2n, 2n, 1n])
})

test('nothing is divided among nobody', (t) => {
  t.deepEqual(apportion(0n, [0n, 0n]), [0n, 0n])
  t.throws(() => apportion(1n, [0n, 0n]), { instanceOf: RangeError })
  t.throws(() => apportion(-1n, [1n]), { instanceOf: RangeError })
})
