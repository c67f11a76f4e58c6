import test from 'ava'
import fc from 'fast-check'
import { createTurnedAway } from '#admission'
import { type HostLink, type HostReply, type Reservation, shareHost } from '#control'
import { silentLog } from '#platform'
import { createFakeClock } from '../fakes/clock.ts'

const MESSAGE = { mti: '0200', fields: {} }
const ANSWER: HostReply = { kind: 'answered', message: MESSAGE }

/** A host with a window, that answers when the test says so. */
function open(windowRequests: number) {
  const clock = createFakeClock()
  const asked: ((reply: HostReply) => void)[] = []
  let held = 0
  let isUp = true
  const host: Pick<HostLink, 'reserve'> = {
    reserve() {
      if (!isUp) return { kind: 'down' }
      if (held >= windowRequests) return { kind: 'full' }
      held += 1
      let isMine = true
      const leave = () => {
        if (isMine) held -= 1
        isMine = false
      }
      return {
        kind: 'reserved',
        ask: () =>
          new Promise((resolve) => {
            asked.push((reply) => {
              leave()
              resolve(reply)
            })
          }),
        release: leave,
      }
    },
  }
  const shared = shareHost(host, {
    windowRequests,
    answerWaitMs: 1_000,
    retry: { leastMs: 1_000, mostMs: 30_000 },
    turnedAway: createTurnedAway({ clock, log: silentLog, event: 'requests-turned-away' }),
    clock,
  })
  return {
    ...{ clock, asked, shared },
    held: () => held,
    lose() {
      isUp = false
    },
    reserve: (merchant: string, times: number) =>
      Array.from({ length: times }, () => shared.reserve(merchant)).filter(isReserved),
  }
}

type Reserved = Extract<Reservation, { kind: 'reserved' }>

function isReserved(place: Reservation): place is Reserved {
  return place.kind === 'reserved'
}

test('the last eighth of the window is for who has less than its fair share', (t) => {
  const { reserve, held } = open(16)
  t.is(reserve('M-1', 100).length, 14)
  t.is(reserve('M-2', 2).length, 2)
  t.is(reserve('M-1', 1).length, 0)
  t.is(held(), 16)
})

test('of a full window nobody gets more, and hears when to come back', (t) => {
  const { reserve, shared } = open(8)
  reserve('M-1', 8)
  t.is(reserve('M-2', 8).length, 1)
  t.like(shared.reserve('M-3'), { kind: 'full', retryAfterMs: 1_200 })
})

test('a host that cannot be reached is said to be down, and holds no place', (t) => {
  const { reserve, shared, lose } = open(2)
  const [place] = reserve('M-1', 1)
  lose()
  for (let times = 0; times < 10; times += 1) t.is(shared.reserve('M-1').kind, 'down')
  place?.release()
})

test('a place is free again when the host has answered, or when it was not needed', async (t) => {
  const { reserve, asked, held } = open(2)
  const [one, two] = reserve('M-1', 2)
  const reply = one?.ask(MESSAGE)
  two?.release()
  two?.release()
  t.is(held(), 1)
  t.is(reserve('M-1', 2).length, 1)
  asked[0]?.(ANSWER)
  t.is(await reply, ANSWER)
  one?.release()
  t.is(reserve('M-1', 2).length, 1)
})

test('a host that takes too long is asked less at once, and more again when it does not', async (t) => {
  const { reserve, asked, clock } = open(64)
  const placesWhen = async (takesMs: number, rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      const replies = reserve('M-1', 64).map((place) => place.ask(MESSAGE))
      clock.advance(takesMs)
      for (const settle of asked.splice(0)) settle(ANSWER)
      await Promise.all(replies)
    }
    const places = reserve('M-1', 64)
    for (const place of places) place.release()
    return places.length
  }
  t.is(await placesWhen(900, 5), 56)
  t.is(await placesWhen(2_000, 10), 16)
  t.is(await placesWhen(100, 30), 56)
})

test('in any order of events the window is kept, and no place is lost', async (t) => {
  const step = fc.tuple(
    fc.constantFrom('reserve', 'ask', 'settle', 'release'),
    fc.constantFrom('M-1', 'M-2', 'M-3'),
    fc.nat(99),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 200, size: 'max' }), async (steps) => {
      const { reserve, asked, held, clock } = open(8)
      const places: Reserved[] = []
      const replies: Promise<HostReply>[] = []
      for (const [what, merchant, which] of steps) {
        clock.advance(1)
        const place = places[which % Math.max(1, places.length)]
        if (what === 'reserve') places.push(...reserve(merchant, 1))
        else if (what === 'ask' && place) {
          replies.push(place.ask(MESSAGE))
          places.splice(places.indexOf(place), 1)
        } else if (what === 'settle') {
          asked.shift()?.(ANSWER)
          await Promise.resolve()
        } else place?.release()
        t.true(held() <= 8)
      }
      for (const place of places) place.release()
      for (const settle of asked.splice(0)) settle({ kind: 'unknown', reason: 'host-silent' })
      await Promise.all(replies)
      t.is(held(), 0)
      t.is(reserve('M-4', 8).length, 7)
    }),
  )
})
