import type { DatabaseSync } from 'node:sqlite'
import type { Payment } from '#domain'
import { openDatabaseToRead } from './database.ts'
import { storeErrorOf } from './errors.ts'
import { PAYMENT_TABLES, paymentOf, type StoredRow } from './payment-row.ts'

/** The payments of a store, for an operator, beside the gateway that may be running on it. */
export interface PaymentReader {
  /**
   * The payments of one card, newest first, `limit` of them at most.
   *
   * Hot tables have no index for it, so the newest payments of all are looked at one by one, and
   * no more of them than the `lookedAtMax` that the reader was opened with.
   *
   * @param panHash keyed hash of the card number, as the payments have it
   * @throws StoreError `STORE_CORRUPT`, `STORE_IO`, `STORE_BUSY`
   */
  findByCard(panHash: Uint8Array, limit: number): Promise<CardSearch>
  close(): Promise<void>
}

export interface CardSearch {
  readonly payments: readonly Payment[]
  /** How many payments, of whatever card, were looked at. */
  readonly lookedAt: number
  /** Whether that was all there are; if not, the card may have earlier payments. */
  readonly complete: boolean
}

/**
 * Open a store to read payments: no lock, no write, and no act of a running gateway waits.
 *
 * @param lookedAtMax payments that one search looks at
 * @throws StoreError `STORE_UNREADABLE`, `STORE_FOREIGN`, `STORE_TOO_NEW`, `STORE_TOO_OLD`,
 *   `STORE_CORRUPT`
 */
export function openFileReader(file: string, lookedAtMax: number): PaymentReader {
  const database = openDatabaseToRead(file)
  const search = createCardSearch(database, lookedAtMax)
  return {
    async findByCard(panHash, limit) {
      try {
        return await search(panHash, limit)
      } catch (thrown) {
        throw storeErrorOf(thrown)
      }
    },
    close: async () => database.close(),
  }
}

/** About 600 MB of payments; specs/store.md says how long that takes. */
export const LOOKED_AT_MAX = 1_000_000

/** What one statement reads: a longer one would keep what is superseded from being cleared away. */
const STRETCH = 10_000

function createCardSearch(database: DatabaseSync, lookedAtMax: number) {
  const newest = database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM payments')
  const select = database.prepare(
    `SELECT * FROM ${PAYMENT_TABLES} WHERE seq > ? AND seq <= ? AND pan_hash = ?
     ORDER BY seq DESC LIMIT ?`,
  )
  return (panHash: Uint8Array, limit: number): Promise<CardSearch> =>
    searchBack(Number(newest.get()?.seq), { limit, lookedAtMax }, async (from, to, count) =>
      select.all(from, to, panHash, count),
    )
}

/** Reads the payments of one card with numbers above `from`, up to `to`, newest first. */
type ReadStretch = (from: number, to: number, count: number) => Promise<readonly StoredRow[]>

/**
 * Look from the newest payment back, a stretch at a time.
 *
 * @param last number of the newest payment
 */
export async function searchBack(
  last: number,
  { limit, lookedAtMax }: { readonly limit: number; readonly lookedAtMax: number },
  read: ReadStretch,
): Promise<CardSearch> {
  const end = Math.max(0, last - lookedAtMax)
  const payments: Payment[] = []
  let at = last
  while (at > end && payments.length < limit) {
    const from = Math.max(end, at - STRETCH)
    const rows = await read(from, at, limit - payments.length)
    payments.push(...rows.map(paymentOf))
    at = payments.length < limit ? from : Number(rows.at(-1)?.seq) - 1
  }
  return { payments, lookedAt: last - at, complete: at === 0 }
}
