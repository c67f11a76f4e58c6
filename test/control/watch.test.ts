import test from 'ava'
import { createComplaint } from '../../src/control/complaint.ts'
import { startWatch } from '../../src/control/watch.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { collectLog } from '../fakes/log.ts'
import { settle } from './desk.ts'

/** A watch whose looks end when they are told to. */
function watching() {
  const clock = createFakeClock()
  const { log, lines } = collectLog()
  const open: { end(isMore: boolean): void; fail(): void }[] = []
  let begun = 0
  const watch = startWatch({
    clock,
    pollMs: 1_000,
    complaint: createComplaint(log, 'not-looked'),
    look() {
      begun += 1
      return new Promise<boolean>((resolve, reject) => {
        open.push({ end: resolve, fail: () => reject(new Error('no')) })
      })
    },
  })
  return { ...watch, clock, lines, begun: () => begun, current: () => open.at(-1) }
}

test('it looks at once, when woken, and at each poll', async (t) => {
  const it = watching()
  t.is(it.begun(), 1)
  it.current()?.end(false)
  await settle()
  it.wake()
  t.is(it.begun(), 2)
  it.current()?.end(false)
  await settle()
  it.clock.advance(1_000)
  t.is(it.begun(), 3)
})

test('woken while it looks, however often, it looks once more', async (t) => {
  const it = watching()
  it.wake()
  it.wake()
  t.is(it.begun(), 1)
  it.current()?.end(false)
  await settle()
  t.is(it.begun(), 2)
  it.current()?.end(false)
  await settle()
  t.is(it.begun(), 2)
})

test('where more may be due it looks on', async (t) => {
  const it = watching()
  it.current()?.end(true)
  await settle()
  t.is(it.begun(), 2)
})

test('woken at any moment of a look’s end, it looks once more', async (t) => {
  for (let turns = 0; turns < 12; turns++) {
    const it = watching()
    it.current()?.end(false)
    for (let turn = 0; turn < turns; turn++) await undefined
    it.wake()
    await settle()
    t.is(it.begun(), 2, `after ${turns} turns`)
  }
})

test('a look that failed is told, and the next poll looks again', async (t) => {
  const it = watching()
  it.current()?.fail()
  await settle()
  t.like(it.lines, [{ event: 'not-looked' }])
  t.is(it.begun(), 1)
  it.clock.advance(1_000)
  t.is(it.begun(), 2)
})

test('stopped, it waits for the look that goes on and begins no other', async (t) => {
  const it = watching()
  it.wake()
  let isStopped = false
  const stopped = it.stop().then(() => {
    isStopped = true
  })
  await settle()
  t.false(isStopped)
  it.current()?.end(true)
  await stopped
  it.wake()
  it.clock.advance(10_000)
  await settle()
  t.is(it.begun(), 1)
})
