import type { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import fc from 'fast-check'
import {
  ALLOWED_MOVES,
  type Capture,
  type OwedKind,
  type PaymentOutcome,
  type PaymentState,
} from '#domain'
import { type MemoryStore, openMemoryStore, type Store, StoreError, type StoreFault } from '#store'
import { openMemoryDatabase } from '../../src/store/database.ts'
import { createFaultList } from '../../src/store/upkeep/faults.ts'
import { checkLedger } from '../../src/store/upkeep/ledger-check.ts'
import { bytes, intent, reversing, usd } from './sample.ts'
import { test as eachTest } from './stores.ts'

/** What a store must look like from outside: the simplest thing that could keep the promises. */
interface Model {
  readonly payments: Map<string, ModelPayment>
  /** What is owed, by the payment's id, in the order in which it came to be. */
  readonly owed: Map<string, ModelDebt>
  readonly tombstones: Set<string>
}

interface ModelPayment {
  readonly content: number
  readonly state: PaymentState
  readonly outcome?: PaymentOutcome
  readonly capture?: Capture
}

interface ModelDebt {
  readonly seq: number
  readonly kind: OwedKind
  readonly cause: string
  readonly owedAtMs: number
  /** When it is due; undefined once it has ended. */
  dueAtMs: number | undefined
}

type Act =
  | { readonly act: 'begin'; readonly id: number; readonly content: number; readonly stan: number }
  | { readonly act: 'conclude'; readonly id: number; readonly outcome: PaymentOutcome }
  | { readonly act: 'find'; readonly id: number }
  | { readonly act: 'reverse'; readonly id: number; readonly atMs: number }
  | {
      readonly act: 'capture'
      readonly id: number
      /** All that was approved, when absent. */
      readonly minor?: bigint | undefined
      readonly atMs: number
    }
  | { readonly act: 'take'; readonly atMs: number }
  | { readonly act: 'end'; readonly id: number; readonly kind: Ending }

type Ending = 'acknowledged' | 'not-found' | 'refused'

const outcome: fc.Arbitrary<PaymentOutcome> = fc.record(
  {
    state: fc.constantFrom('approved', 'approved', 'approved', 'declined', 'failed'),
    decidedAtMs: fc.integer({ min: 1, max: 2 ** 44 }),
    responseCode: fc.stringMatching(/^[0-9A-Z]{2}$/),
    approvedMinor: fc.oneof(fc.bigInt(1n, 3n), fc.bigInt(1n, 999_999_999_999n)),
    carried: fc.dictionary(fc.stringMatching(/^[0-9]{1,3}$/), fc.string()),
    details: fc.dictionary(fc.stringMatching(/^[a-zA-Z]{1,20}$/), fc.string()),
  },
  { requiredKeys: ['state', 'decidedAtMs'], noNullPrototype: true },
)

const unknown: fc.Arbitrary<PaymentOutcome> = fc.record({
  state: fc.constant('unknown' as const),
  reason: fc.constantFrom('host-silent' as const, 'link-lost' as const),
  decidedAtMs: fc.integer({ min: 1, max: 2 ** 44 }),
})

const id = fc.integer({ min: 1, max: 3 })
const capture: fc.Arbitrary<Act> = fc.record(
  {
    act: fc.constant('capture' as const),
    id,
    minor: fc.oneof(fc.bigInt(1n, 3n), fc.constant(1250n)),
    atMs: fc.nat(),
  },
  { requiredKeys: ['act', 'id', 'atMs'] },
)
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({
      act: fc.constant('begin' as const),
      id,
      content: fc.integer({ min: 1, max: 2 }),
      stan: fc.integer({ min: 1, max: 6 }),
    }),
    fc.record({
      act: fc.constant('conclude' as const),
      id,
      outcome: fc.oneof({ weight: 3, arbitrary: outcome }, unknown),
    }),
    fc.record({ act: fc.constant('reverse' as const), id, atMs: fc.nat() }),
    { weight: 3, arbitrary: capture },
    fc.record({ act: fc.constant('take' as const), atMs: fc.nat() }),
    fc.record({
      act: fc.constant('end' as const),
      id,
      kind: fc.constantFrom('acknowledged' as const, 'not-found' as const, 'refused' as const),
    }),
    fc.record({ act: fc.constant('find' as const), id }),
  ),
  { maxLength: 30, size: 'max' },
)

test('any acts in any order leave what the model says, and every answer is the model’s', (t) => {
  fc.assert(
    fc.property(acts, fc.integer({ min: 1, max: 5 }), (list, batchSize) => {
      const database = openMemoryDatabase()
      const store = openMemoryStore(database)
      const model: Model = { payments: new Map(), owed: new Map(), tombstones: new Set() }
      const stans = new Set<number>()
      for (let at = 0; at < list.length; at += batchSize) {
        store.transact(() => {
          for (const act of list.slice(at, at + batchSize)) {
            t.deepEqual(
              codeInstead(() => perform(store, act)),
              expected(model, stans, act),
            )
          }
        })
      }
      t.deepEqual(ledgerFaults(database), [])
      t.is(settlementMinor(database), takenMinor(model))
      store.close()
    }),
    { numRuns: 150 },
  )
})

eachTest('the store with its thread answers as the store in memory does', async (t, kind) => {
  await fc.assert(
    fc.asyncProperty(acts, async (list) => {
      const [store, memory] = [await kind.open(t), openMemoryStore()]
      const answers = await Promise.all(list.map((act) => answerOf(() => perform(store, act))))
      t.deepEqual(
        answers,
        memory.transact(() => list.map((act) => codeInstead(() => perform(memory, act)))),
      )
      memory.close()
      await store.close()
    }),
    { numRuns: 10 },
  )
})

test('a crash inside a transaction leaves what was committed before it', (t) => {
  const store = openMemoryStore()
  store.transact(() => store.begin(intent(1)))
  t.throws(
    () =>
      store.transact(() => {
        store.conclude('acme-books', 'order-1', { state: 'approved', decidedAtMs: 1 })
        store.begin(intent(2))
        throw new Error('crash')
      }),
    { code: 'STORE_FAULT' },
  )
  t.is(store.find('acme-books', 'order-1')?.state, 'begun')
  t.is(store.find('acme-books', 'order-2'), undefined)
  t.is(store.transact(() => store.recover(5, 0)).leftUnknown, 1)
})

function ledgerFaults(database: DatabaseSync): readonly StoreFault[] {
  const faults = createFaultList()
  const check = checkLedger(database, faults, (read) => read())
  while (!check.next().done);
  return faults.first
}

/** What the host owes by the ledger. */
function settlementMinor(database: DatabaseSync): bigint {
  const sum = database.prepare(
    "SELECT sum(balance_minor) AS minor FROM ledger_accounts WHERE purpose = 'host-settlement'",
  )
  return BigInt(Number(sum.get()?.minor ?? 0))
}

/** What it has taken: for sales that were approved and are not reversed, and for captures. */
function takenMinor({ payments }: Model): bigint {
  let minor = 0n
  for (const [id, { state, outcome, capture }] of payments) {
    const isSale = operationOf(Number(id.replace('order-', ''))) === 'payment.sale'
    const stands = state === 'approved' || (state === 'reversing' && outcome?.state === 'approved')
    if (isSale && stands) minor += outcome?.approvedMinor ?? 1250n
    if (state === 'captured') minor += capture?.amountMinor ?? 0n
  }
  return minor
}

/** Acts that both kinds of store have, whether or not they keep one waiting. */
type Acts = Pick<
  MemoryStore | Store,
  'begin' | 'conclude' | 'find' | 'reverse' | 'capture' | 'takeOwed' | 'endAttempt'
>

function perform(store: Acts, act: Act): unknown {
  switch (act.act) {
    case 'begin':
      return store.begin(intentOf(act))
    case 'conclude':
      return store.conclude('acme-books', `order-${act.id}`, act.outcome)
    case 'find':
      return store.find('acme-books', `order-${act.id}`)
    case 'reverse':
      return store.reverse(reversing(`order-${act.id}`, act.atMs))
    case 'capture':
      return store.capture(wishOf(act))
    case 'take':
      return store.takeOwed({ host: 'meridian', countMax: 2, ...takenAt(act.atMs) })
    case 'end':
      return store.endAttempt(act.id, { kind: act.kind, atMs: 7 })
  }
}

function wishOf({ id, minor, atMs }: ActOf<'capture'>) {
  const amount = minor === undefined ? {} : { amount: { minor, currency: usd() } }
  return { merchant: 'acme-books', id: `order-${id}`, ...amount, ...ON, atMs }
}

const ON = { businessDate: '2026-11-24' }

const LEASE_MS = 2 ** 20

function takenAt(nowMs: number) {
  return { nowMs, leaseUntilMs: nowMs + LEASE_MS, horizonMs: 2 ** 50 }
}

function codeInstead(act: () => unknown): unknown {
  try {
    return act()
  } catch (thrown) {
    return thrown instanceof StoreError ? thrown.code : thrown
  }
}

async function answerOf(act: () => unknown): Promise<unknown> {
  try {
    return await act()
  } catch (thrown) {
    return thrown instanceof StoreError ? thrown.code : thrown
  }
}

function expected(model: Model, stans: Set<number>, act: Act): unknown {
  switch (act.act) {
    case 'begin':
      return begun(model, stans, act)
    case 'conclude':
      return concluded(model, act)
    case 'find':
      return paymentOf(model.payments, act.id)
    case 'reverse':
      return reversed(model, act)
    case 'capture':
      return captured(model, act)
    case 'take':
      return taken(model, act.atMs)
    case 'end':
      return ended(model, act)
  }
}

type ActOf<Name extends Act['act']> = Extract<Act, { readonly act: Name }>

function begun({ payments, tombstones }: Model, stans: Set<number>, act: ActOf<'begin'>): unknown {
  const known = payments.get(`order-${act.id}`)
  if (tombstones.has(`order-${act.id}`)) return { kind: 'reversed-unseen' }
  if (known?.content === act.content) {
    return { kind: 'repeat', payment: paymentOf(payments, act.id) }
  }
  if (known !== undefined) return { kind: 'conflict' }
  if (stans.has(act.stan)) return 'STAN_REUSED'
  stans.add(act.stan)
  payments.set(`order-${act.id}`, { ...act, state: 'begun' })
  return { kind: 'begun' }
}

function concluded(model: Model, { id, outcome }: ActOf<'conclude'>): unknown {
  const known = model.payments.get(`order-${id}`)
  if (known === undefined) return 'PAYMENT_NOT_FOUND'
  if (!ALLOWED_MOVES[known.state].includes(outcome.state)) return 'MOVE_NOT_ALLOWED'
  const settled = { ...outcome, settlementDate: '2026-11-22' }
  model.payments.set(`order-${id}`, { ...known, state: outcome.state, outcome: settled })
  if (outcome.state === 'unknown') owe(model, id, { ...outcome, atMs: outcome.decidedAtMs })
  return undefined
}

function reversed(model: Model, { id, atMs }: ActOf<'reverse'>): unknown {
  const known = model.payments.get(`order-${id}`)
  if (known === undefined) {
    model.tombstones.add(`order-${id}`)
    return { kind: 'unseen' }
  }
  const payment = paymentOf(model.payments, id)
  if (known.state === 'capturing') return { kind: 'refused', why: 'capturing', payment }
  if (known.state === 'approved' || known.state === 'captured') {
    model.payments.set(`order-${id}`, { ...known, state: 'reversing' })
    owe(model, id, { reason: 'merchant-asked', atMs })
  }
  return { kind: 'stands', payment: paymentOf(model.payments, id) }
}

function captured(model: Model, { id, minor, atMs }: ActOf<'capture'>): unknown {
  const known = model.payments.get(`order-${id}`)
  if (known === undefined) return { kind: 'unseen' }
  const payment = paymentOf(model.payments, id)
  const refused = (why: string) => ({ kind: 'refused', why, payment })
  if (operationOf(id) === 'payment.sale') return refused('no-authorization')
  const approvedMinor = known.outcome?.approvedMinor ?? 1250n
  const amountMinor = minor ?? approvedMinor
  if (known.capture && /^captur/.test(known.state)) {
    const isSame = known.capture.amountMinor === amountMinor
    return isSame ? { kind: 'taken', payment } : refused('other-amount')
  }
  if (known.state !== 'approved') return refused('state')
  if (amountMinor > approvedMinor) return refused('more-than-approved')
  const capture = { amountMinor, ...ON, askedAtMs: atMs }
  model.payments.set(`order-${id}`, { ...known, state: 'capturing', capture })
  owe(model, id, { kind: 'advice', reason: 'merchant-asked', atMs })
  return { kind: 'taken', payment: paymentOf(model.payments, id) }
}

function owe(
  { owed }: Model,
  id: number,
  {
    kind = 'reversal',
    reason = '',
    atMs,
  }: { readonly kind?: OwedKind; readonly reason?: string; readonly atMs: number },
): void {
  const debt = { seq: owed.size + 1, kind, cause: reason, owedAtMs: atMs, dueAtMs: atMs }
  owed.set(`order-${id}`, debt)
}

function taken({ payments, owed }: Model, atMs: number): unknown {
  const due = [...owed].filter(([, { dueAtMs = Infinity }]) => dueAtMs <= atMs)
  due.sort(([, a], [, b]) => (a.dueAtMs ?? 0) - (b.dueAtMs ?? 0) || a.seq - b.seq)
  return due.slice(0, 2).map(([id, debt]) => {
    debt.dueAtMs = atMs + LEASE_MS
    const { seq, kind, cause, owedAtMs } = debt
    const payment = paymentOf(payments, Number(id.replace('order-', '')))
    return { seq, kind, cause, owedAtMs, payment, attempts: 0 }
  })
}

function ended({ payments, owed }: Model, { id: seq, kind }: ActOf<'end'>): unknown {
  const [id, debt] = [...owed].find(([, it]) => it.seq === seq) ?? []
  const known = payments.get(id ?? '')
  if (debt?.dueAtMs === undefined || known === undefined || id === undefined) return undefined
  debt.dueAtMs = undefined
  if (known.capture && /^captur/.test(known.state)) {
    const capture = { ...known.capture, settlementDate: known.capture.businessDate }
    if (kind === 'acknowledged') payments.set(id, { ...known, state: 'captured', capture })
    return undefined
  }
  if (kind === 'refused') return undefined
  const state = kind === 'acknowledged' ? 'reversed' : 'reversed_not_found'
  payments.set(id, { ...known, state })
  return undefined
}

function paymentOf(payments: Model['payments'], index: number): unknown {
  const known = payments.get(`order-${index}`)
  if (known === undefined) return undefined
  const { state, outcome, capture } = known
  return {
    ...intentOf({ stan: 1, ...known, id: index }),
    state,
    ...(outcome ? { outcome } : {}),
    ...(capture ? { capture } : {}),
  }
}

/** Of each kind half. */
function operationOf(id: number) {
  return id % 2 === 0 ? 'payment.sale' : 'payment.authorize'
}

function intentOf(given: { id: number; content: number; stan: number }) {
  const { exchange } = intent(1)
  return intent(given.id, {
    operation: operationOf(given.id),
    fingerprint: bytes(32, given.content),
    exchange: { ...exchange, stan: given.stan },
  })
}
