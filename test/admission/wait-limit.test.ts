import test from 'ava'
import fc from 'fast-check'
import { createWaitLimit, type WaitLimitOptions } from '../../src/admission/wait-limit.ts'

const OPTIONS: WaitLimitOptions = { atStart: 256, min: 16, max: 4_096, waitMs: 50 }

/** One server that serves one after another, and a crowd that takes every place at once. */
function crowd(options: WaitLimitOptions, serveMs: (nowMs: number) => number, untilMs: number) {
  const limit = createWaitLimit(options)
  const waiting: number[] = []
  const waits: { readonly atMs: number; readonly ms: number }[] = []
  let nowMs = 0
  while (nowMs < untilMs) {
    while (waiting.length < limit.now()) waiting.push(nowMs)
    limit.noteTurnedAway()
    nowMs += serveMs(nowMs)
    const ms = nowMs - (waiting.shift() ?? nowMs)
    waits.push({ atMs: nowMs, ms })
    limit.noteServed(ms, nowMs)
  }
  return { limit, waits }
}

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, it) => sum + it, 0) / values.length

test('however fast the server is, a crowd waits about as long as is wanted', (t) => {
  const perSecond = fc.integer({ min: 400, max: 40_000 })
  fc.assert(
    fc.property(perSecond, (rate) => {
      const { waits } = crowd(OPTIONS, () => 1_000 / rate, 6_000)
      const settled = waits.filter(({ atMs }) => atMs > 3_000).map(({ ms }) => ms)
      const mean = meanOf(settled)
      t.true(mean > 20 && mean < 75, `${rate}/s: mean wait ${mean}`)
      t.true(Math.max(...settled) < 125, `${rate}/s: longest wait ${Math.max(...settled)}`)
    }),
    { numRuns: 30 },
  )
})

test('a server so slow that the least number waits longer has the least number', (t) => {
  const { limit } = crowd(OPTIONS, () => 20, 10_000)
  t.true(limit.now() >= 16 && limit.now() < 20, `${limit.now()}`)
})

test('when the server becomes four times as slow, waits are as wanted again within a second', (t) => {
  const { waits } = crowd(OPTIONS, (nowMs) => (nowMs < 3_000 ? 0.25 : 1), 6_000)
  const after = waits.filter(({ atMs }) => atMs > 4_000).map(({ ms }) => ms)
  t.true(Math.max(...after) < 125, `${Math.max(...after)}`)
})

test('when it becomes as fast again, so are the places', (t) => {
  const { limit } = crowd(OPTIONS, (nowMs) => (nowMs < 3_000 ? 2 : 0.25), 6_000)
  t.true(limit.now() > 130, `${limit.now()}`)
})

test('one pause of the machine takes no more than half, and what it took comes back', (t) => {
  const limit = createWaitLimit(OPTIONS)
  for (let index = 0; index < 64; index += 1) limit.noteServed(400, 400)
  t.is(limit.now(), 128)
  for (let index = 1; index <= 200; index += 1) limit.noteServed(1, 400 + 10 * index)
  t.true(limit.now() >= 256, `${limit.now()}`)
})

test('nobody is turned away: the limit stays where it began', (t) => {
  const limit = createWaitLimit(OPTIONS)
  for (let index = 0; index < 10_000; index += 1) limit.noteServed(1, index)
  t.is(limit.now(), 256)
})

test('a few in a long time say nothing', (t) => {
  const limit = createWaitLimit(OPTIONS)
  for (let index = 0; index < 100; index += 1) limit.noteServed(1_000, 500 * index)
  t.is(limit.now(), 256)
  t.is(limit.msEach(), undefined)
})

test('how long each takes is known once there were more than could be served', (t) => {
  const { limit } = crowd(OPTIONS, () => 0.5, 2_000)
  const msEach = limit.msEach() ?? 0
  t.true(msEach > 0.45 && msEach < 0.55, `${msEach}`)
})
