import test from 'ava'
import { quantile, speedOf } from '../../../bench/load/figures.ts'

test('the first fifth of the payments is not counted', (t) => {
  // Ten answers: two slow ones that do not count, then one each 10 ms.
  const arrivedMs = Float64Array.from([
    500, 1_000, 1_010, 1_020, 1_030, 1_040, 1_050, 1_060, 1_070, 1_080,
  ])
  const latenciesMs = Float64Array.from([900, 800, 3, 3, 3, 3, 3, 3, 3, 9])
  t.deepEqual(speedOf({ answers: [], arrivedMs, latenciesMs }), {
    payments: 10,
    counted: 8,
    paymentsPerS: 100,
    p50Ms: 3,
    p99Ms: 9,
  })
})

for (const [share, expected] of [
  [0.5, 50],
  [0.99, 99],
  [1, 100],
] as const) {
  test(`quantile ${share} of 1 to 100 is the nearest rank, ${expected}`, (t) => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1)
    t.is(quantile(values, share), expected)
  })
}
