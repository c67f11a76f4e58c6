import test from 'ava'
import { median, rounded } from '../../../bench/rig/report.ts'

for (const [values, expected] of [
  [[7], 7],
  [[9, 1, 5], 5],
  [[4, 1, 3, 2], 2.5],
] as const) {
  test(`the median of ${values.join(', ')} is ${expected}`, (t) => {
    t.is(median(values), expected)
  })
}

test('nothing has no median', (t) => {
  t.throws(() => median([]), { instanceOf: RangeError })
})

for (const [value, expected] of [
  [0.123456, 0.123],
  [12.3456, 12.3],
  [8_345.6, 8_346],
] as const) {
  test(`${value} is shown as ${expected}`, (t) => {
    t.is(rounded(value), expected)
  })
}
