import test from 'ava'
import { type BusinessDay, openBusinessDay } from '#control'
import { silentLog } from '#platform'
import { openMemoryStore } from '#store'
import { createFakeClock, type FakeClock } from '../fakes/clock.ts'
import { host as hostFacts } from '../processing/meridian.ts'

/** 2026-11-22T23:59:00Z; meridian's days are those of UTC. */
const LATE_EVENING_MS = Date.UTC(2026, 10, 22, 23, 59)

interface Opened {
  readonly day: BusinessDay
  readonly clock: FakeClock
  pass(seconds: number): Promise<void>
}

async function open(memory = openMemoryStore(), atMs = LATE_EVENING_MS): Promise<Opened> {
  const clock = createFakeClock(atMs)
  const store = {
    openDay: async (...act: Parameters<typeof memory.openDay>) =>
      memory.transact(() => memory.openDay(...act)),
    closeDays: async (...act: Parameters<typeof memory.closeDays>) =>
      memory.transact(() => memory.closeDays(...act)),
  }
  const day = await openBusinessDay({ store, clock, log: silentLog, hostFacts }, 1_000)
  return {
    day,
    clock,
    async pass(seconds) {
      for (let second = 0; second < seconds; second++) {
        clock.advance(1_000)
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

test('the day is the host’s calendar day, and the next one follows it', async (t) => {
  const { day, pass } = await open()
  t.is(day.date(), '2026-11-22')
  await pass(59)
  t.is(day.date(), '2026-11-22')
  await pass(2)
  t.is(day.date(), '2026-11-23')
})

test('the day that the host announces begins at once, and midnight does not undo it', async (t) => {
  const { day, pass } = await open()
  await day.announce('2026-11-24')
  t.is(day.date(), '2026-11-24')
  await pass(120)
  t.is(day.date(), '2026-11-24')
  await day.announce('2026-11-23')
  t.is(day.date(), '2026-11-24')
})

test('a day too far ahead is not followed, for it could not be taken back', async (t) => {
  const { day } = await open()
  await day.announce('2026-12-07')
  t.is(day.date(), '2026-11-22')
  await day.announce('2026-12-06')
  t.is(day.date(), '2026-12-06')
})

test('after a restart the day goes on, also under a clock that runs behind', async (t) => {
  const memory = openMemoryStore()
  const { day } = await open(memory)
  await day.announce('2026-11-24')
  day.close()
  const { day: again } = await open(memory, Date.UTC(2026, 10, 20))
  t.is(again.date(), '2026-11-24')
})

test('the day that another gateway on the journal has opened is followed', async (t) => {
  const memory = openMemoryStore()
  const [one, other] = [await open(memory), await open(memory)]
  await one.day.announce('2026-11-24')
  t.is(other.day.date(), '2026-11-22')
  await other.pass(1)
  t.is(other.day.date(), '2026-11-24')
})
