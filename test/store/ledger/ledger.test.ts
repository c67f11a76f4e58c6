import type { ExecutionContext } from 'ava'
import type { PaymentOutcome } from '#domain'
import { openLedgerDesk, type Store, type StorePlace, verifyPlace } from '#store'
import { createFakeClock } from '../../fakes/clock.ts'
import { approved, intent, reversing, usd } from '../sample.ts'
import { type Kind, test } from '../stores.ts'
import { charged, chargedByTab } from './sample-plan.ts'

interface Scene {
  readonly store: Store
  readonly place: StorePlace
  /** Debits less credits by purpose, of what is not zero. */
  balances(): Promise<Readonly<Record<string, number>>>
}

/** A store that is sound in the end, whatever the test does. */
async function sceneOf(t: ExecutionContext, kind: Kind): Promise<Scene> {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  return {
    store,
    place,
    async balances() {
      const { faults } = await verifyPlace(place, { clock: createFakeClock() })
      t.deepEqual(faults, [])
      const rows = await kind.rows(
        place,
        `SELECT purpose, CAST(balance_minor AS text) AS minor FROM ledger_balances
         WHERE balance_minor <> 0 ORDER BY purpose`,
      )
      return Object.fromEntries(rows.map(({ purpose, minor }) => [purpose, Number(minor)]))
    },
  }
}

async function sell(store: Store, index = 1, outcome: PaymentOutcome = approved): Promise<void> {
  await store.begin(intent(index))
  await store.conclude('acme-books', `order-${index}`, outcome)
}

/** Give back so much of `order-1`. */
async function refund(store: Store, index: number, minor: bigint): Promise<void> {
  const amount = { minor, currency: usd() }
  const over = { operation: 'payment.refund', original: 'order-1', amount } as const
  await store.begin(intent(index, over))
  await store.conclude('acme-books', `order-${index}`, approved)
}

const taking = { host: 'meridian', nowMs: 2 ** 45, leaseUntilMs: 2 ** 45, horizonMs: 2 ** 46 }

/** Have all that the host is owed acknowledged. */
async function acknowledge(store: Store): Promise<void> {
  for (const { seq } of await store.takeOwed({ ...taking, countMax: 10 })) {
    await store.endAttempt(seq, { kind: 'acknowledged', atMs: 1_795_000_000_900 })
  }
}

test('an approved sale is posted in the act that concludes it', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await sell(store)
  t.deepEqual(await balances(), { 'host-settlement': 1_250, pending: -1_250 })
})

test('what was approved in part is posted in part', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await sell(store, 1, { ...approved, approvedMinor: 1_000n })
  t.deepEqual(await balances(), { 'host-settlement': 1_000, pending: -1_000 })
})

test('a sale that is declined, failed or unknown moves nothing', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await sell(store, 1, { state: 'declined', decidedAtMs: 1 })
  await sell(store, 2, { state: 'failed', decidedAtMs: 1 })
  await sell(store, 3, { state: 'unknown', reason: 'host-silent', decidedAtMs: 1 })
  await acknowledge(store)
  t.deepEqual(await balances(), {})
})

test('the merchant’s plan divides it, and the posting says which record had it', async (t, kind) => {
  const { store, place, balances } = await sceneOf(t, kind)
  await store.putMerchant(charged, 'test')
  await sell(store)
  t.deepEqual(await balances(), {
    ...{ 'host-settlement': 1_250, pending: -1_184, fee: -59, platform: -7 },
  })
  const [posting] = await kind.rows(place, 'SELECT terms, charged_as FROM ledger_postings')
  t.deepEqual({ ...posting }, { terms: 1, charged_as: 'payment' })
})

test('a sale is charged by the plan that its merchant has then', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await sell(store, 1)
  await store.putMerchant(charged, 'test')
  await sell(store, 2)
  const { feePlan: _, ...free } = charged
  await store.putMerchant(free, 'test')
  await sell(store, 3)
  t.like(await balances(), { 'host-settlement': 3_750, fee: -59, platform: -7 })
})

test('a sale that is reversed leaves nothing, fees and shares neither', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await store.putMerchant(charged, 'test')
  await sell(store)
  await store.reverse(reversing('order-1', 1_795_000_000_500))
  t.like(await balances(), { 'host-settlement': 1_250 })
  await acknowledge(store)
  t.deepEqual(await balances(), {})
})

test('refunds give back what was taken, to the last unit of everybody’s part', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await store.putMerchant(charged, 'test')
  await sell(store)
  await refund(store, 2, 333n)
  t.deepEqual(await balances(), {
    ...{ 'host-settlement': 917, pending: -869, fee: -43, platform: -5 },
  })
  await refund(store, 3, 500n)
  await refund(store, 4, 417n)
  t.deepEqual(await balances(), {})
})

test('a refund that is reversed has given back nothing', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await store.putMerchant(charged, 'test')
  await sell(store)
  const before = await balances()
  await refund(store, 2, 333n)
  await store.reverse(reversing('order-2', 1_795_000_000_500))
  t.notDeepEqual(await balances(), before)
  await acknowledge(store)
  t.deepEqual(await balances(), before)
  await refund(store, 3, 1_250n)
  t.deepEqual(await balances(), {})
})

test('a capture that is reversed leaves nothing', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await store.putMerchant(charged, 'test')
  await store.begin(intent(1, { operation: 'payment.authorize' }))
  await store.conclude('acme-books', 'order-1', approved)
  const named = { merchant: 'acme-books', id: 'order-1', businessDate: '2026-11-22', atMs: 3_000 }
  await store.capture(named)
  await acknowledge(store)
  t.like(await balances(), { 'host-settlement': 1_250, fee: -59 })
  await store.reverse(reversing('order-1', 4_000))
  await acknowledge(store)
  t.deepEqual(await balances(), {})
})

test('an authorization moves nothing before its capture is acknowledged', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await store.begin(intent(1, { operation: 'payment.authorize' }))
  await store.conclude('acme-books', 'order-1', approved)
  const amount = { minor: 1_000n, currency: usd() }
  const named = { merchant: 'acme-books', id: 'order-1', businessDate: '2026-11-24', atMs: 3_000 }
  await store.capture({ ...named, amount })
  t.deepEqual(await balances(), {})
  await acknowledge(store)
  t.deepEqual(await balances(), { 'host-settlement': 1_000, pending: -1_000 })
})

test('sales of one batch are one change of each balance', async (t, kind) => {
  const { store, place, balances } = await sceneOf(t, kind)
  await store.putMerchant(charged, 'test')
  const indexes = Array.from({ length: 50 }, (_, at) => at + 1)
  await Promise.all(indexes.map((index) => sell(store, index)))
  t.like(await balances(), { 'host-settlement': 62_500, fee: -2_950, platform: -350 })
  const [found] = await kind.rows(place, 'SELECT count(*) AS count FROM ledger_postings')
  t.is(Number(found?.['count']), 50)
})

const free = {
  ...{ merchant: 'acme-books', currency: usd(), businessDate: '2026-11-22' },
  atMs: 1_795_000_000_700,
}

test('money becomes available, is held back and is released, as far as it is there', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await sell(store)
  await store.post({ ...free, kind: 'reserved', amountMinor: 250n })
  await store.post({ ...free, kind: 'available', amountMinor: 1_000n })
  t.deepEqual(await balances(), { 'host-settlement': 1_250, reserve: -250, available: -1_000 })
  const tooMuch = { ...free, kind: 'released', amountMinor: 251n } as const
  await t.throwsAsync(store.post(tooMuch), { code: 'POSTING_NOT_ALLOWED' })
  await store.post({ ...tooMuch, amountMinor: 250n })
  t.deepEqual(await balances(), { 'host-settlement': 1_250, available: -1_250 })
})

test('of what one batch wants from an account, no more is given than is there', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await sell(store)
  const wishes = [700n, 500n, 200n, 50n].map((amountMinor) =>
    store.post({ ...free, kind: 'available', amountMinor }),
  )
  const ends = await Promise.allSettled(wishes)
  t.deepEqual(
    ends.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
  t.deepEqual(await balances(), { 'host-settlement': 1_250, available: -1_250 })
})

test('a reversal takes from what is available when nothing is pending', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await sell(store, 1)
  await sell(store, 2)
  await store.post({ ...free, kind: 'available', amountMinor: 2_000n })
  await store.reverse(reversing('order-1', 1_795_000_000_800))
  await acknowledge(store)
  t.deepEqual(await balances(), { 'host-settlement': 1_250, available: -1_250 })
})

test('a day that is over opens with what the day before closed with', async (t, kind) => {
  const { store, place, balances } = await sceneOf(t, kind)
  for (const [index, date] of ['2026-11-22', '2026-11-23', '2026-11-24'].entries()) {
    await store.openDay({ host: 'meridian', date, by: 'calendar', atMs: index })
    await store.begin(intent(index + 1, { businessDate: date }))
    await store.conclude('acme-books', `order-${index + 1}`, approved)
    await store.closeDays('meridian', 10 + index)
  }
  t.deepEqual(await balances(), { 'host-settlement': 3_750, pending: -3_750 })
  const days = await kind.rows(
    place,
    `SELECT business_date, CAST(opening_minor AS text) AS opening FROM ledger_days
     JOIN ledger_accounts ON seq = account WHERE purpose = 'pending' ORDER BY business_date`,
  )
  t.deepEqual(
    days.map((row) => [row['business_date'], row['opening']]),
    [
      ['2026-11-22', '0'],
      ['2026-11-23', '-1250'],
      ['2026-11-24', null],
    ],
  )
  const closings = await kind.rows(place, 'SELECT business_date FROM ledger_closings')
  t.is(closings.length, 2)
})

test('what belongs to a day that is closed is posted to the day after it', async (t, kind) => {
  const { store, place, balances } = await sceneOf(t, kind)
  await store.openDay({ host: 'meridian', date: '2026-11-22', by: 'calendar', atMs: 1 })
  await sell(store)
  await store.openDay({ host: 'meridian', date: '2026-11-24', by: 'calendar', atMs: 2 })
  await store.closeDays('meridian', 3)
  await store.post({ ...free, kind: 'available', amountMinor: 1_250n })
  await balances()
  const dates = await kind.rows(place, 'SELECT business_date FROM ledger_postings ORDER BY seq')
  t.deepEqual(
    dates.map((row) => row['business_date']),
    ['2026-11-22', '2026-11-23'],
  )
})

test('a day is not closed while anything of it is open', async (t, kind) => {
  const { store, place } = await sceneOf(t, kind)
  await store.openDay({ host: 'meridian', date: '2026-11-22', by: 'calendar', atMs: 1 })
  await sell(store, 1)
  await store.begin(intent(2))
  await store.openDay({ host: 'meridian', date: '2026-11-23', by: 'calendar', atMs: 2 })
  t.is(await store.closeDays('meridian', 3), 1)
  t.is((await kind.rows(place, 'SELECT * FROM ledger_closings')).length, 0)
  await Promise.all([
    store.conclude('acme-books', 'order-2', approved),
    store.closeDays('meridian', 4),
  ])
  t.is((await kind.rows(place, 'SELECT * FROM ledger_closings')).length, 1)
  const [row] = await kind.rows(
    place,
    `SELECT count(*) AS count FROM ledger_postings
    WHERE business_date = '2026-11-22'`,
  )
  t.is(Number(row?.['count']), 2)
})

test('a posting that was wrong is corrected once, by its mirror', async (t, kind) => {
  const { store, place, balances } = await sceneOf(t, kind)
  await store.putMerchant(charged, 'test')
  await sell(store)
  const desk = await openLedgerDesk(place, { clock: createFakeClock() })
  const [posting] = await kind.rows(place, 'SELECT seq FROM ledger_postings')
  const seq = Number(posting?.['seq'])
  await desk.correct(seq, 'ada')
  t.deepEqual(await balances(), {})
  for (const wrong of [seq, seq + 1, 99]) {
    await t.throwsAsync(desk.correct(wrong, 'ada'), { code: 'POSTING_NOT_ALLOWED' })
  }
  await store.reverse(reversing('order-1', 1_795_000_000_800))
  await acknowledge(store)
  t.deepEqual(await balances(), {})
  await desk.close()
})

test('the capture of a tab is charged what the plan takes for a tab', async (t, kind) => {
  const { store, balances } = await sceneOf(t, kind)
  await store.putMerchant(chargedByTab, 'ada')
  await store.begin(intent(1, { operation: 'payment.authorize' }))
  await store.conclude('acme-books', 'order-1', approved)
  const [merchant, id, atMs] = ['acme-books', 'tab-1', 1_795_000_000_200]
  await store.openTab({
    ...{ merchant, id, payment: 'order-1', currency: usd(), fingerprint: new Uint8Array(32) },
    consent: { reference: 'proof-1', maximumMinor: 1_250n, untilMs: atMs + 60_000 },
    posting: { ageMs: 60_000, atDayEnd: false },
    ...{ businessDate: '2026-11-22', openedAtMs: atMs },
  })
  await store.chargeTab({ merchant, id, atMs, charges: [{ id: 'one', grains: 10_009_999n }] })
  await store.postTab({ merchant, id, isAsked: true, openDate: '2026-11-22', atMs })
  await acknowledge(store)
  t.deepEqual(await balances(), { fee: -5, 'host-settlement': 1_000, pending: -995 })
})
