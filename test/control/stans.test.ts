import test from 'ava'
import fc from 'fast-check'
import { openStans } from '#control'
import { createFakeClock } from '../fakes/clock.ts'

const LATE_MS = 60_000

/** A store that leases in turn from `next` on, as the real one does. */
function leasesFrom(next: number) {
  let first = next
  return {
    async leaseStans(_host: string, count: number) {
      const lease = { first, count }
      first = ((first - 1 + count) % 999_999) + 1
      return lease
    },
  }
}

function open(given: { next?: number; leaseCount?: number; resting?: number[] }) {
  const clock = createFakeClock()
  const { next = 1, leaseCount = 10, resting = [] } = given
  const options = { leaseCount, lateAnswerMaxMs: LATE_MS, resting }
  return openStans('meridian', { store: leasesFrom(next), clock }, options).then((stans) => ({
    clock,
    stans,
  }))
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('numbers are handed out in turn and go on after a lease is used up', async (t) => {
  const { stans } = await open({ leaseCount: 4 })
  const taken: (number | undefined)[] = []
  for (let count = 0; count < 10; count++) {
    taken.push(stans.take())
    await turn()
  }
  t.deepEqual(taken, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('after 999,999 comes 1', async (t) => {
  const { stans } = await open({ next: 999_998 })
  t.deepEqual([stans.take(), stans.take(), stans.take()], [999_998, 999_999, 1])
})

test('a number that no exchange was begun with is handed out next', async (t) => {
  const { stans } = await open({})
  t.deepEqual([stans.take(), stans.take()], [1, 2])
  stans.giveBack(1)
  t.is(stans.openCount(), 1)
  t.deepEqual([stans.take(), stans.take()], [1, 3])
})

test('a number that rests since before the start is passed over until no answer can come', async (t) => {
  const { stans, clock } = await open({ next: 5, resting: [5, 6] })
  t.is(stans.take(), 7)
  clock.advance(LATE_MS)
  t.is(stans.openCount(), 1)
})

test('when leases do not come, there is no number rather than one twice', async (t) => {
  const clock = createFakeClock()
  let leases = 0
  const store = {
    leaseStans: async () => {
      leases += 1
      if (leases > 1) throw new Error('store')
      return { first: 1, count: 2 }
    },
  }
  const stans = await openStans(
    'meridian',
    { store, clock },
    { leaseCount: 2, lateAnswerMaxMs: LATE_MS, resting: [] },
  )
  t.deepEqual([stans.take(), stans.take(), stans.take()], [1, 2, undefined])
  await turn()
  t.is(stans.take(), undefined)
})

test('no number is ever handed out while it is held or rests', async (t) => {
  const acts = fc.array(fc.constantFrom('take', 'release', 'giveBack', 'rest', 'wait'), {
    maxLength: 200,
  })
  await fc.assert(
    fc.asyncProperty(acts, fc.integer({ min: 999_950, max: 999_999 }), async (steps, next) => {
      const { stans, clock } = await open({ next, leaseCount: 8 })
      const held: number[] = []
      const resting = new Map<number, number>()
      for (const step of steps) {
        const [first] = held
        if (step === 'take') {
          const stan = stans.take()
          if (stan !== undefined && (held.includes(stan) || resting.has(stan))) return false
          if (stan !== undefined) held.push(stan)
        } else if (step === 'wait') {
          clock.advance(LATE_MS / 4)
        } else if (first !== undefined) {
          held.shift()
          stans[step](first)
          if (step === 'rest') resting.set(first, clock.elapsedMs() + LATE_MS)
        }
        for (const [stan, untilMs] of resting) {
          if (untilMs <= clock.elapsedMs()) resting.delete(stan)
        }
        await turn()
      }
      return stans.openCount() === held.length + resting.size
    }),
    { numRuns: 60 },
  )
  t.pass()
})
