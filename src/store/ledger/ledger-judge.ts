import { CHAIN_START } from '../journal-chain.ts'
import type { StoredRow } from '../payment-row.ts'
import type { FaultList } from '../upkeep/faults.ts'
import { closingHash } from './closings.ts'

/** Holds a ledger, of whatever store, against its own entries. */
export interface LedgerJudge {
  /** @param row of {@link SELECT_WITH_ENTRIES}, in its order, the next after the last */
  next(row: StoredRow): void
  /** After all entries: everything that is made from them. */
  finish(made: MadeFromEntries): void
  /** What there was. */
  readonly seen: SeenOfLedger
}

/** What there is in a ledger. */
export interface SeenOfLedger {
  readonly postings: number
  /** The last day that is closed, and its hash. */
  readonly closed?: { readonly date: string; readonly hash: string }
}

export interface MadeFromEntries {
  /** Of {@link SELECT_BALANCES}. */
  readonly accounts: readonly StoredRow[]
  /** Of {@link SELECT_DAYS}, in its order. */
  readonly days: readonly StoredRow[]
  /** Of `ledger_closings`, the earliest first, `hash` as hexadecimal digits. */
  readonly closings: readonly StoredRow[]
}

/** Postings with their entries, and such that have none. */
export const SELECT_WITH_ENTRIES = `SELECT post.seq, post.business_date, entry.account,
  account.currency, entry.minor FROM ledger_postings AS post
  LEFT JOIN ledger_entries AS entry ON entry.posting = post.seq
  LEFT JOIN ledger_accounts AS account ON account.seq = entry.account
  WHERE post.seq > $1 AND post.seq <= $2 ORDER BY post.seq, entry.place`

export const SELECT_BALANCES = `SELECT account, CAST(balance_minor AS text) AS balance_minor,
  CAST(closed_minor AS text) AS closed_minor FROM ledger_balances ORDER BY account`

export const SELECT_DAYS = `SELECT business_date, account, merchant, currency, purpose,
  CAST(opening_minor AS text) AS opening_minor, CAST(debit_minor AS text) AS debit_minor,
  CAST(credit_minor AS text) AS credit_minor
  FROM ledger_days JOIN ledger_accounts ON seq = account ORDER BY business_date, account`

/**
 * Moves of money that have no posting, by their events: each approved sale and each acknowledged
 * capture must have one since the ledger began, and so must each refund of what was posted, and
 * each reversal of what was posted and not given back or corrected before.
 */
export const SELECT_UNPOSTED = `SELECT event.seq FROM payment_events AS event
  JOIN payments AS own ON own.seq = event.payment
  LEFT JOIN payments AS original ON original.merchant = own.merchant
    AND original.id = own.original_id
  WHERE event.seq > $1 AND event.seq <= $2 AND own.operation <> 'payment.increment'
    AND event.seq > (SELECT last_event FROM ledger_beginning)
    AND (event.to_state = 'captured'
      OR (event.to_state = 'approved' AND own.operation <> 'payment.authorize'
        AND coalesce(own.approved_minor, own.amount_minor) > 0)
      OR event.from_state = 'reversing')
    AND ((original.seq IS NULL AND event.from_state <> 'reversing')
      OR EXISTS (SELECT 1 FROM ledger_postings AS before
        WHERE before.payment = coalesce(original.seq, own.seq)
          AND (before.kind IN ('sold', 'captured') AND event.to_state = 'approved'
            OR before.kind IN ('sold', 'captured') AND original.seq IS NULL
            OR before.refund = own.seq)))
    AND NOT EXISTS (SELECT 1 FROM ledger_postings AS post
      WHERE post.payment = coalesce(original.seq, own.seq)
        AND CASE WHEN original.seq IS NOT NULL AND event.from_state = 'reversing'
            THEN post.refund = own.seq AND post.kind IN ('refund-reversed', 'corrected')
          WHEN original.seq IS NOT NULL THEN post.refund = own.seq AND post.kind = 'refunded'
          WHEN event.from_state = 'reversing'
            THEN post.kind IN ('reversed', 'refunded', 'corrected')
          WHEN event.to_state = 'captured' THEN post.kind = 'captured'
          ELSE post.kind = 'sold' END)`

export function createLedgerJudge(faults: FaultList): LedgerJudge {
  const days = new Map<string, Map<number, Totals>>()
  const sums = new Map<string, bigint>()
  let posting: number | undefined
  let postings = 0
  let closed: SeenOfLedger['closed']

  function endPosting(): void {
    const isZero = sums.size > 0 && [...sums.values()].every((sum) => sum === 0n)
    if (posting !== undefined && !isZero) {
      faults.add('ledger', `posting ${posting}`, 'is not zero')
    }
    sums.clear()
  }

  return {
    get seen() {
      return { postings, ...(closed === undefined ? {} : { closed }) }
    },
    next({ seq, business_date, account, currency, minor }) {
      if (Number(seq) !== posting) {
        endPosting()
        posting = Number(seq)
        postings += 1
      }
      if (account === null) return
      const amount = BigInt(Number(minor))
      sums.set(String(currency), (sums.get(String(currency)) ?? 0n) + amount)
      addTo(days, { date: String(business_date), account: Number(account), amount })
    },
    finish({ accounts, days: given, closings }) {
      endPosting()
      checkDays(given, days, faults)
      const carried = checkClosings(given, closings, faults)
      checkBalances(accounts, { days, carried }, faults)
      const last = closings.at(-1)
      closed = last && { date: String(last.business_date), hash: String(last.hash) }
    },
  }
}

interface Totals {
  debit: bigint
  credit: bigint
}

/** By business date and account. */
type Days = Map<string, Map<number, Totals>>

function addTo(
  days: Days,
  entry: { readonly date: string; readonly account: number; readonly amount: bigint },
): void {
  const { date, account, amount } = entry
  const day = days.get(date) ?? new Map<number, Totals>()
  const totals = day.get(account) ?? { debit: 0n, credit: 0n }
  if (amount > 0n) totals.debit += amount
  else totals.credit -= amount
  day.set(account, totals)
  days.set(date, day)
}

function checkDays(given: readonly StoredRow[], days: Days, faults: FaultList): void {
  let made = 0
  for (const day of days.values()) made += day.size
  for (const row of given) {
    const totals = days.get(String(row.business_date))?.get(Number(row.account))
    if (totals !== undefined) made -= 1
    const isSame = totals?.debit === minorIn(row.debit_minor)
    if (isSame && totals?.credit === minorIn(row.credit_minor)) continue
    faults.add('ledger', placeOf(row), 'has other totals than its entries make')
  }
  if (made !== 0) faults.add('ledger', 'days', 'some that were posted to have no totals')
}

/** @returns what each account has by days that are closed */
function checkClosings(
  days: readonly StoredRow[],
  closings: readonly StoredRow[],
  faults: FaultList,
): ReadonlyMap<number, bigint> {
  const byDate = Map.groupBy(days, (row) => String(row.business_date))
  const closed = new Map<number, bigint>()
  let previous = CHAIN_START
  for (const { business_date, hash } of closings) {
    const date = String(business_date)
    const totals = byDate.get(date) ?? []
    byDate.delete(date)
    for (const row of totals) checkOpening(row, closed, faults)
    if (closingHash(previous, date, totals) !== String(hash)) {
      faults.add('ledger', `day ${date}`, 'does not follow from its totals and the day before')
    }
    previous = String(hash)
  }
  for (const row of [...byDate.values()].flat()) {
    if (row.opening_minor !== null)
      faults.add('ledger', placeOf(row), 'is closed without a closing')
  }
  return closed
}

/** Opening and net are the closing, which is the next opening. */
function checkOpening(row: StoredRow, closed: Map<number, bigint>, faults: FaultList): void {
  const account = Number(row.account)
  const opening = closed.get(account) ?? 0n
  if (row.opening_minor === null || minorIn(row.opening_minor) !== opening) {
    faults.add('ledger', placeOf(row), 'does not open with what the day before closed with')
  }
  closed.set(account, opening + minorIn(row.debit_minor) - minorIn(row.credit_minor))
}

function checkBalances(
  accounts: readonly StoredRow[],
  { days, carried }: { readonly days: Days; readonly carried: ReadonlyMap<number, bigint> },
  faults: FaultList,
): void {
  const balances = new Map<number, bigint>()
  for (const [account, { debit, credit }] of [...days.values()].flatMap((day) => [...day])) {
    balances.set(account, (balances.get(account) ?? 0n) + debit - credit)
  }
  for (const { account, balance_minor, closed_minor } of accounts) {
    const seq = Number(account)
    if (minorIn(balance_minor) !== (balances.get(seq) ?? 0n)) {
      faults.add('ledger', `account ${seq}`, 'has another balance than its entries make')
    }
    if (minorIn(closed_minor) !== (carried.get(seq) ?? 0n)) {
      faults.add('ledger', `account ${seq}`, 'has another balance of closed days than they make')
    }
  }
}

function minorIn(value: unknown): bigint {
  return BigInt(String(value))
}

function placeOf({ business_date, account }: StoredRow): string {
  return `day ${business_date} of account ${account}`
}
