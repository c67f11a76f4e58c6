import ava, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import type { PaymentIntent, PaymentOutcome, PaymentState } from '#domain'
import { openMemoryStore, type Store } from '#store'
import { approved, bytes, intent, reversing, usd } from './sample.ts'
import { type Kind, test } from './stores.ts'

const NEXT_DAY = '2026-11-24'
const unknown = { state: 'unknown', reason: 'host-silent', decidedAtMs: 2_000 } as const
const acknowledged = { kind: 'acknowledged', responseCode: '00', atMs: 9 } as const

type Operation = PaymentIntent['operation']

/** A payment that follows up `order-1`. */
function following(
  index: number,
  operation: Operation,
  minor: bigint,
  original = 'order-1',
): PaymentIntent {
  return intent(index, { operation, original, amount: { minor, currency: usd() } })
}

const refund = (index: number, minor: bigint) => following(index, 'payment.refund', minor)
const increment = (index: number, minor: bigint) => following(index, 'payment.increment', minor)

/** A store with an approved payment of 12.50, `order-1`. */
async function having(t: ExecutionContext, kind: Kind, operation: Operation): Promise<Store> {
  const store = await kind.open(t)
  await store.begin(intent(1, { operation }))
  await store.conclude('acme-books', 'order-1', approved)
  return store
}

async function approve(store: Store, it: PaymentIntent, outcome: PaymentOutcome = approved) {
  const begun = await store.begin(it)
  if (begun.kind === 'begun') await store.conclude(it.merchant, it.id, outcome)
  return begun.kind
}

async function capture(store: Store, minor?: bigint) {
  const amount = minor === undefined ? {} : { amount: { minor, currency: usd() } }
  const wish = { merchant: 'acme-books', id: 'order-1', businessDate: '2026-11-22', atMs: 3_000 }
  return store.capture({ ...wish, ...amount })
}

/** Tell the host everything that it is owed; it acknowledges it. */
async function payAllDebts(store: Store): Promise<number> {
  const times = { nowMs: 2 ** 44, leaseUntilMs: 2 ** 44 + 1, horizonMs: 2 ** 45 }
  const owed = await store.takeOwed({ host: 'meridian', countMax: 10, ...times })
  for (const { seq } of owed) await store.endAttempt(seq, acknowledged)
  return owed.length
}

const stateOf = async (store: Store, id = 'order-1') => (await store.find('acme-books', id))?.state

test('a sale is refunded in parts until all of it is given back, and not one unit more', async (t, kind) => {
  const store = await having(t, kind, 'payment.sale')
  t.is(await approve(store, refund(2, 1000n)), 'begun')
  t.like(await store.begin(refund(3, 251n)), { kind: 'not-followed', why: 'more-than-left' })
  t.is(await approve(store, refund(4, 250n)), 'begun')
  t.like(await store.begin(refund(5, 1n)), { kind: 'not-followed', why: 'more-than-left' })
  const { followUps } = (await store.find('acme-books', 'order-1')) ?? {}
  t.like(followUps, { refundedMinor: 1250n, refundsOpenMinor: 0n })
  t.like(await store.find('acme-books', 'order-4'), { original: 'order-1', state: 'approved' })
})

test('a refund counts while its outcome is open, and no more once it came to nothing', async (t, kind) => {
  const store = await having(t, kind, 'payment.sale')
  await store.begin(refund(2, 1250n))
  const refused = { kind: 'not-followed', why: 'more-than-left' }
  t.like(await store.begin(refund(3, 1n)), refused)
  await store.conclude('acme-books', 'order-2', unknown)
  t.like(await store.begin(refund(4, 1n)), refused)
  t.is(await payAllDebts(store), 1)
  t.is(await stateOf(store, 'order-2'), 'reversed')
  t.is(await approve(store, refund(5, 1250n)), 'begun')
})

test('of refunds asked at once no more is begun than was taken', async (t, kind) => {
  const store = await having(t, kind, 'payment.sale')
  const asked = Array.from({ length: 8 }, (_, index) => store.begin(refund(index + 2, 400n)))
  const kinds = (await Promise.all(asked)).map((result) => result.kind)
  t.is(kinds.filter((it) => it === 'begun').length, 3)
})

test('a repeat of a refund is told so though nothing is left', async (t, kind) => {
  const store = await having(t, kind, 'payment.sale')
  await approve(store, refund(2, 1250n))
  t.like(await store.begin(refund(2, 1250n)), { kind: 'repeat', payment: { id: 'order-2' } })
  const other = { ...refund(2, 1n), fingerprint: bytes(32, 99) }
  t.deepEqual(await store.begin(other), { kind: 'conflict' })
})

test('what is not there, not taken, or itself a follow-up is not followed up', async (t, kind) => {
  const store = await having(t, kind, 'payment.authorize')
  const missing = following(2, 'payment.refund', 1n, 'order-9')
  t.deepEqual(await store.begin(missing), { kind: 'original-unseen' })
  const foreign = { ...refund(3, 1n), merchant: 'other' }
  t.deepEqual(await store.begin(foreign), { kind: 'original-unseen' })
  t.like(await store.begin(refund(4, 1n)), { kind: 'not-followed', why: 'state' })
  await approve(store, increment(5, 100n))
  const deeper = following(6, 'payment.increment', 1n, 'order-5')
  t.like(await store.begin(deeper), { kind: 'not-followed', why: 'no-payment' })
})

test('an authorization is captured with its increments, and refunded as far as it was', async (t, kind) => {
  const store = await having(t, kind, 'payment.authorize')
  t.is(await approve(store, increment(2, 750n)), 'begun')
  t.like(await capture(store, 2001n), { kind: 'refused', why: 'more-than-approved' })
  t.like(await capture(store), { kind: 'taken', payment: { capture: { amountMinor: 2000n } } })
  t.like(await store.begin(increment(3, 1n)), { kind: 'not-followed', why: 'state' })
  t.is(await payAllDebts(store), 1)
  t.like(await store.begin(refund(4, 2001n)), { kind: 'not-followed', why: 'more-than-left' })
  t.is(await approve(store, refund(5, 2000n)), 'begun')
})

test('nothing is captured while it is open whether an increment is held', async (t, kind) => {
  const store = await having(t, kind, 'payment.authorize')
  await store.begin(increment(2, 750n))
  const refused = { kind: 'refused', why: 'increment-open' }
  t.like(await capture(store), refused)
  await store.conclude('acme-books', 'order-2', unknown)
  t.like(await capture(store), refused)
  await payAllDebts(store)
  t.like(await capture(store), { kind: 'taken', payment: { capture: { amountMinor: 1250n } } })
})

test('the reversal of an authorization lets its increments go as well', async (t, kind) => {
  const store = await having(t, kind, 'payment.authorize')
  await approve(store, increment(2, 100n))
  await approve(store, increment(3, 100n), { state: 'declined', decidedAtMs: 2 })
  await store.begin(increment(4, 100n))
  const begun = await store.reverse(reversing('order-1', 5))
  t.like(begun, { kind: 'refused', why: 'increment-begun' })
  await store.conclude('acme-books', 'order-4', approved)
  t.like(await store.reverse(reversing('order-1', 6)), { payment: { state: 'reversing' } })
  t.is(await payAllDebts(store), 3)
  const states = ['order-1', 'order-2', 'order-3', 'order-4'].map((id) => stateOf(store, id))
  t.deepEqual(await Promise.all(states), ['reversed', 'reversed', 'declined', 'reversed'])
})

test('an increment alone is let go, unless it is captured with its authorization', async (t, kind) => {
  const store = await having(t, kind, 'payment.authorize')
  await approve(store, increment(2, 100n))
  await approve(store, increment(3, 100n))
  t.like(await store.reverse(reversing('order-2', 5)), { payment: { state: 'reversing' } })
  await payAllDebts(store)
  await capture(store)
  const refused = { kind: 'refused', why: 'captured-with-original' }
  t.like(await store.reverse(reversing('order-3', 6)), refused)
})

test('what was taken is reversed until its day is over, and only refunded afterwards', async (t, kind) => {
  for (const operation of ['payment.sale', 'payment.authorize'] as const) {
    const store = await having(t, kind, operation)
    if (operation === 'payment.authorize') {
      await capture(store)
      await payAllDebts(store)
    }
    const late = { ...reversing('order-1', 5), openDate: NEXT_DAY }
    t.like(await store.reverse(late), { kind: 'refused', why: 'day-over' })
    t.like(await store.reverse(reversing('order-1', 6)), { payment: { state: 'reversing' } })
  }
})

test('a hold is let go on any day', async (t, kind) => {
  const store = await having(t, kind, 'payment.authorize')
  const late = { ...reversing('order-1', 5), openDate: '2027-11-24' }
  t.like(await store.reverse(late), { payment: { state: 'reversing' } })
})

test('what was refunded, or may have been, is not reversed; the refund itself is', async (t, kind) => {
  const store = await having(t, kind, 'payment.sale')
  await store.begin(refund(2, 1n))
  const refused = { kind: 'refused', why: 'refunded' }
  t.like(await store.reverse(reversing('order-1', 5)), refused)
  await store.conclude('acme-books', 'order-2', approved)
  t.like(await store.reverse(reversing('order-1', 6)), refused)
  t.like(await store.reverse(reversing('order-2', 7)), { payment: { state: 'reversing' } })
  await payAllDebts(store)
  t.like(await store.reverse(reversing('order-1', 8)), { payment: { state: 'reversing' } })
})

test('a hold that is too old is let go with its increments, the oldest first', async (t, kind) => {
  const store = await kind.open(t)
  const operation = 'payment.authorize'
  for (const [index, begunAtMs] of [30, 10, 20].entries()) {
    await store.begin(intent(index + 1, { operation, begunAtMs }))
    await store.conclude('acme-books', `order-${index + 1}`, approved)
  }
  await approve(store, following(7, 'payment.increment', 5n, 'order-3'))
  await approve(store, intent(8, { begunAtMs: 1 }))
  const expiry = { host: 'meridian', begunBeforeMs: 25, atMs: 99 }
  t.is(await store.expireHolds({ ...expiry, countMax: 1 }), 1)
  t.is(await stateOf(store, 'order-2'), 'reversing')
  t.is(await store.expireHolds({ ...expiry, host: 'kestrel', countMax: 9 }), 0)
  t.is(await store.expireHolds({ ...expiry, countMax: 9 }), 1)
  t.is(await store.expireHolds({ ...expiry, countMax: 9 }), 0)
  const times = { nowMs: 99, leaseUntilMs: 100, horizonMs: 2 ** 45 }
  const owed = await store.takeOwed({ host: 'meridian', countMax: 9, ...times })
  t.deepEqual(
    owed.map(({ cause, payment }) => [cause, payment.id]),
    ['order-2', 'order-3', 'order-7'].map((id) => ['hold-expired', id]),
  )
  const others = ['order-1', 'order-8'].map((id) => stateOf(store, id))
  t.deepEqual(await Promise.all(others), ['approved', 'approved'])
})

test('a hold is not let go while it is captured, or an increment is begun', async (t, kind) => {
  const store = await having(t, kind, 'payment.authorize')
  const expiry = { host: 'meridian', begunBeforeMs: 2 ** 45, atMs: 99, countMax: 9 }
  await store.begin(increment(2, 1n))
  t.is(await store.expireHolds(expiry), 0)
  await store.conclude('acme-books', 'order-2', approved)
  await capture(store)
  t.is(await store.expireHolds(expiry), 0)
})

const step = fc.oneof(
  fc.record({
    act: fc.constantFrom('increment' as const, 'refund' as const),
    minor: fc.bigInt(1n, 800n),
    end: fc.constantFrom(
      'approved' as const,
      'declined' as const,
      'unknown' as const,
      'begun' as const,
    ),
  }),
  fc.record({ act: fc.constant('capture' as const), minor: fc.bigInt(1n, 2_500n) }),
  fc.record({ act: fc.constant('reverse' as const), which: fc.nat(6) }),
  fc.record({ act: fc.constantFrom('pay' as const, 'restart' as const) }),
)

ava('in whatever order, no more is captured than is held, nor refunded than was taken', (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom('payment.sale' as const, 'payment.authorize' as const),
      fc.array(step, { maxLength: 30 }),
      (operation, steps) => {
        const store = openMemoryStore()
        const act = <T>(acts: () => T) => store.transact(acts)
        act(() => store.begin(intent(1, { operation })))
        act(() => store.conclude('acme-books', 'order-1', approved))
        steps.forEach((it, at) => {
          act(() => perform(store, it, at + 2))
          t.true(act(() => isSound(store, at + 2)))
        })
        store.close()
      },
    ),
    { numRuns: 300 },
  )
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type Memory = ReturnType<typeof openMemoryStore>

function perform(store: Memory, it: Step, index: number): void {
  switch (it.act) {
    case 'increment':
    case 'refund': {
      const asked = following(index, `payment.${it.act}`, it.minor)
      if (store.begin(asked).kind !== 'begun' || it.end === 'begun') return
      const reason = it.end === 'unknown' ? { reason: 'host-silent' as const } : {}
      store.conclude('acme-books', asked.id, { state: it.end, decidedAtMs: 1, ...reason })
      return
    }
    case 'capture': {
      const amount = { minor: it.minor, currency: usd() }
      const on = { merchant: 'acme-books', businessDate: '2026-11-22', atMs: 1 }
      store.capture({ ...on, id: 'order-1', amount })
      return
    }
    case 'reverse':
      store.reverse(reversing(`order-${it.which + 1}`, 1))
      return
    case 'restart':
      store.recover(1, 0)
      return
    case 'pay': {
      const times = { nowMs: 2 ** 44, leaseUntilMs: 2 ** 44 + 1, horizonMs: 2 ** 45 }
      for (const { seq } of store.takeOwed({ host: 'meridian', countMax: 100, ...times })) {
        store.endAttempt(seq, acknowledged)
      }
    }
  }
}

/** Counted by the rows, not by what the store says that it counted. */
function isSound(store: Memory, last: number): boolean {
  const original = store.find('acme-books', 'order-1')
  const sums = { held: original?.amount.minor ?? 0n, refunded: 0n }
  for (let index = 2; index <= last; index++) {
    const it = store.find('acme-books', `order-${index}`)
    if (it === undefined) continue
    if (it.operation === 'payment.increment' && it.state === 'approved')
      sums.held += it.amount.minor
    if (it.operation === 'payment.refund' && MAY_STAND.has(it.state))
      sums.refunded += it.amount.minor
  }
  if (original === undefined) return false
  const isTaken = original.operation === 'payment.sale' ? 'approved' : 'captured'
  const taken = original.capture?.amountMinor ?? original.amount.minor
  const capturedInBounds = !/^captur/.test(original.state) || taken <= sums.held
  const refundedInBounds =
    sums.refunded === 0n || (original.state === isTaken && sums.refunded <= taken)
  return capturedInBounds && refundedInBounds
}

const MAY_STAND: ReadonlySet<PaymentState> = new Set(['begun', 'approved', 'unknown', 'reversing'])
