import { type Account, accountName } from '#ledger'
import type { StoredRow } from '../payment-row.ts'
import { type Ask, accountIn } from './ledger-reader.ts'

export interface BalanceQuestion {
  /** Of one merchant alone. */
  readonly merchant?: string
  /** Now, when absent. */
  readonly at?: LedgerMoment
}

/** The end of a business date, `YYYY-MM-DD`, or a moment of wall time, milliseconds since 1970. */
export type LedgerMoment = { readonly businessDate: string } | { readonly atMs: number }

export interface Balance {
  readonly account: Account
  /** Debits less credits, minor units. */
  readonly minor: bigint
}

/**
 * Balances that are not zero, by currency, purpose and merchant.
 *
 * Those of the past are made of the totals of days, and of the entries of such days alone as the
 * moment falls into.
 */
export async function balancesAt(
  ask: Ask,
  { merchant, at }: BalanceQuestion,
): Promise<readonly Balance[]> {
  const accounts = await ask(ACCOUNTS)
  const minors = at === undefined ? undefined : await minorsAt(ask, at)
  return accounts
    .filter((row) => merchant === undefined || row.merchant === merchant)
    .map((row) => ({
      account: accountIn(row),
      minor: minors === undefined ? minorIn(row) : (minors.get(Number(row.account)) ?? 0n),
    }))
    .filter(({ minor }) => minor !== 0n)
    .toSorted(byName)
}

const ACCOUNTS = {
  name: 'balances-now',
  text: `SELECT account, merchant, currency, purpose, CAST(balance_minor AS text) AS minor
    FROM ledger_balances`,
}

function byName(a: Balance, b: Balance): number {
  const [one, other] = [accountName(a.account), accountName(b.account)]
  return one < other ? -1 : Number(one > other)
}

/** By the account's `seq`. */
async function minorsAt(ask: Ask, at: LedgerMoment): Promise<ReadonlyMap<number, bigint>> {
  const minors = new Map<number, bigint>()
  const add = (row: StoredRow) => {
    const account = Number(row.account)
    minors.set(account, (minors.get(account) ?? 0n) + minorIn(row))
  }
  if ('businessDate' in at) {
    for (const row of await ask(BY_DATE, [at.businessDate])) add(row)
    return minors
  }
  for (const row of await ask(DAYS_BEFORE, [at.atMs])) add(row)
  const [span] = await ask(SPAN, [at.atMs])
  const parts = await ask(PARTLY_BEFORE, [at.atMs])
  const partly = new Set(parts.map(dayName))
  for (let from = Number(span?.first) - 1; from < Number(span?.last); from += STRETCH) {
    const rows = await ask(ENTRIES_BEFORE, [at.atMs, from, from + STRETCH])
    for (const row of rows) if (partly.has(dayName(row))) add(row)
  }
  return minors
}

const BY_DATE = {
  name: 'balances-by-date',
  text: `SELECT account, CAST(sum(debit_minor - credit_minor) AS text) AS minor
    FROM ledger_days WHERE business_date <= $1 GROUP BY account`,
}

const DAYS_BEFORE = {
  name: 'days-before',
  text: `SELECT account, CAST(sum(debit_minor - credit_minor) AS text) AS minor
    FROM ledger_days WHERE last_at_ms <= $1 GROUP BY account`,
}

/** Days that the moment falls into, by account. */
const PARTLY = 'FROM ledger_days WHERE first_at_ms <= $1 AND last_at_ms > $1'

const PARTLY_BEFORE = { name: 'partly-before', text: `SELECT business_date, account ${PARTLY}` }

const SPAN = {
  name: 'span-of-days',
  text: `SELECT coalesce(min(first_posting), 1) AS first, coalesce(max(last_posting), 0) AS last
    ${PARTLY}`,
}

/** Numbers of postings that one statement looks at. */
const STRETCH = 10_000

const ENTRIES_BEFORE = {
  name: 'entries-before',
  text: `SELECT business_date, account, CAST(sum(minor) AS text) AS minor
    FROM ledger_postings JOIN ledger_entries ON posting = seq
    WHERE at_ms <= $1 AND seq > $2 AND seq <= $3 GROUP BY business_date, account`,
}

function dayName({ business_date, account }: StoredRow): string {
  return `${business_date} ${account}`
}

function minorIn({ minor }: StoredRow): bigint {
  return BigInt(String(minor))
}
