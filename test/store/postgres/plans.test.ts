import test from 'ava'
import { Client } from 'pg'
import { createSystemClock } from '#platform'
import { openRegistry, type PostgresPlace, type Store } from '#store'
import { freshDatabase } from '../../postgres/shared.ts'
import { approved, bytes, intent, merchant, openSample, reversing, usd } from '../sample.ts'

/** All that a gateway ever asks of its store. */
async function askEverything(store: Store): Promise<void> {
  const host = 'meridian'
  await store.recover(1_000, 0)
  await store.openDay({ host, date: '2026-11-22', by: 'calendar', atMs: 1 })
  await store.leaseStans(host, 5)
  for (let index = 1; index <= 6; index++) await store.begin(intent(index))
  await store.begin(intent(7, { operation: 'payment.authorize' }))
  await store.begin(intent(1))
  await store.conclude('acme-books', 'order-1', approved)
  await store.conclude('acme-books', 'order-1', approved).catch(() => {})
  for (const id of ['order-2', 'order-3', 'order-4']) {
    const outcome = { state: 'unknown', reason: 'host-silent', decidedAtMs: 2 } as const
    await store.conclude('acme-books', id, outcome)
  }
  await store.find('acme-books', 'order-2')
  await store.conclude('acme-books', 'order-7', approved)
  await store.capture({
    merchant: 'acme-books',
    id: 'order-7',
    businessDate: '2026-11-24',
    atMs: 3,
  })
  await store.reverse(reversing('order-1', 3))
  await store.reverse(reversing('order-77', 3))
  await store.expireHolds({ host, begunBeforeMs: 3, countMax: 9, atMs: 3 })
  await store.isReversedUnseen('acme-books', 'order-77')
  await store.begin(intent(77))
  const taking = { host, nowMs: 9, leaseUntilMs: 99, horizonMs: 999, countMax: 9 }
  await store.takeOwed(taking)
  await store.numberOwed(1, { stan: 9, askedAtMs: 9 })
  await store.endAttempt(1, { kind: 'acknowledged', atMs: 9 })
  await store.endAttempt(2, { kind: 'not-found', atMs: 9 })
  await store.endAttempt(3, { kind: 'refused', atMs: 9 })
  await store.endAttempt(4, { kind: 'acknowledged', settlementDate: '2026-11-25', atMs: 9 })
  await store.endAttempt(5, { kind: 'put-off', why: 'host-silent', dueAtMs: 10, atMs: 9 })
  await store.endAttempt(5, { kind: 'acknowledged', atMs: 11 })
  await store.raiseOverdue({ host, owedBeforeMs: 9, atMs: 9 })
  await store.openDay({ host, date: '2026-11-23', by: 'calendar', atMs: 1 })
  await store.closeDays(host, 1)
  const stray = { kind: 'late', host, mti: '0210', sealedImage: bytes(9, 9), atMs: 9 } as const
  await store.journalStray(stray)
  const card = { merchant: 'acme-books', token: 'tok_a', panMasked: '4539*1486', registeredAtMs: 1 }
  const hidden = { panHash: bytes(32, 8), sealedCard: bytes(9, 8), fingerprint: bytes(32, 9) }
  await store.registerCard({ id: 'card-1', ...card, ...hidden })
  await store.findRegistration('acme-books', 'card-1')
  await store.findCard('acme-books', 'tok_a')
  await store.forgetCard({ merchant: 'acme-books', token: 'tok_a', atMs: 9 })
  await store.putMerchant(merchant, 'ada')
  await store.merchants()
  await store.merchantsVersion()
  const sum = { merchant: 'acme-books', currency: usd(), amountMinor: 5n }
  await store.post({ kind: 'sold', ...sum, businessDate: '2026-11-23', atMs: 9 })
  await store.post({ kind: 'available', ...sum, businessDate: '2026-11-23', atMs: 9 })
}

async function query({ node: _, tls: _tls, ...place }: PostgresPlace, sql: string) {
  const client = new Client(place)
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows as Record<string, unknown>[]
}

test('no act reads a table that grows from end to end', async (t) => {
  const place = await freshDatabase()
  await (await openRegistry(place, { clock: createSystemClock() })).close()
  await query(place, 'SELECT pg_stat_reset()')
  const store = await openSample(t, { place })
  await askEverything(store)
  await store.recover(2_000, 0)
  await store.close()
  const read = await query(
    place,
    `SELECT relname AS table, seq_scan::integer AS whole, coalesce(idx_scan, 0) > 0 AS by_key
     FROM pg_stat_user_tables WHERE relname IN
       ('payments', 'captures', 'owed_messages', 'tombstones', 'work_items', 'merchant_changes',
        'ledger_accounts', 'ledger_node_balances', 'ledger_postings', 'card_tokens',
        'card_registrations')
     ORDER BY relname`,
  )
  t.deepEqual(read, [
    { table: 'captures', whole: 0, by_key: true },
    { table: 'card_registrations', whole: 0, by_key: true },
    { table: 'card_tokens', whole: 0, by_key: true },
    { table: 'ledger_accounts', whole: 0, by_key: true },
    { table: 'ledger_node_balances', whole: 0, by_key: true },
    { table: 'ledger_postings', whole: 0, by_key: true },
    { table: 'merchant_changes', whole: 0, by_key: true },
    { table: 'owed_messages', whole: 0, by_key: true },
    { table: 'payments', whole: 0, by_key: true },
    { table: 'tombstones', whole: 0, by_key: true },
    { table: 'work_items', whole: 0, by_key: true },
  ])
})
