import type { DatabaseSync } from 'node:sqlite'
import type { Merchant } from '#domain'

export interface MerchantChange {
  readonly merchant: Merchant
  /** Who changed it: a person's or an account's name. */
  readonly by: string
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
}

export interface MerchantList {
  /** Grows with every change that any process makes to any merchant. */
  readonly version: number
  readonly merchants: readonly Merchant[]
}

/** Acts on the registry, to be called inside a transaction. */
export interface MerchantActs {
  put(change: MerchantChange): void
  list(): MerchantList
  version(): number
}

export function createMerchantActs(database: DatabaseSync): MerchantActs {
  const upsert = database.prepare(
    `INSERT INTO merchants (id, record) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET record = excluded.record`,
  )
  const journal = database.prepare(
    'INSERT INTO merchant_changes (merchant, record, changed_by, at_ms) VALUES (?,?,?,?)',
  )
  const select = database.prepare('SELECT record FROM merchants ORDER BY id')
  const last = database.prepare('SELECT coalesce(max(seq), 0) AS version FROM merchant_changes')

  const version = () => Number(last.get()?.version)
  return {
    put({ merchant, by, atMs }) {
      const record = JSON.stringify(merchant)
      upsert.run(merchant.id, record)
      journal.run(merchant.id, record, by, atMs)
    },
    list() {
      // Only `put` writes records, and a Merchant is plain JSON.
      const merchants = select.all().map((row) => JSON.parse(String(row.record)) as Merchant)
      return { version: version(), merchants }
    },
    version,
  }
}
