import test from 'ava'
import { startSweep } from '../../src/communication/sweep.ts'
import { createFakeClock } from '../fakes/clock.ts'

const CASES: readonly [timeoutsMs: number[], looks: number][] = [
  [[400, 1000], 100],
  [[8], 1000],
  [[60_000], 10],
]

for (const [timeoutsMs, looks] of CASES) {
  test(`with timeouts of ${timeoutsMs} ms a sweep looks ${looks} times in 10 s`, (t) => {
    const clock = createFakeClock()
    let looked = 0
    const stop = startSweep(clock, timeoutsMs, () => {
      looked += 1
    })
    clock.advance(10_000)
    t.is(looked, looks)
    stop()
    clock.advance(10_000)
    t.is(looked, looks)
    t.is(clock.deadlineCount(), 0)
  })
}
