import { hash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { CHAIN_START } from '../journal-chain.ts'
import type { StoredRow } from '../payment-row.ts'

/** Days that are over: their totals stay as they are, each chained to those of the day before. */
export interface Closings {
  /** The business date of the last one. */
  last(): string | undefined
  /** Close every day that has postings and of which, for no host, anything is open. */
  close(atMs: number): void
  forget(): void
}

/** @param beforeClosing writes what this transaction has posted so far */
export function createClosings(database: DatabaseSync, beforeClosing: () => void): Closings {
  const newest = database.prepare(
    `SELECT business_date, lower(hex(hash)) AS hash FROM ledger_closings
     ORDER BY business_date DESC LIMIT 1`,
  )
  const due = database.prepare(
    `SELECT DISTINCT business_date AS date FROM ledger_days
     WHERE business_date > ? AND NOT EXISTS
       (SELECT 1 FROM business_days WHERE state <> 'closed' AND date <= business_date)
     ORDER BY business_date`,
  )
  const open = database.prepare(
    `UPDATE ledger_days SET opening_minor =
       (SELECT closed_minor FROM ledger_accounts WHERE seq = account) WHERE business_date = ?`,
  )
  const carry = database.prepare(
    `UPDATE ledger_accounts SET closed_minor = closed_minor + day.debit_minor - day.credit_minor
     FROM ledger_days AS day WHERE day.business_date = ? AND day.account = ledger_accounts.seq`,
  )
  const totals = database.prepare(`${SELECT_TOTALS} WHERE business_date = ?`)
  totals.setReadBigInts(true)
  const insert = database.prepare(
    'INSERT INTO ledger_closings (business_date, hash, at_ms) VALUES (?, unhex(?), ?)',
  )
  let known: { readonly date: string; readonly hash: string } | undefined

  function head() {
    const row = newest.get()
    known ??= { date: String(row?.business_date ?? ''), hash: String(row?.hash ?? CHAIN_START) }
    return known
  }

  return {
    last: () => head().date || undefined,
    close(atMs) {
      beforeClosing()
      for (const row of due.all(head().date)) {
        const date = String(row.date)
        open.run(date)
        carry.run(date)
        const hash = closingHash(head().hash, date, totals.all(date))
        insert.run(date, hash, atMs)
        known = { date, hash }
      }
    },
    forget() {
      known = undefined
    },
  }
}

/** The totals of days, one row an account; it begins a statement that says which days. */
export const SELECT_TOTALS = `SELECT business_date, merchant, currency, purpose, opening_minor,
  debit_minor, credit_minor FROM ledger_days JOIN ledger_accounts ON seq = account`

/**
 * Hash of a day's totals and of the hash of the day before, 64 hexadecimal digits (specs/ledger.md,
 * "Days that are over").
 *
 * @param totals of one day, in any order
 */
export function closingHash(previous: string, date: string, totals: readonly StoredRow[]): string {
  const lines = totals.map((row) => {
    const [opening, debit, credit] = [row.opening_minor, row.debit_minor, row.credit_minor].map(
      (minor) => BigInt(String(minor)),
    )
    const closing = (opening ?? 0n) + (debit ?? 0n) - (credit ?? 0n)
    return JSON.stringify([
      ...[row.merchant, row.currency, row.purpose],
      ...[opening, debit, credit, closing].map(String),
    ])
  })
  return hash('sha256', `${previous}["${date}",[${lines.toSorted(byUnits).join()}]]`, 'hex')
}

/** As `toSorted` has it by itself, said because every store must do it so. */
function byUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
