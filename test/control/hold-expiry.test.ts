import test from 'ava'
import { startHoldExpiry } from '#control'
import { createFakeClock } from '../fakes/clock.ts'
import { collectLog } from '../fakes/log.ts'
import { host as hostFacts } from '../processing/meridian.ts'
import { settle } from './desk.ts'

const LIMITS = { holdMs: 3_600_000, pollMs: 60_000 }

/** An expiry over a store that has so many to let go at each look, or fails. */
function watching(...found: readonly (number | Error)[]) {
  const clock = createFakeClock(10_000_000)
  const { log, lines } = collectLog()
  const asked: { readonly begunBeforeMs: number; readonly atMs: number }[] = []
  let woken = 0
  const left = [...found]
  const store = {
    async expireHolds(expiry: { readonly begunBeforeMs: number; readonly atMs: number }) {
      asked.push(expiry)
      const count = left.shift() ?? 0
      if (count instanceof Error) throw count
      return count
    },
  }
  const wake = () => {
    woken += 1
  }
  const stop = startHoldExpiry({ store, clock, log, hostFacts, forwarding: { wake } }, LIMITS)
  return { clock, lines, asked, woken: () => woken, stop }
}

test('holds older than the host keeps them are let go, now and each minute', async (t) => {
  const it = watching(2)
  await settle()
  t.like(it.asked, [{ begunBeforeMs: 10_000_000 - 3_600_000, atMs: 10_000_000 }])
  t.is(it.woken(), 1)
  t.like(it.lines, [{ event: 'holds-expired', facts: { count: 2 } }])
  it.clock.advance(60_000)
  await settle()
  t.is(it.asked.length, 2)
  t.is(it.woken(), 1)
})

test('as long as an act finds as many as it may there is another at once', async (t) => {
  const it = watching(100, 100, 7)
  await settle()
  t.is(it.asked.length, 3)
  t.is(it.woken(), 3)
})

test('a journal that fails is asked again a minute later, and complained of once', async (t) => {
  const it = watching(new Error('away'), new Error('away'), 1)
  for (let minute = 0; minute < 3; minute++) {
    await settle()
    it.clock.advance(60_000)
  }
  const said = it.lines.map(({ event }) => event)
  t.deepEqual(said, ['holds-not-expired', 'holds-expired'])
})

test('nothing is asked any more when it has stopped', async (t) => {
  const it = watching(100, 100)
  it.stop()
  await settle()
  it.clock.advance(600_000)
  await settle()
  t.is(it.asked.length, 1)
})
