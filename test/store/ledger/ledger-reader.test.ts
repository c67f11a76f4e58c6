import type { ExecutionContext } from 'ava'
import {
  type LedgerMoment,
  type LedgerReader,
  openLedgerReader,
  type Store,
  type StorePlace,
} from '#store'
import { createFakeClock } from '../../fakes/clock.ts'
import { approved, intent, usd } from '../sample.ts'
import { type Kind, test } from '../stores.ts'
import { charged } from './sample-plan.ts'

const DATES = ['2026-11-22', '2026-11-23', '2026-11-24'] as const

interface Sold {
  readonly merchant: string
  readonly minor: number
  readonly businessDate: string
  readonly atMs: number
}

/** Days overlap in time, as those of real business days do around their ends. */
const SOLD: readonly Sold[] = Array.from({ length: 60 }, (_, at) => ({
  merchant: `M-${at % 3}`,
  minor: 100 + ((at * 37) % 91),
  businessDate: DATES[Math.min(2, Math.floor((at + (at % 7)) / 22))] ?? DATES[0],
  atMs: 1_000 * at + ((at * 13) % 9) * 500,
}))

async function soldPlace(t: ExecutionContext, kind: Kind): Promise<StorePlace> {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  for (const { merchant, minor, businessDate, atMs } of SOLD) {
    const order = { kind: 'sold', merchant, currency: usd(), businessDate, atMs } as const
    await store.post({ ...order, amountMinor: BigInt(minor) })
  }
  return place
}

async function openReader(t: ExecutionContext, place: StorePlace): Promise<LedgerReader> {
  const reader = await openLedgerReader(place, { clock: createFakeClock() })
  t.teardown(() => reader.close())
  return reader
}

async function openSoldReader(t: ExecutionContext, kind: Kind): Promise<LedgerReader> {
  return openReader(t, await soldPlace(t, kind))
}

/** What each merchant has sold, which is what is pending for it. */
function pending(counts: (sale: Sold) => boolean): Record<string, bigint> {
  const sums: Record<string, bigint> = {}
  for (const sale of SOLD.filter(counts)) {
    sums[sale.merchant] = (sums[sale.merchant] ?? 0n) - BigInt(sale.minor)
  }
  return sums
}

test('the balance at any moment is that of the entries up to it', async (t, kind) => {
  const reader = await openSoldReader(t, kind)
  const pendingAt = async (at?: LedgerMoment) => {
    const balances = await reader.balances(at === undefined ? {} : { at })
    const own = balances.filter(({ account }) => account.purpose === 'pending')
    return Object.fromEntries(own.map(({ account, minor }) => [account.merchant, minor]))
  }
  t.deepEqual(
    await pendingAt(),
    pending(() => true),
  )
  for (let atMs = -1; atMs < 70_000; atMs += 2_750) {
    t.deepEqual(
      await pendingAt({ atMs }),
      pending((sale) => sale.atMs <= atMs),
      String(atMs),
    )
  }
  for (const businessDate of ['2026-11-21', ...DATES, '2026-11-25']) {
    t.deepEqual(
      await pendingAt({ businessDate }),
      pending((sale) => sale.businessDate <= businessDate),
    )
  }
})

test('balances are by currency, purpose and merchant, or of one merchant alone', async (t, kind) => {
  const reader = await openSoldReader(t, kind)
  const all = await reader.balances({})
  t.deepEqual(
    all.map(({ account }) => `${account.purpose} ${account.merchant}`),
    ['host-settlement', 'pending'].flatMap((purpose) =>
      ['M-0', 'M-1', 'M-2'].map((merchant) => `${purpose} ${merchant}`),
    ),
  )
  const own = await reader.balances({ merchant: 'M-1' })
  t.deepEqual(
    own,
    all.filter(({ account }) => account.merchant === 'M-1'),
  )
})

test('openings and lines of a statement are its closings', async (t, kind) => {
  const reader = await openSoldReader(t, kind)
  for (const [from, to] of [
    ['2026-11-22', '2026-11-24'],
    ['2026-11-23', '2026-11-23'],
    ['2026-11-25', '2026-11-26'],
  ] as const) {
    const statement = await reader.statement({ merchant: 'M-2', from, to, linesMax: 1_000 })
    const minors = new Map(statement.openings.map(({ account, minor }) => [account.purpose, minor]))
    for (const { account, minor } of statement.lines) {
      minors.set(account.purpose, (minors.get(account.purpose) ?? 0n) + minor)
    }
    t.deepEqual(
      [...minors],
      statement.closings.map(({ account, minor }) => [account.purpose, minor]),
    )
    t.true(statement.complete)
  }
  const short = await reader.statement({
    ...{ merchant: 'M-2', from: '2026-11-22', to: '2026-11-24', linesMax: 3 },
  })
  t.is(short.lines.length, 3)
  t.false(short.complete)
})

async function sell(store: Store): Promise<void> {
  await store.putMerchant(charged, 'test')
  await store.begin(intent(1))
  await store.conclude('acme-books', 'order-1', approved)
}

test('the postings of a payment come with the plan that divided it', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  await sell(store)
  const { feePlan: _, ...free } = charged
  await store.putMerchant(free, 'test')
  const reader = await openReader(t, place)
  const [payment, ...others] = await reader.payments('order-1')
  t.deepEqual(others, [])
  t.like(payment, { merchant: 'acme-books', id: 'order-1' })
  const [posting] = payment?.postings ?? []
  t.like(posting, {
    ...{ kind: 'sold', businessDate: '2026-11-22', atMs: approved.decidedAtMs },
    charged: { as: 'payment', plan: charged.feePlan },
  })
  t.deepEqual(
    posting?.entries.map(({ account, minor }) => [account.purpose, minor]),
    [
      ['host-settlement', 1_250n],
      ['pending', -1_250n],
      ['pending', 66n],
      ['fee', -59n],
      ['platform', -7n],
    ],
  )
  t.deepEqual(await reader.payments('order-2'), [])
  const statement = await reader.statement({
    ...{ merchant: 'acme-books', from: '2026-11-22', to: '2026-11-22', linesMax: 10 },
  })
  t.deepEqual(
    statement.lines.map((line) => line.payment),
    Array.from({ length: 5 }, () => 'order-1'),
  )
})
