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

/** What the host owes by the ledger, minor units of whatever currency. */
export function ledgerSettlement(site: Site): bigint {
  const sum = 'SELECT coalesce(sum(balance_minor), 0) AS minor FROM ledger_accounts'
  return BigInt(Number(rows(site, `${sum} WHERE purpose = 'host-settlement'`)[0]?.['minor']))
}

/** How much is not settled: payments without an end, and what the host is still owed. */
export interface Unsettled {
  readonly payments: number
  readonly owed: number
}

export function journalUnsettled(site: Site): Unsettled {
  const count = (sql: string) => Number(rows(site, sql)[0]?.['count'])
  return {
    payments: count(
      `SELECT count(*) AS count FROM payments
       WHERE state IN ('begun', 'unknown', 'reversing', 'capturing')`,
    ),
    owed: count(`SELECT count(*) AS count FROM owed_messages WHERE due_at_ms IS NOT NULL`),
  }
}

/** Which kinds of host answers that belong to no payment were kept, oldest first. */
export function journalStrays(site: Site): readonly string[] {
  return rows(site, 'SELECT kind FROM strays ORDER BY seq').map(({ kind }) => String(kind))
}

/** To read alone: who closes a file that it may write tidies up what a crash has left. */
function rows(site: Site, sql: string) {
  const database = new DatabaseSync(site.journalFile, { readOnly: true, timeout: BUSY_MS })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

/** A gateway that starts or ends holds its file for a moment. */
const BUSY_MS = 5_000
