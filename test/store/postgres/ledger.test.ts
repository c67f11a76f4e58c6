import test, { type ExecutionContext } from 'ava'
import {
  type Balance,
  openLedgerReader,
  type PostgresPlace,
  type Store,
  verifyLedger,
} from '#store'
import { createFakeClock } from '../../fakes/clock.ts'
import { freshDatabase } from '../../postgres/shared.ts'
import { approved, intent, openSample, usd } from '../sample.ts'

const clock = createFakeClock()

async function twoNodes(t: ExecutionContext) {
  const place = await freshDatabase()
  const [north, south] = [
    await openSample(t, { place }),
    await openSample(t, { place: { ...place, node: 'south' } }),
  ]
  return { place, nodes: [north, south] as const }
}

/** Debits less credits by purpose, of a ledger that is sound. */
async function balancesOf(t: ExecutionContext, place: PostgresPlace) {
  t.deepEqual((await verifyLedger(place, { clock })).faults, [])
  const reader = await openLedgerReader(place, { clock })
  const balances: readonly Balance[] = await reader.balances({})
  await reader.close()
  return Object.fromEntries(balances.map(({ account, minor }) => [account.purpose, minor]))
}

async function sell(store: Store, index: number): Promise<void> {
  await store.begin(intent(index))
  await store.conclude('acme-books', `order-${index}`, approved)
}

test('what two nodes post to the same accounts at once is all there', async (t) => {
  const { place, nodes } = await twoNodes(t)
  const sales = Array.from({ length: 60 }, (_, index) =>
    sell(nodes[index % 2] ?? nodes[0], index + 1),
  )
  await Promise.all(sales)
  t.deepEqual(await balancesOf(t, place), { 'host-settlement': 75_000n, pending: -75_000n })
})

test('of what two nodes want at once, no more is given than is there', async (t) => {
  const { place, nodes } = await twoNodes(t)
  await sell(nodes[0], 1)
  const wishes = nodes.flatMap((store) =>
    [400n, 300n, 200n, 100n, 50n].map((amountMinor) =>
      store.post({
        ...{ kind: 'available', merchant: 'acme-books', currency: usd(), amountMinor },
        ...{ businessDate: '2026-11-22', atMs: 5 },
      }),
    ),
  )
  const ends = await Promise.allSettled(wishes)
  t.true(ends.some(({ status }) => status === 'rejected'))
  const { pending = 0n, available = 0n } = await balancesOf(t, place)
  t.is(pending + available, -1_250n)
  t.true(pending <= 0n)
})

test('a posting that is refused takes no other of its batch along', async (t) => {
  const { place, nodes } = await twoNodes(t)
  const [store] = nodes
  const dated = { businessDate: '2026-11-22', atMs: 5 }
  const owned = { merchant: 'acme-books', currency: usd(), amountMinor: 9n }
  const much = { kind: 'available', ...owned, ...dated } as const
  await store.begin(intent(1))
  const refused = t.throwsAsync(store.post(much), { code: 'POSTING_NOT_ALLOWED' })
  await Promise.all([store.conclude('acme-books', 'order-1', approved), refused])
  t.deepEqual(await balancesOf(t, place), { 'host-settlement': 1_250n, pending: -1_250n })
})
