import type { ExecutionContext } from 'ava'
import { openPaymentReader, openWorkDesk, type Store, type StorePlace } from '#store'
import { createFakeClock } from '../fakes/clock.ts'
import { approved, bytes, intent, reversing, usd } from './sample.ts'
import { type Kind, test } from './stores.ts'

const wish = {
  ...{ merchant: 'acme-books', id: 'order-1', businessDate: '2026-11-24', atMs: 3_000 },
}
const part = { ...wish, amount: { minor: 1000n, currency: usd() } }
const hold = intent(1, { operation: 'payment.authorize' })

/** A store with an approved authorization, `order-1`. */
async function holding(t: ExecutionContext, kind: Kind, place?: StorePlace): Promise<Store> {
  const store = await kind.open(t, place === undefined ? {} : { place })
  await store.begin(hold)
  await store.conclude('acme-books', 'order-1', approved)
  return store
}

function taking(nowMs: number) {
  const times = { nowMs, leaseUntilMs: nowMs + 75_000, horizonMs: nowMs + 86_400_000 }
  return { host: 'meridian', countMax: 10, ...times }
}

const due = (store: Store, nowMs = 2 ** 45) => store.takeOwed(taking(nowMs))

test('the act that captures a payment owes the advice, with the payment as it stands', async (t, kind) => {
  const store = await holding(t, kind)
  const result = await store.capture(part)
  const payment = await store.find('acme-books', 'order-1')
  t.like(payment, {
    state: 'capturing',
    outcome: approved,
    capture: { amountMinor: 1000n, businessDate: '2026-11-24', askedAtMs: 3_000 },
  })
  t.deepEqual(result, { kind: 'taken', payment })
  const [owed, ...more] = await due(store, 3_000)
  t.like(owed, { kind: 'advice', cause: 'merchant-asked', owedAtMs: 3_000, attempts: 0 })
  t.deepEqual(owed?.payment, payment)
  t.deepEqual(more, [])
})

test('the same wish again changes nothing, and owes nothing again', async (t, kind) => {
  const store = await holding(t, kind)
  const [first, again] = await Promise.all([store.capture(wish), store.capture(wish)])
  t.deepEqual(again, first)
  t.is((await due(store)).length, 1)
})

test('what is refused changes nothing', async (t, kind) => {
  const store = await holding(t, kind)
  const refused = (over: object) => store.capture({ ...wish, ...over })
  const more = { amount: { minor: 1251n, currency: usd() } }
  t.like(await refused(more), { kind: 'refused', why: 'more-than-approved' })
  t.deepEqual(await refused({ id: 'order-9' }), { kind: 'unseen' })
  t.deepEqual(await refused({ merchant: 'other' }), { kind: 'unseen' })
  t.is((await store.find('acme-books', 'order-1'))?.state, 'approved')
  t.deepEqual(await due(store), [])
})

test('what is being captured is not reversed, and what is reversed is not captured', async (t, kind) => {
  const taken = await holding(t, kind)
  await taken.capture(wish)
  const stands = await taken.reverse(reversing('order-1', 4_000))
  t.like(stands, { kind: 'refused', why: 'capturing', payment: { state: 'capturing' } })
  const undone = await holding(t, kind)
  await undone.reverse(reversing('order-1', 4_000))
  const result = await undone.capture(wish)
  t.like(result, { kind: 'refused', why: 'state' })
  for (const store of [taken, undone]) t.is((await due(store)).length, 1)
})

for (const [told, settlementDate] of [
  ['2026-11-25', '2026-11-25'],
  [undefined, '2026-11-24'],
] as const) {
  test(`an acknowledgement that says ${told ?? 'no day'} settles on ${settlementDate}`, async (t, kind) => {
    const store = await holding(t, kind)
    await store.capture(part)
    const said = told === undefined ? {} : { settlementDate: told }
    await store.endAttempt(1, { kind: 'acknowledged', responseCode: '00', ...said, atMs: 5_000 })
    const payment = await store.find('acme-books', 'order-1')
    t.like(payment, { state: 'captured', capture: { amountMinor: 1000n, settlementDate } })
    t.is(payment?.outcome?.settlementDate, approved.settlementDate)
    t.deepEqual(await due(store), [])
  })
}

test('a day is open while something captured on it is under way, whenever it was approved', async (t, kind) => {
  const store = await holding(t, kind)
  const open = (date: string) => store.openDay({ host: 'meridian', date, by: 'calendar', atMs: 1 })
  const closing = () => store.closeDays('meridian', 9)
  for (const date of ['2026-11-22', '2026-11-24']) await open(date)
  t.is(await closing(), 0)
  await store.capture(wish)
  await open('2026-11-25')
  t.is(await closing(), 1)
  await store.endAttempt(1, { kind: 'acknowledged', atMs: 5_000 })
  t.is(await closing(), 0)
})

async function refusedIn(t: ExecutionContext, kind: Kind) {
  const place = await kind.freshPlace(t)
  const store = await holding(t, kind, place)
  await store.capture(part)
  await store.numberOwed(1, { stan: 77, askedAtMs: 3_500 })
  await store.endAttempt(1, { kind: 'refused', responseCode: '12', atMs: 4_000 })
  const desk = await openWorkDesk(place, { clock: createFakeClock(5_000) })
  t.teardown(() => desk.close())
  return { place, store, desk }
}

test('a refusal is a work item with what was to be captured, and the payment stays', async (t, kind) => {
  const { store, desk } = await refusedIn(t, kind)
  const [item] = await desk.list(10)
  t.like(item, { kind: 'advice-refused', stan: 77, responseCode: '12' })
  t.like(item?.payment, { state: 'capturing', capture: { amountMinor: 1000n } })
  t.deepEqual(await store.takeOwed(taking(2 ** 45)), [])
})

test('an operator has it sent again, and the host takes it', async (t, kind) => {
  const { store, desk } = await refusedIn(t, kind)
  await desk.retry(1, 'J. Doe')
  const [owed] = await store.takeOwed(taking(5_000))
  t.like(owed, { kind: 'advice', numbered: { stan: 77, askedAtMs: 3_500 } })
  await store.endAttempt(1, { kind: 'acknowledged', settlementDate: '2026-11-26', atMs: 6_000 })
  t.like(await store.find('acme-books', 'order-1'), {
    state: 'captured',
    capture: { settlementDate: '2026-11-26' },
  })
})

test('an operator says that the host has captured it otherwise', async (t, kind) => {
  const { place, store, desk } = await refusedIn(t, kind)
  await desk.closeAsDone(1, 'J. Doe')
  t.like(await store.find('acme-books', 'order-1'), {
    state: 'captured',
    capture: { settlementDate: '2026-11-24' },
  })
  t.deepEqual(await desk.list(10), [])
  const moves = await kind.rows(place, 'SELECT to_state, reason FROM payment_events ORDER BY seq')
  t.deepEqual(
    moves.map(({ to_state, reason }) => [to_state, reason]),
    [
      ['begun', null],
      ['approved', null],
      ['capturing', 'merchant-asked'],
      ['captured', 'captured-otherwise'],
    ],
  )
})

test('an advice that is owed for too long is a work item of its own kind', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await holding(t, kind, place)
  await store.capture(wish)
  t.is(await store.raiseOverdue({ host: 'meridian', owedBeforeMs: 3_000, atMs: 9_000 }), 1)
  const desk = await openWorkDesk(place, { clock: createFakeClock() })
  t.teardown(() => desk.close())
  t.like((await desk.list(10))[0], { kind: 'advice-overdue', openedAtMs: 9_000 })
})

test('a capture survives a restart, is due at once, and a card’s payments show it', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await holding(t, kind, place)
  await store.capture(part)
  t.is((await store.takeOwed(taking(3_000))).length, 1)
  await store.numberOwed(1, { stan: 77, askedAtMs: 3_500 })
  await store.close()
  const reopened = await kind.open(t, { place })
  t.is((await reopened.recover(4_000, 0)).leftUnknown, 0)
  const [owed] = await reopened.takeOwed(taking(4_000))
  t.like(owed, { kind: 'advice', numbered: { stan: 77 } })
  t.is(owed?.payment.capture?.amountMinor, 1000n)
  const reader = await openPaymentReader(place, { clock: createFakeClock() })
  t.teardown(() => reader.close())
  const { payments } = await reader.findByCard(bytes(32, 7), 5)
  t.like(payments, [{ state: 'capturing', capture: { amountMinor: 1000n } }])
})

test('a capture of nothing is a bug of the caller, and changes nothing', async (t, kind) => {
  const store = await holding(t, kind)
  const amount = { minor: 0n, currency: usd() }
  await t.throwsAsync(store.capture({ ...wish, amount }), { code: 'ACT_INVALID' })
  t.is((await store.find('acme-books', 'order-1'))?.state, 'approved')
  t.deepEqual(await due(store), [])
})
