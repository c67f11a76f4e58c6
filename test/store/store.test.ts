import ava, { type ExecutionContext } from 'ava'
import type { PaymentIntent, PaymentOutcome } from '#domain'
import { createSystemClock } from '#platform'
import { openStore, type Store, type StoreErrorCode } from '#store'
import type { PaymentStore } from '../../src/control/ports.ts'
import { approved, bytes, intent, merchant, usd } from './sample.ts'
import { type Kind, test } from './stores.ts'

/** A merchant of a test's own on the store that the tests of this file share. */
interface Place {
  readonly store: Store
  readonly shop: string
  /** An intent of this merchant. */
  readonly intent: typeof intent
}

/** One of each kind. */
const shared = new Map<Kind, Promise<Store>>()
const endings: (() => void)[] = []
let places = 0

ava.after.always(async () => {
  for (const store of shared.values()) await (await store).close()
  for (const end of endings) end()
})

async function openShared(kind: Kind): Promise<Store> {
  const place = await kind.freshPlace({ teardown: (end) => endings.push(end) })
  return openStore(place, {
    clock: createSystemClock(),
    onFault(error) {
      throw error
    },
  })
}

async function onShared(kind: Kind): Promise<Place> {
  const opening = shared.get(kind) ?? openShared(kind)
  shared.set(kind, opening)
  const store = await opening
  const shop = `shop-${++places}`
  const transmittedAt = String(1_100_000_000 + places)
  return {
    store,
    shop,
    intent(index, over) {
      const plain = intent(index)
      const exchange = { ...plain.exchange, transmittedAt }
      return { ...plain, merchant: shop, exchange, ...over }
    },
  }
}

test('the store is what control asks for', async (t, kind) => {
  const port: PaymentStore = await kind.open(t)
  t.deepEqual(await port.begin(intent(1)), { kind: 'begun' })
})

test('a payment is found as it was begun', async (t, kind) => {
  const { store, shop, intent } = await onShared(kind)
  const whole = intent(1, { operation: 'payment.authorize', acceptPartial: true })
  await store.begin(whole)
  t.deepEqual(await store.find(shop, 'order-1'), { ...whole, state: 'begun' })
})

const outcomes: readonly PaymentOutcome[] = [
  approved,
  { state: 'declined', decidedAtMs: 2, responseCode: '51', settlementDate: '2026-11-22' },
  { state: 'failed', reason: 'not-sent', decidedAtMs: 3, settlementDate: '2026-11-22' },
  { state: 'unknown', reason: 'host-silent', decidedAtMs: 4, settlementDate: '2026-11-21' },
  {
    ...approved,
    approvedMinor: 999_999_999_999n,
    checks: { cvv2: 'M', address: 'Y' },
    details: { settlementDate: '1122' },
    carried: { '38': '123456', '48.92': 'x' },
  },
]
for (const [index, outcome] of outcomes.entries()) {
  test(`outcome ${index}, ${outcome.state}, is found as it was recorded`, async (t, kind) => {
    const { store, shop, intent } = await onShared(kind)
    await store.begin(intent(1))
    await store.conclude(shop, 'order-1', outcome)
    const payment = await store.find(shop, 'order-1')
    t.deepEqual(payment, { ...intent(1), state: outcome.state, outcome })
  })
}

test('a settlement date that the host did not tell is the business date', async (t, kind) => {
  const { store, shop, intent } = await onShared(kind)
  await store.begin(intent(1))
  await store.conclude(shop, 'order-1', { state: 'declined', decidedAtMs: 2 })
  t.is((await store.find(shop, 'order-1'))?.outcome?.settlementDate, '2026-11-22')
})

test('what was never begun is not found', async (t, kind) => {
  const { store, shop, intent } = await onShared(kind)
  await store.begin(intent(1))
  t.is(await store.find(shop, 'order-2'), undefined)
  t.is(await store.find('other', 'order-1'), undefined)
})

test('the same id with the same content is a repeat, with what is known by then', async (t, kind) => {
  const { store, shop, intent } = await onShared(kind)
  await store.begin(intent(1))
  const again = intent(1, { exchange: { ...intent(1).exchange, stan: 77 } })
  t.deepEqual(await store.begin(again), {
    kind: 'repeat',
    payment: { ...intent(1), state: 'begun' },
  })
  await store.conclude(shop, 'order-1', approved)
  t.deepEqual(await store.begin(again), {
    kind: 'repeat',
    payment: { ...intent(1), state: 'approved', outcome: approved },
  })
})

test('a repeat that even has the same trace number is a repeat', async (t, kind) => {
  const { store, intent } = await onShared(kind)
  await store.begin(intent(1))
  t.is((await store.begin(intent(1))).kind, 'repeat')
})

test('the same id with other content is a conflict, unless of another merchant', async (t, kind) => {
  const { store, intent } = await onShared(kind)
  await store.begin(intent(1))
  const { exchange } = intent(2)
  const other = intent(1, { fingerprint: bytes(32, 99), exchange })
  t.deepEqual(await store.begin(other), { kind: 'conflict' })
  t.deepEqual(await store.begin({ ...other, merchant: 'other' }), { kind: 'begun' })
})

test('of two begun at once with one id, one is begun and the other repeats it', async (t, kind) => {
  const { store, intent } = await onShared(kind)
  const twin = intent(1, { exchange: intent(2).exchange })
  const results = await Promise.all([store.begin(intent(1)), store.begin(twin)])
  t.deepEqual(
    results.map((it) => it.kind),
    ['begun', 'repeat'],
  )
})

async function checkRefused(
  t: ExecutionContext,
  kind: Kind,
  { code, act }: { code: StoreErrorCode; act: (place: Place) => Promise<unknown> },
) {
  const place = await onShared(kind)
  const { store, shop, intent } = place
  await store.begin(intent(1))
  await store.conclude(shop, 'order-1', approved)
  // Three acts in one turn go to the worker as one batch.
  const [before, refused, after] = await Promise.allSettled([
    store.begin(intent(2)),
    act(place),
    store.begin(intent(3)),
  ])
  t.is(refused.status === 'rejected' && refused.reason.code, code)
  t.deepEqual([before.status, after.status], ['fulfilled', 'fulfilled'])
  t.is((await store.find(shop, 'order-1'))?.state, 'approved')
  t.is((await store.find(shop, 'order-3'))?.state, 'begun')
  t.is(await store.find(shop, 'order-9'), undefined)
}

test('a trace number used twice at one moment is refused, and its batch stands', (t, kind) =>
  checkRefused(t, kind, {
    code: 'STAN_REUSED',
    act: ({ store, intent }) => store.begin(intent(9, { exchange: intent(1).exchange })),
  }))

test('a second outcome is refused, and its batch stands', (t, kind) =>
  checkRefused(t, kind, {
    code: 'MOVE_NOT_ALLOWED',
    act: ({ store, shop }) =>
      store.conclude(shop, 'order-1', { state: 'declined', decidedAtMs: 5 }),
  }))

test('an outcome of no payment is refused, and its batch stands', (t, kind) =>
  checkRefused(t, kind, {
    code: 'PAYMENT_NOT_FOUND',
    act: ({ store, shop }) => store.conclude(shop, 'order-9', approved),
  }))

test('an unknown outcome without a reason is refused, and its batch stands', (t, kind) =>
  checkRefused(t, kind, {
    code: 'ACT_INVALID',
    async act({ store, shop, intent }) {
      await store.begin(intent(8))
      await store.conclude(shop, 'order-8', { state: 'unknown', decidedAtMs: 5 })
    },
  }))

const badIntents: Readonly<Record<string, Partial<PaymentIntent>>> = {
  'a clear card number where the masked one belongs': { panMasked: '4539123456781234' },
  'a fingerprint of 31 bytes': { fingerprint: bytes(31, 1) },
  'a card hash of 33 bytes': { panHash: bytes(33, 1) },
  'trace number 0': { exchange: { ...intent(9).exchange, stan: 0 } },
  'trace number 1,000,000': { exchange: { ...intent(9).exchange, stan: 1_000_000 } },
  'an amount of 10^12': { amount: { minor: 10n ** 12n, currency: usd() } },
}
for (const [what, over] of Object.entries(badIntents)) {
  test(`${what} is refused, and its batch stands`, (t, kind) =>
    checkRefused(t, kind, {
      code: 'ACT_INVALID',
      act: ({ store, intent }) => store.begin(intent(9, over)),
    }))
}

test('the greatest amount and the last trace number are kept exactly', async (t, kind) => {
  const { store, shop, intent } = await onShared(kind)
  const most = intent(9, {
    amount: { minor: 999_999_999_999n, currency: usd() },
    exchange: { ...intent(9).exchange, stan: 999_999 },
  })
  await store.begin(most)
  t.deepEqual(await store.find(shop, 'order-9'), { ...most, state: 'begun' })
})

test('a trace number may come again at another moment, day or host', async (t, kind) => {
  const { store, shop, intent } = await onShared(kind)
  const { exchange } = intent(1)
  await store.begin(intent(1))
  await store.begin(intent(2, { exchange: { ...exchange, transmittedAt: '1123000000' } }))
  await store.begin(intent(3, { exchange, businessDate: '2027-11-22' }))
  await store.begin(intent(4, { exchange: { ...exchange, host: 'other' } }))
  t.is((await store.find(shop, 'order-4'))?.state, 'begun')
})

test('every move is written down once, the first from nothing', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  await store.begin(intent(1))
  await store.begin(intent(1))
  await store.conclude('acme-books', 'order-1', {
    state: 'unknown',
    reason: 'link-lost',
    decidedAtMs: 9,
  })
  await t.throwsAsync(store.conclude('acme-books', 'order-1', approved))
  await store.close()
  const events = await kind.rows(place, 'SELECT * FROM payment_events')
  t.deepEqual(
    events.map((it) => [it.seq, it.payment, it.from_state, it.to_state, it.reason, it.at_ms]),
    [
      [1, 1, null, 'begun', null, 1_795_000_000_000],
      [2, 1, 'begun', 'unknown', 'link-lost', 9],
    ],
  )
})

test('what is asked later sees what was asked earlier, in one batch and in the next', async (t, kind) => {
  const { store, shop, intent } = await onShared(kind)
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const answers: Promise<unknown>[] = []
  for (let index = 0; index < 20; index++) {
    answers.push(store.begin(intent(index)))
    if (index % 2 === 0) await turn()
    answers.push(store.find(shop, `order-${index}`).then((it) => it?.state))
    if (index % 3 === 0) await turn()
    answers.push(store.conclude(shop, `order-${index}`, approved))
    answers.push(store.find(shop, `order-${index}`).then((it) => it?.state))
  }
  const each = [{ kind: 'begun' }, 'begun', undefined, 'approved']
  t.deepEqual(await Promise.all(answers), Array.from({ length: 20 }, () => each).flat())
})

test('past the queue limit new work is refused, and an outcome never is', async (t, kind) => {
  const store = await kind.open(t, { limits: { queueActsMax: 3 } })
  await store.begin(intent(1))
  const acts = await Promise.allSettled([
    store.begin(intent(2)),
    store.find('acme-books', 'order-1'),
    store.begin(intent(3)),
    store.begin(intent(4)),
    store.conclude('acme-books', 'order-1', approved),
  ])
  t.deepEqual(
    acts.map((it) => (it.status === 'rejected' ? it.reason.code : 'done')),
    ['done', 'done', 'done', 'QUEUE_FULL', 'done'],
  )
  t.deepEqual(await store.begin(intent(4)), { kind: 'begun' })
})

test('closing answers what is under way and refuses what comes after', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  const underWay = Array.from({ length: 100 }, (_, index) => store.begin(intent(index)))
  const closed = store.close()
  await t.throwsAsync(store.begin(intent(200)), { code: 'STORE_CLOSED' })
  t.true((await Promise.all(underWay)).every((it) => it.kind === 'begun'))
  await closed
  const reopened = await kind.open(t, { place })
  t.is((await reopened.find('acme-books', 'order-99'))?.state, 'begun')
})

test('leases follow each other, wrap after 999,999 and go on after a restart', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  t.deepEqual(await store.leaseStans('meridian', 999_990), { first: 1, count: 999_990 })
  t.deepEqual(await store.leaseStans('meridian', 5), { first: 999_991, count: 5 })
  t.deepEqual(await store.leaseStans('other', 5), { first: 1, count: 5 })
  await store.close()
  const reopened = await kind.open(t, { place })
  t.deepEqual(await reopened.leaseStans('meridian', 4), { first: 999_996, count: 4 })
  t.deepEqual(await reopened.leaseStans('meridian', 999_999), { first: 1, count: 999_999 })
  t.deepEqual(await reopened.leaseStans('meridian', 1), { first: 1, count: 1 })
})

for (const count of [0, -1, 1.5, 1_000_000]) {
  test(`a lease of ${count} trace numbers is refused`, async (t, kind) => {
    const { store } = await onShared(kind)
    await t.throwsAsync(store.leaseStans('meridian', count), { code: 'ACT_INVALID' })
  })
}

test('what was begun before a restart is unknown after it, and its exchange is open', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  for (const index of [1, 2, 3, 4]) await store.begin(intent(index))
  await store.conclude('acme-books', 'order-1', approved)
  const unknown = { state: 'unknown', reason: 'host-silent' } as const
  await store.conclude('acme-books', 'order-2', { ...unknown, decidedAtMs: 999 })
  await store.conclude('acme-books', 'order-3', { ...unknown, decidedAtMs: 1000 })
  await store.close()

  const reopened = await kind.open(t, { place })
  const recovery = await reopened.recover(2000, 1000)
  t.is(recovery.leftUnknown, 1)
  t.deepEqual(
    recovery.openExchanges,
    [4, 5].map((stan) => ({
      host: 'meridian',
      stan,
      transmittedAt: '1122235959',
      terminal: 'TERM0001',
    })),
  )
  t.deepEqual((await reopened.find('acme-books', 'order-4'))?.outcome, {
    state: 'unknown',
    reason: 'gateway-restarted',
    decidedAtMs: 2000,
    settlementDate: '2026-11-22',
  })
  t.is((await reopened.recover(3000, 3000)).leftUnknown, 0)
  await reopened.close()
  const [last] = await kind.rows(place, 'SELECT * FROM payment_events ORDER BY seq DESC LIMIT 1')
  t.deepEqual([last?.from_state, last?.to_state, last?.at_ms], ['begun', 'unknown', 2000])
})

test('a stray answer is kept with what could be read of it', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  const whole = {
    kind: 'late' as const,
    host: 'meridian',
    mti: '0210',
    stan: 5,
    transmittedAt: '1122235959',
    responseCode: '00',
    sealedImage: bytes(40, 3),
    atMs: 10,
  }
  await store.journalStray(whole)
  await store.journalStray({
    kind: 'unknown',
    host: 'meridian',
    mti: '0210',
    sealedImage: bytes(1, 1),
    atMs: 11,
  })
  await store.close()
  const rows = await kind.rows(place, 'SELECT * FROM strays')
  t.deepEqual(
    rows.map(({ kind, stan, transmitted_at, response_code, at_ms }) => [
      kind,
      stan,
      transmitted_at,
      response_code,
      at_ms,
    ]),
    [
      ['late', 5, '1122235959', '00', 10],
      ['unknown', null, null, null, 11],
    ],
  )
  t.deepEqual(rows[0]?.sealed_image, whole.sealedImage)
})

for (const stray of ['late', 'unknown', 'duplicate', 'mismatched'] as const) {
  test(`a stray answer that is ${stray} is kept`, async (t, kind) => {
    const { store } = await onShared(kind)
    const common = { host: 'meridian', mti: '0210', sealedImage: bytes(1, 1), atMs: 1 }
    await t.notThrowsAsync(store.journalStray({ kind: stray, ...common }))
  })
}

test('a merchant changed is read back changed, and each of its records is kept', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const clock = { nowMs: () => 1234, elapsedMs: () => 0, after: () => () => {}, soon: setImmediate }
  const store = await kind.open(t, { place, clock })
  t.deepEqual(await store.merchants(), { version: 0, merchants: [] })
  await store.putMerchant(merchant, 'ada')
  const changed = { ...merchant, active: false }
  await store.putMerchant(changed, 'grace')
  t.deepEqual(await store.merchants(), { version: 2, merchants: [changed] })
  t.is(await store.merchantsVersion(), 2)
  await store.close()
  const history = await kind.rows(place, 'SELECT * FROM merchant_changes')
  t.deepEqual(
    history.map((it) => [it.changed_by, it.at_ms, JSON.parse(String(it.record)).active]),
    [
      ['ada', 1234, true],
      ['grace', 1234, false],
    ],
  )
})
