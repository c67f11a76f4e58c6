import test from 'ava'
import fc from 'fast-check'
import { Share } from '#admission'
import { createReturns } from '../../src/admission/returns.ts'

const BOUNDS = { leastMs: 1_000, mostMs: 30_000 }

test('the more were turned away, the later one may come back, until it is late enough', (t) => {
  const returns = createReturns(BOUNDS)
  const share = new Share()
  const told = Array.from({ length: 4_000 }, () => returns.after(share, 0, 10))
  const tenth = (index: number) => told[index * 400] ?? 0
  t.true(tenth(0) >= 1_000 && tenth(0) <= 1_300)
  t.true(tenth(1) > 3_000 && tenth(3) > tenth(1) && tenth(5) > tenth(3))
  t.true(tenth(9) >= 24_000 && tenth(9) <= 30_000)
})

test('who is told the same is spread, so that not all come back at once', (t) => {
  const returns = createReturns(BOUNDS)
  const share = new Share()
  const told = Array.from({ length: 20_000 }, () => returns.after(share, 0, 100)).slice(10_000)
  const seconds = new Map<number, number>()
  for (const ms of told) {
    const second = Math.floor(ms / 1_000)
    seconds.set(second, (seconds.get(second) ?? 0) + 1)
  }
  t.true(seconds.size >= 6)
  t.true(Math.max(...seconds.values()) < 2_500)
})

test('an overload that is over is forgotten, and what one party made no other pays for', (t) => {
  const returns = createReturns(BOUNDS)
  const [flood, calm] = [new Share(), new Share()]
  for (let index = 0; index < 10_000; index += 1) returns.after(flood, 0, 100)
  t.true(returns.after(calm, 0, 100) < 1_500)
  t.true(returns.after(flood, 10_000, 100) > 20_000)
  t.true(returns.after(flood, 40_000, 100) < 1_500)
})

test('what is said is rounded to two digits, and keeps within its bounds', (t) => {
  const ms = fc.integer({ min: 0, max: 100_000 })
  fc.assert(
    fc.property(fc.array(fc.tuple(ms, fc.double({ min: 0, max: 1_000, noNaN: true }))), (turns) => {
      const returns = createReturns(BOUNDS)
      const share = new Share()
      let nowMs = 0
      for (const [later, msEach] of turns) {
        nowMs += later
        const said = returns.after(share, nowMs, msEach)
        t.true(said >= BOUNDS.leastMs && said <= BOUNDS.mostMs)
        t.regex(String(said), /^\d\d0*$/)
      }
    }),
  )
})
