import type { ExecutionContext } from 'ava'
import fc from 'fast-check'
import type { TabOpening } from '#domain'
import type { ChargeWish, PostingWish, Store, StorePlace } from '#store'
import { approved, bytes, intent, reversing, usd } from './sample.ts'
import { type Kind, test } from './stores.ts'

const MERCHANT = 'acme-books'
const DAY = '2026-11-22'
const AT_MS = 1_795_000_001_000
const DAY_MS = 86_400_000

const opening: TabOpening = {
  merchant: MERCHANT,
  id: 'tab-1',
  payment: 'order-1',
  currency: usd(),
  consent: { reference: 'consent-1', maximumMinor: 2_000n, untilMs: AT_MS + 7 * DAY_MS },
  posting: { ageMs: DAY_MS, atDayEnd: false },
  fingerprint: bytes(32, 1),
  businessDate: DAY,
  openedAtMs: AT_MS,
}

/** A store with an authorization of 1,250 minor units, `order-1`, and a tab on it, `tab-1`. */
async function withTab(
  t: ExecutionContext,
  kind: Kind,
  { place, ...terms }: Partial<TabOpening> & { place?: StorePlace } = {},
): Promise<Store> {
  const store = await kind.open(t, place === undefined ? {} : { place })
  await hold(store, 1)
  await store.openTab({ ...opening, ...terms })
  return store
}

/** An authorization, `order-INDEX`. */
async function hold(store: Store, index: number): Promise<void> {
  await store.begin(intent(index, { operation: 'payment.authorize' }))
  await store.conclude(MERCHANT, `order-${index}`, approved)
}

/** An increment of the first authorization. */
async function increase(store: Store, index: number, minor: bigint): Promise<void> {
  const more = { operation: 'payment.increment', original: 'order-1' } as const
  await store.begin(intent(index, { ...more, amount: { minor, currency: usd() } }))
  await store.conclude(MERCHANT, `order-${index}`, approved)
}

function charging(amounts: Readonly<Record<string, bigint>>, id = 'tab-1'): ChargeWish {
  const charges = Object.entries(amounts).map(([charge, grains]) => ({ id: charge, grains }))
  return { merchant: MERCHANT, id, charges, atMs: AT_MS + 1 }
}

const posting: PostingWish = {
  ...{ merchant: MERCHANT, id: 'tab-1', isAsked: true, openDate: DAY, atMs: AT_MS + 2 },
}

const read = (store: Store, id = 'tab-1') =>
  store.readReceipt({ merchant: MERCHANT, id, after: 0, countMax: 100 })

function taking(nowMs: number) {
  const times = { nowMs, leaseUntilMs: nowMs + 75_000, horizonMs: nowMs + DAY_MS }
  return { host: 'meridian', countMax: 10, ...times }
}

const dueTabs = (store: Store, nowMs: number, openDate = DAY) =>
  store.takeDueTabs({ ...taking(nowMs), openDate })

/** Tell the host of every capture and reversal, which acknowledges them. */
async function acknowledge(store: Store): Promise<void> {
  for (const { seq } of await store.takeOwed(taking(AT_MS + DAY_MS))) {
    await store.endAttempt(seq, { kind: 'acknowledged', atMs: AT_MS + 3 })
  }
}

test('a tab is opened once on an approved authorization, and the same request is told it', async (t, kind) => {
  const store = await withTab(t, kind)
  const again = await store.openTab(opening)
  t.like(again, { kind: 'repeat', tab: { id: 'tab-1', payment: 'order-1', heldMinor: 1_250n } })
  t.like(again, { tab: { consent: opening.consent, posting: opening.posting, state: 'open' } })
  const conflict = await store.openTab({ ...opening, fingerprint: bytes(32, 2) })
  t.deepEqual(conflict, { kind: 'conflict' })
  const second = await store.openTab({ ...opening, id: 'tab-2' })
  t.like(second, { kind: 'refused', why: 'tab-before' })
  t.is((await store.openTab({ ...opening, id: 'tab-2', payment: 'order-9' })).kind, 'unseen')
})

test('no tab is opened on what holds nothing', async (t, kind) => {
  const store = await kind.open(t)
  await store.begin(intent(1))
  await store.conclude(MERCHANT, 'order-1', approved)
  t.like(await store.openTab(opening), { kind: 'refused', why: 'no-authorization' })
  await store.begin(intent(2, { operation: 'payment.authorize' }))
  const begun = await store.openTab({ ...opening, payment: 'order-2' })
  t.like(begun, { kind: 'refused', why: 'state' })
})

test('charges are on the tab in their order, with all that was said of them', async (t, kind) => {
  const store = await withTab(t, kind, {
    rate: { unit: 'second', grains: 12n },
    incrementMinor: 100n,
  })
  const charges = [
    { id: 'a', grains: 12_500n, item: 'An article' },
    { id: 'b', quantity: 10 },
  ]
  const result = await store.chargeTab({ ...charging({}), charges })
  t.like(result, { kind: 'charged', tab: { chargedGrains: 12_620n, chargeCount: 2 }, refused: [] })
  const receipt = await read(store)
  t.deepEqual(receipt?.items, [
    { number: 1, atMs: AT_MS + 1, id: 'a', grains: 12_500n, item: 'An article' },
    { number: 2, atMs: AT_MS + 1, id: 'b', grains: 120n, quantity: 10 },
  ])
  t.like(receipt?.tab, { rate: { unit: 'second', grains: 12n }, incrementMinor: 100n })
  const next = await store.readReceipt({ merchant: MERCHANT, id: 'tab-1', after: 1, countMax: 5 })
  t.deepEqual(
    next?.items.map(({ id }) => id),
    ['b'],
  )
})

test('the same charge again changes nothing, and one with other content is a conflict', async (t, kind) => {
  const store = await withTab(t, kind)
  const both = await Promise.all([
    store.chargeTab(charging({ a: 5_000n })),
    store.chargeTab(charging({ a: 5_000n, b: 1n })),
  ])
  t.like(both[1], { refused: [], tab: { chargedGrains: 5_001n, chargeCount: 2 } })
  const other = await store.chargeTab(charging({ c: 1n, a: 5_001n, d: 1n }))
  t.like(other, { refused: [{ id: 'a', why: 'conflict' }], tab: { chargedGrains: 5_003n } })
  const twice = [
    { id: 'e', grains: 1n },
    { id: 'e', grains: 2n },
  ]
  const result = await store.chargeTab({ ...charging({}), charges: twice })
  t.like(result, { refused: [{ id: 'e', why: 'conflict' }], tab: { chargeCount: 5 } })
})

test('a charge above what is held is refused alone, until more is held', async (t, kind) => {
  const store = await withTab(t, kind)
  const first = await store.chargeTab(charging({ a: 12_499_999n, b: 2n, c: 1n }))
  t.like(first, {
    refused: [{ id: 'b', why: 'above-hold' }],
    tab: { chargedGrains: 12_500_000n, chargeCount: 2 },
  })
  await increase(store, 2, 1_000n)
  const second = await store.chargeTab(charging({ b: 2n, c: 1n, d: 7_499_999n }))
  t.like(second, { refused: [{ id: 'd', why: 'above-consent' }], tab: { heldMinor: 2_250n } })
})

test('a charge of no tab is unseen, and a bad one is refused as a whole', async (t, kind) => {
  const store = await withTab(t, kind)
  t.deepEqual(await store.chargeTab(charging({ a: 1n }, 'tab-9')), { kind: 'unseen' })
  const good = store.chargeTab(charging({ a: 1n }))
  const bad = store.chargeTab(charging({ b: 1n, c: 0n }))
  await t.throwsAsync(bad, { code: 'ACT_INVALID' })
  await good
  t.is((await read(store))?.items.length, 1)
})

test('a posted tab captures its whole minor units in the same act, and takes no more', async (t, kind) => {
  const store = await withTab(t, kind)
  await store.chargeTab(charging({ a: 12_500n, b: 12_400n }))
  const posted = await store.postTab(posting)
  t.like(posted, { kind: 'closed', state: 'capturing', tab: { state: 'posted' } })
  const closing = {
    ...{ because: 'merchant', broughtGrains: 0n, postedMinor: 2n, carriedGrains: 4_900n },
    atMs: AT_MS + 2,
  }
  t.deepEqual((await read(store))?.tab.closing, closing as never)
  t.like(await store.find(MERCHANT, 'order-1'), { capture: { amountMinor: 2n } })
  const [owed, ...more] = await store.takeOwed(taking(AT_MS + 10))
  t.like(owed, { kind: 'advice' })
  t.deepEqual(more, [])
  t.deepEqual(await store.postTab({ ...posting, isAsked: false }), posted)
  const late = await store.chargeTab(charging({ b: 12_400n, c: 1n }))
  t.like(late, { refused: [{ id: 'c', why: 'closed' }], tab: { chargeCount: 2 } })
})

test('a tab that comes to nothing lets its hold go, and what it left is posted by the next', async (t, kind) => {
  const store = await withTab(t, kind)
  await increase(store, 2, 100n)
  await store.chargeTab(charging({ a: 9_999n }))
  const released = await store.postTab(posting)
  t.like(released, { kind: 'closed', state: 'reversing', tab: { state: 'released' } })
  t.deepEqual(
    (await store.takeOwed(taking(AT_MS + 10))).map(({ kind: of }) => of),
    ['reversal', 'reversal'],
  )
  await hold(store, 3)
  await store.openTab({ ...opening, id: 'tab-3', payment: 'order-3' })
  await store.chargeTab(charging({ a: 1n }, 'tab-3'))
  const next = await store.postTab({ ...posting, id: 'tab-3' })
  t.like(next, { tab: { closing: { broughtGrains: 9_999n, postedMinor: 1n, carriedGrains: 0n } } })
})

test('what an open tab holds is neither captured nor reversed by its merchant', async (t, kind) => {
  const store = await withTab(t, kind)
  await increase(store, 2, 100n)
  const capture = { merchant: MERCHANT, id: 'order-1', businessDate: DAY, atMs: 3 }
  t.like(await store.capture(capture), { kind: 'refused', why: 'tab-open' })
  for (const id of ['order-1', 'order-2']) {
    t.like(await store.reverse(reversing(id, 3)), { kind: 'refused', why: 'tab-open' })
  }
  await store.postTab(posting)
  t.is((await store.find(MERCHANT, 'order-1'))?.state, 'reversing')
})

test('what an open tab holds does not lapse, and is in the way of no hold that does', async (t, kind) => {
  const store = await withTab(t, kind)
  const expiry = { host: 'meridian', begunBeforeMs: 2 ** 44, countMax: 1, atMs: 5 }
  t.is(await store.expireHolds(expiry), 0)
  t.is((await store.find(MERCHANT, 'order-1'))?.state, 'approved')
  await hold(store, 2)
  t.is(await store.expireHolds(expiry), 1)
  t.is((await store.find(MERCHANT, 'order-2'))?.state, 'reversing')
})

test('a tab waits for an increment whose outcome is not known', async (t, kind) => {
  const store = await withTab(t, kind)
  await store.chargeTab(charging({ a: 10_000n }))
  const more = { operation: 'payment.increment', original: 'order-1' } as const
  await store.begin(intent(2, more))
  t.deepEqual(await store.postTab(posting), { kind: 'refused', why: 'increment-open' })
  t.is((await read(store))?.tab.state, 'open')
  await store.conclude(MERCHANT, 'order-2', { state: 'declined', decidedAtMs: 1 })
  t.like(await store.postTab(posting), { kind: 'closed' })
})

test('a tab is due by its charges, its age or the end of its day, and one taker has it', async (t, kind) => {
  const store = await withTab(t, kind, {
    posting: { ageMs: DAY_MS, atDayEnd: true, chargesMax: 2, thresholdMinor: 5n },
  })
  const key = [{ merchant: MERCHANT, id: 'tab-1' }]
  t.deepEqual(await dueTabs(store, AT_MS + DAY_MS - 1), [])
  t.deepEqual(await store.postTab({ ...posting, isAsked: false }), { kind: 'not-due' })
  t.deepEqual(await dueTabs(store, AT_MS + DAY_MS), key)
  t.deepEqual(await dueTabs(store, AT_MS + DAY_MS), [])
  t.deepEqual(await dueTabs(store, AT_MS + DAY_MS + 75_000), key)
  await store.chargeTab(charging({ a: 1n, b: 1n }))
  t.deepEqual(await dueTabs(store, AT_MS + 2), key)
  await hold(store, 2)
  const other = { ...opening, id: 'tab-2', payment: 'order-2' }
  await store.openTab({ ...other, posting: { ageMs: DAY_MS, atDayEnd: true } })
  const tomorrow = await dueTabs(store, AT_MS + 3, '2026-11-23')
  t.deepEqual(tomorrow, [...key, { merchant: MERCHANT, id: 'tab-2' }])
  const wish = { ...posting, isAsked: false }
  t.like(await store.postTab(wish), { tab: { closing: { because: 'charges' } } })
  const day = await store.postTab({ ...wish, id: 'tab-2', openDate: '2026-11-23' })
  t.like(day, { tab: { closing: { because: 'day-end' } } })
})

/** A posted and captured tab with charges `a` (1.5), `b` (1.25) and `c` (0.5); 0.25 is carried. */
async function captured(t: ExecutionContext, kind: Kind, place?: StorePlace): Promise<Store> {
  const store = await withTab(t, kind, place === undefined ? {} : { place })
  await store.chargeTab(charging({ a: 15_000n, b: 12_500n, c: 5_000n }))
  await store.postTab(posting)
  await acknowledge(store)
  return store
}

const giving = (charge: string, refund: string) => ({
  ...{ merchant: MERCHANT, id: 'tab-1', charge, refund, atMs: AT_MS + 4 },
})

/** The payment by which a refund goes back, as far as it is begun. */
const beginRefund = (store: Store, id: string, minor: bigint) =>
  store.begin(
    intent(Number(id.split('-')[1]), {
      operation: 'payment.refund',
      original: 'order-1',
      id,
      amount: { minor, currency: usd() },
    }),
  )

test('a refund gives whole minor units back, what is carried on first, and none is lost', async (t, kind) => {
  const store = await captured(t, kind)
  t.like(await store.refundItem(giving('b', 'back-11')), { kind: 'due', minor: 1n })
  t.like(await store.refundItem(giving('b', 'back-11')), { kind: 'due', minor: 1n })
  t.like(await store.refundItem(giving('b', 'back-12')), { kind: 'refused', why: 'refunded' })
  t.like(await store.refundItem(giving('a', 'back-11')), { kind: 'conflict' })
  t.like((await read(store))?.items[1], { refund: { id: 'back-11', minor: 1n, state: 'open' } })
  await beginRefund(store, 'back-11', 1n)
  await store.conclude(MERCHANT, 'back-11', approved)
  t.like((await read(store))?.items[1], { refund: { state: 'stands' } })
  // 0.25 carried pays for the fraction of b: nothing is left, so c takes a whole unit back.
  t.like(await store.refundItem(giving('c', 'back-13')), { kind: 'due', minor: 1n })
})

test('a refund that came to nothing may be asked for anew', async (t, kind) => {
  const store = await captured(t, kind)
  await store.refundItem(giving('a', 'back-11'))
  await beginRefund(store, 'back-11', 2n)
  await store.conclude(MERCHANT, 'back-11', { state: 'declined', decidedAtMs: 1 })
  t.like(await store.refundItem(giving('a', 'back-12')), { kind: 'due', minor: 2n })
})

test('a charge that what is carried on pays for whole costs the host nothing', async (t, kind) => {
  const store = await withTab(t, kind)
  await store.chargeTab(charging({ a: 15_000n, b: 4_000n }))
  await store.postTab(posting)
  t.like(await store.refundItem(giving('b', 'back-11')), { kind: 'due', minor: 0n })
  t.like((await read(store))?.items[1], { refund: { minor: 0n, state: 'stands' } })
  t.like(await store.refundItem(giving('a', 'back-12')), { kind: 'refused', why: 'state' })
})

test('what is not there is not given back', async (t, kind) => {
  const store = await withTab(t, kind)
  await store.chargeTab(charging({ a: 15_000n }))
  t.like(await store.refundItem(giving('a', 'back-11')), { kind: 'refused', why: 'not-posted' })
  t.deepEqual(await store.refundItem(giving('z', 'back-11')), { kind: 'unseen', what: 'charge' })
  const elsewhere = await store.refundItem({ ...giving('a', 'back-11'), id: 'tab-9' })
  t.deepEqual(elsewhere, { kind: 'unseen', what: 'tab' })
})

test('the refund of a charge is not reversed', async (t, kind) => {
  const store = await captured(t, kind)
  await store.refundItem(giving('a', 'back-11'))
  await beginRefund(store, 'back-11', 2n)
  await store.conclude(MERCHANT, 'back-11', approved)
  t.like(await store.reverse(reversing('back-11', 5)), { kind: 'refused', why: 'tab-item' })
})

test('host messages are the authorization, what followed it up, and what closed the tab', async (t, kind) => {
  const store = await withTab(t, kind)
  t.is((await read(store))?.hostMessages, 1)
  await increase(store, 2, 100n)
  await store.chargeTab(charging({ a: 10_000n }))
  await store.postTab(posting)
  t.is((await read(store))?.hostMessages, 3)
})

test('open tabs, their charges and what is due of them survive a restart', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await withTab(t, kind, { place })
  await store.chargeTab(charging({ a: 5_000n, b: 7_000n }))
  await store.close()
  const again = await kind.open(t, { place })
  await again.recover(AT_MS + 5, 0)
  const more = await again.chargeTab(charging({ b: 7_000n, c: 8_000n }))
  t.like(more, { tab: { chargedGrains: 20_000n, chargeCount: 3 }, refused: [] })
  t.is((await dueTabs(again, AT_MS + DAY_MS)).length, 1)
})

const story = fc.array(
  fc.record({
    amounts: fc.array(fc.bigInt({ min: 1n, max: 30_000n }), { maxLength: 4 }),
    refunds: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
    approves: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
)

test('the sum of charges is what was posted and what is carried, whatever is given back', async (t, kind) => {
  const store = await kind.open(t)
  let index = 100
  let card = 10
  const property = fc.asyncProperty(story, async (tabs) => {
    card += 1
    let [charged, taken, carried] = [0n, 0n, 0n]
    for (const { amounts, refunds, approves } of tabs) {
      index += 10
      const [id, payment] = [`tab-${index}`, `order-${index}`]
      const panHash = bytes(32, card)
      await store.begin(intent(index, { operation: 'payment.authorize', panHash }))
      await store.conclude(MERCHANT, payment, approved)
      await store.openTab({ ...opening, id, payment })
      await store.chargeTab(charging(Object.fromEntries(amounts.entries()), id))
      charged += amounts.reduce((a, b) => a + b, 0n)
      await store.postTab({ ...posting, id })
      await acknowledge(store)
      const closing = (await read(store, id))?.tab.closing
      t.is(closing?.broughtGrains, carried)
      taken += closing?.postedMinor ?? 0n
      carried = closing?.carriedGrains ?? 0n
      t.is(charged, taken * 10_000n + carried)
      for (const [at, which] of [...new Set(refunds)].entries()) {
        const refund = `back-${index + at + 1}`
        const wish = { ...giving(String(which), refund), id }
        const back = await store.refundItem(wish)
        if (back.kind !== 'due') continue
        if (back.minor > 0n) {
          const follow = { operation: 'payment.refund', original: payment, id: refund } as const
          const amount = { minor: back.minor, currency: usd() }
          await store.begin(intent(index + at + 1, { ...follow, amount, panHash }))
          const state = approves ? 'approved' : 'declined'
          await store.conclude(MERCHANT, refund, { state, decidedAtMs: 1 })
          if (!approves) continue
        }
        charged -= back.charge.grains
        taken -= back.minor
        carried += back.minor * 10_000n - back.charge.grains
      }
    }
  })
  await fc.assert(property, { numRuns: 15 })
})
