import test from 'ava'
import { createTurnedAway } from '#admission'
import { createTurns, JournalBusyError } from '#control'
import { silentLog } from '#platform'
import { createFakeClock } from '../fakes/clock.ts'
import { answerTo, type HostScript, openDesk, sale } from './desk.ts'

const HEAD = { id: 'e', merchant: 'M-1001', time: '2026-11-22T10:00:00Z' }

test('an echo is answered with the gateway’s time and reaches no host', async (t) => {
  const desk = await openDesk()
  t.deepEqual(await desk.tell({ type: 'echo', ...HEAD }), {
    type: 'echo.answer',
    id: 'e',
    time: '2026-11-22T10:00:00.000Z',
  })
  t.is(desk.asked.length, 0)
})

test('an unknown kind of request is answered, never ignored', async (t) => {
  const desk = await openDesk()
  const told = await desk.tell({ type: 'payment.conjure', ...HEAD })
  t.like(told, { type: 'error', id: 'e', error: { code: 'TYPE_UNKNOWN', field: 'type' } })
})

test('a request for another merchant than the one that signed is refused', async (t) => {
  const desk = await openDesk()
  const told = await desk.tell(sale('a', { merchant: 'M-2002' }))
  t.like(told, { error: { code: 'MERCHANT_MISMATCH', field: 'merchant' } })
  t.is(desk.asked.length, 0)
})

test('a payment of another merchant is not found', async (t) => {
  const desk = await openDesk()
  const told = await desk.tell({ type: 'payment.inquire', ...HEAD, payment: 'somebody-else' })
  t.like(told, { id: 'e', error: { code: 'PAYMENT_NOT_FOUND', field: 'payment' } })
})

test('while all turns for payments are taken, a payment hears BUSY and a question its answer', async (t) => {
  const clock = createFakeClock()
  const turns = createTurns({
    requestsInFlightMax: 4,
    retry: { leastMs: 1_000, mostMs: 30_000 },
    turnedAway: createTurnedAway({ clock, log: silentLog, event: 'requests-turned-away' }),
    clock,
  })
  const answer = Promise.withResolvers<void>()
  const script: HostScript = async (sent) => {
    await answer.promise
    return answerTo(sent)
  }
  const desk = await openDesk({ parts: { turns }, script })
  // The repeat waits for its twin, and takes a turn like any other.
  const told = [desk.tell(sale('a')), desk.tell(sale('a'))]
  const refused = await desk.tell(sale('b'))
  t.like(refused, { type: 'error', id: 'b', error: { code: 'BUSY', retryAfterMs: 1_200 } })
  const question = { type: 'payment.inquire', ...HEAD, payment: 'a' }
  t.like(await desk.tell(question), { outcome: 'pending' })
  answer.resolve()
  for (const it of await Promise.all(told)) t.is(it['outcome'], 'approved')
  t.is((await desk.tell(sale('b')))['outcome'], 'approved')
})

test('while the journal cannot be asked everything that needs it is put off', async (t) => {
  const busy = async () => {
    throw new JournalBusyError()
  }
  const desk = await openDesk({
    store: () => ({
      begin: async () => ({ kind: 'full' }),
      ...{ find: busy, reverse: busy, isReversedUnseen: busy },
    }),
  })
  const asked = [
    sale('a'),
    { type: 'payment.inquire', ...HEAD, payment: 'a' },
    { type: 'payment.reverse', ...HEAD, payment: 'a' },
  ]
  for (const request of asked) {
    t.like(await desk.tell(request), { error: { code: 'BUSY', retryAfterMs: 1_000 } })
  }
  t.like(await desk.tell({ type: 'echo', ...HEAD }), { type: 'echo.answer' })
  t.is(desk.asked.length, 0)
  t.is(desk.placesHeld(), 0)
  t.is(desk.parts.stans.openCount(), 0)
})
