import { DatabaseSync } from 'node:sqlite'
import type { Site } from './site.ts'

/** What the journal's file says of a payment, read without the store. */
export interface JournalRow {
  readonly merchant: string
  readonly id: string
  readonly state: string
  readonly reason: string | null
  readonly stan: number
  readonly rrn: string
  readonly amountMinor: number
  readonly responseCode: string | null
  readonly approvalCode: string | null
}

export function journalRows(site: Site): readonly JournalRow[] {
  const text = (value: unknown) => (value === null ? null : String(value))
  return rows(site, 'SELECT * FROM payments').map((row) => ({
    merchant: String(row['merchant']),
    id: String(row['id']),
    state: String(row['state']),
    reason: text(row['reason']),
    stan: Number(row['stan']),
    rrn: String(row['rrn']),
    amountMinor: Number(row['amount_minor']),
    responseCode: text(row['response_code']),
    approvalCode: text(row['approval_code']),
  }))
}

/** Which kinds of host answers that belong to no payment were kept, oldest first. */
export function journalStrays(site: Site): readonly string[] {
  return rows(site, 'SELECT kind FROM strays ORDER BY seq').map(({ kind }) => String(kind))
}

function rows(site: Site, sql: string) {
  const database = new DatabaseSync(site.journalFile)
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}
