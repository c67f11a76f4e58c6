import type { Entry, Purpose } from '#ledger'
import type { StoredRow } from '../payment-row.ts'

/** Entries with their accounts; it begins a statement that says which. */
export const SELECT_ENTRIES = `SELECT posting, place, account, minor, merchant, currency, purpose
  FROM ledger_entries JOIN ledger_accounts ON seq = account`

/** Only the ledger writes accounts, so their purposes are taken at their word. */
export function entryOf({ merchant, currency, purpose, minor }: StoredRow): Entry {
  const account = {
    merchant: String(merchant),
    currency: String(currency),
    purpose: String(purpose) as Purpose,
  }
  return { account, minor: BigInt(Number(minor)) }
}
