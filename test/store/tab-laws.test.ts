import type { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import type { PaymentState } from '#domain'
import { type MemoryStore, openMemoryStore } from '#store'
import { openMemoryDatabase } from '../../src/store/database.ts'
import { approved, bytes, intent, usd } from './sample.ts'

const MERCHANT = 'acme-books'
const DAY = '2026-11-22'
const CONSENT_MINOR = 1_300n
const TABS = 3

/** Something that a merchant, its gateway or its host does to one of three tabs of one card. */
type Step =
  | { readonly act: 'charge'; readonly tab: number; readonly ids: readonly number[] }
  | { readonly act: 'increase'; readonly tab: number; readonly isApproved: boolean }
  | { readonly act: 'post'; readonly tab: number }
  | { readonly act: 'acknowledge' }
  | { readonly act: 'refund'; readonly tab: number; readonly id: number; readonly end: RefundEnd }

type RefundEnd = 'approved' | 'declined' | 'reversed' | 'never-begun' | 'begun'

const tab = fc.nat({ max: TABS - 1 })
const charge = fc.nat({ max: 6 })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('charge' as const),
      tab,
      ids: fc.array(charge, { minLength: 1, maxLength: 6 }),
    }),
  },
  fc.record({ act: fc.constant('increase' as const), tab, isApproved: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ act: fc.constant('post' as const), tab }) },
  { weight: 2, arbitrary: fc.constant({ act: 'acknowledge' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('refund' as const),
      tab,
      id: charge,
      end: fc.constantFrom<RefundEnd>(
        ...(['approved', 'declined', 'reversed', 'never-begun', 'begun'] as const),
      ),
    }),
  },
)

/** What a charge with this id is of: some less than a minor unit, some more than is held. */
const grainsOf = (id: number): bigint => BigInt(((id * 7_919) % 997) + 1) ** 2n * 3n

/** A store whose every act may be cut off by a crash, and is then asked for again. */
function openTabs() {
  const database = openMemoryDatabase()
  const store = openMemoryStore(database)
  let exchange = 0

  function once<T>(crashes: boolean, act: (it: MemoryStore) => T): T {
    try {
      return store.transact(() => {
        const done = act(store)
        if (crashes) throw new Error('the power is gone')
        return done
      })
    } catch (thrown) {
      if (!crashes) throw thrown
      return once(false, act)
    }
  }

  /** A payment with an exchange of its own, and how it ended. */
  function pay(over: Parameters<typeof intent>[1], state: PaymentState | undefined): void {
    const begun = intent(++exchange, { panHash: bytes(32, 5), ...over })
    const result = once(false, (it) => it.begin(begun))
    if (result.kind !== 'begun' || state === undefined) return
    if (state === 'approved' || state === 'declined') {
      once(false, (it) => it.conclude(MERCHANT, begun.id, { ...approved, state }))
      return
    }
    const outcome = { state: 'unknown', reason: 'host-silent', decidedAtMs: 1 } as const
    once(false, (it) => it.conclude(MERCHANT, begun.id, outcome))
    acknowledge()
  }

  function acknowledge(): void {
    const times = { nowMs: 2 ** 44, leaseUntilMs: 2 ** 44 + 1, horizonMs: 2 ** 45 }
    const owed = once(false, (it) => it.takeOwed({ host: 'meridian', countMax: 99, ...times }))
    for (const { seq } of owed) {
      once(false, (it) => it.endAttempt(seq, { kind: 'acknowledged', atMs: 1 }))
    }
  }

  for (let index = 0; index < TABS; index++) {
    pay({ id: `hold-${index}`, operation: 'payment.authorize' }, 'approved')
    store.transact(() =>
      store.openTab({
        ...{ merchant: MERCHANT, id: `tab-${index}`, payment: `hold-${index}`, currency: usd() },
        consent: { reference: 'c', maximumMinor: CONSENT_MINOR, untilMs: 2 ** 45 },
        posting: { ageMs: 2 ** 40, atDayEnd: false },
        ...{ fingerprint: bytes(32, 1), businessDate: DAY, openedAtMs: 1 },
      }),
    )
  }

  function refund(of: number, id: number, end: RefundEnd, crashes: boolean): void {
    const name = `back-${of}-${id}-${end}`
    const wish = { merchant: MERCHANT, id: `tab-${of}`, charge: `c-${id}`, refund: name, atMs: 5 }
    const result = once(crashes, (it) => it.refundItem(wish))
    if (result.kind !== 'due' || result.minor === 0n || end === 'never-begun') return
    const amount = { minor: result.minor, currency: usd() }
    const follow = { operation: 'payment.refund', original: `hold-${of}`, id: name } as const
    pay({ ...follow, amount }, end === 'begun' ? undefined : end)
  }

  return {
    store,
    database,
    take(it: Step, crashes: boolean): void {
      const named = 'tab' in it ? { merchant: MERCHANT, id: `tab-${it.tab}` } : undefined
      if (it.act === 'acknowledge') acknowledge()
      else if (it.act === 'refund') refund(it.tab, it.id, it.end, crashes)
      else if (it.act === 'increase') {
        const more = { operation: 'payment.increment', original: `hold-${it.tab}` } as const
        const amount = { minor: 100n, currency: usd() }
        const state = it.isApproved ? 'approved' : 'declined'
        pay({ ...more, id: `more-${exchange}`, amount }, state)
      } else if (named && it.act === 'post') {
        const wish = { ...named, isAsked: true, openDate: DAY, atMs: 4 }
        once(crashes, (acts) => acts.postTab(wish))
      } else if (named && it.act === 'charge') {
        const charges = it.ids.map((id) => ({ id: `c-${id}`, grains: grainsOf(id) }))
        once(crashes, (acts) => acts.chargeTab({ ...named, charges, atMs: 3 }))
      }
    },
  }
}

/** Whatever was done, in whole numbers. */
function checkLaws(t: ExecutionContext, { store, database }: ReturnType<typeof openTabs>): void {
  let balance = 0n
  for (let index = 0; index < TABS; index++) {
    const wish = { merchant: MERCHANT, id: `tab-${index}`, after: 0, countMax: 99 }
    const receipt = store.transact(() => store.readReceipt(wish))
    const payment = store.transact(() => store.find(MERCHANT, `hold-${index}`))
    if (receipt === undefined || payment === undefined) throw new Error('a tab is lost')
    const { items } = receipt
    const sum = items.reduce((all, it) => all + it.grains, 0n)
    t.is(sum, receipt.tab.chargedGrains)
    t.is(new Set(items.map(({ id }) => id)).size, receipt.tab.chargeCount)
    t.true(sum <= CONSENT_MINOR * 10_000n)
    const { closing, state } = receipt.tab
    if (closing === undefined) continue
    t.true(closing.postedMinor <= CONSENT_MINOR)
    t.is(payment.capture?.amountMinor ?? 0n, state === 'posted' ? closing.postedMinor : 0n)
    t.true((payment.followUps?.refundedMinor ?? 0n) <= closing.postedMinor)
    balance += sum - closing.postedMinor * 10_000n
  }
  for (const { grains, refunded_minor: minor, state, paid } of refundsIn(database)) {
    t.true(state !== 'stands' || minor === 0 || paid === minor, 'what stands was paid')
    t.true(state !== 'void' || paid === null, 'what is void was not')
    if (state === 'stands') balance += BigInt(Number(minor)) * 10_000n - BigInt(Number(grains))
  }
  const [residue] = database.prepare('SELECT grains FROM tab_residues').all()
  t.is(BigInt(Number(residue?.['grains'] ?? 0)), balance)
}

/** Refunds of charges, each with what its payment gave back when that is approved. */
function refundsIn(database: DatabaseSync) {
  return database
    .prepare(
      `SELECT tab_refunds.*, payments.amount_minor AS paid FROM tab_refunds
       LEFT JOIN payments ON payments.merchant = tab_refunds.merchant
         AND payments.id = tab_refunds.id AND payments.state = 'approved'`,
    )
    .all()
}

test('whatever is charged, posted, refunded and cut off, nothing is lost and nothing is there twice', (t) => {
  const steps = fc.array(fc.tuple(step, fc.boolean()), { minLength: 20, maxLength: 50 })
  fc.assert(
    fc.property(steps, (story) => {
      const tabs = openTabs()
      for (const [it, crashes] of story) tabs.take(it, crashes)
      checkLaws(t, tabs)
      tabs.store.close()
    }),
    { numRuns: 150 },
  )
})
