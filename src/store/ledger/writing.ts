import type { DatabaseSync } from 'node:sqlite'
import type { PostingSet } from '#ledger'
import type { Balances } from './balances.ts'

/** All that is written of a posting beside its entries. */
export interface PostingFacts {
  readonly kind: string
  readonly merchant: string
  readonly payment?: number
  readonly refund?: number
  readonly corrects?: number
  /** Of the terms, in `merchant_changes`. */
  readonly record?: number | undefined
  readonly chargedAs?: string
  readonly by?: string
  readonly businessDate: string
  readonly atMs: number
}

export type WritePosting = (set: PostingSet, facts: PostingFacts) => void

/** Write a posting and its entries. */
export function createWriting(database: DatabaseSync, balances: Balances): WritePosting {
  const insertPosting = database.prepare(
    `INSERT INTO ledger_postings
       (kind, merchant, payment, refund, corrects, terms, charged_as, posted_by, business_date,
        at_ms)
     VALUES (?,?,?,?,?,?,?,?,?,?)`,
  )
  const insertEntry = database.prepare(
    'INSERT INTO ledger_entries (posting, place, account, minor) VALUES (?,?,?,?)',
  )
  return ({ entries }, facts) => {
    const { kind, merchant, payment = null, refund = null, corrects = null } = facts
    const { record = null, chargedAs = null, by = null, businessDate, atMs } = facts
    const { lastInsertRowid } = insertPosting.run(
      ...([kind, merchant, payment, refund, corrects, record] as const),
      ...([chargedAs, by, businessDate, atMs] as const),
    )
    const at = { posting: Number(lastInsertRowid), businessDate, atMs }
    for (const [place, entry] of entries.entries()) {
      insertEntry.run(at.posting, place, balances.add(entry, at), entry.minor)
    }
  }
}
