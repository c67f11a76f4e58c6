import type { Move } from '../../journal-chain.ts'
import { type PlanInForce, planInForce } from '../../ledger/fee-plans.ts'
import { FUNDS_PURPOSES, GROUP_POSTED, SELECT_POSTED } from '../../ledger/posted-row.ts'
import { MONEY_COLUMNS, type PostingOrder } from '../../ledger/posting-order.ts'
import { PAYMENT_TABLES } from '../../payment-row.ts'
import type { Connection, Statement, StoredRow } from '../connection.ts'

/** What is asked of the database before anything is posted, all at once. */
export interface Found {
  /** By `seq`: the payments of the moves. */
  readonly payments: ReadonlyMap<number, StoredRow>
  /** By merchant; whoever has no record is not there. */
  readonly plans: ReadonlyMap<string, PlanInForce>
  /** Numbers for as many postings as there may be, rising. */
  readonly numbers: readonly number[]
  /** A date as it can be posted to: none of a closed day. */
  openDate(date: string): string
}

/** What is to be posted. */
export interface ToPost {
  readonly moves: readonly Move[]
  readonly orders: readonly PostingOrder[]
  /** How many postings that may be. */
  readonly postings: number
}

export async function lookUp(
  connection: Connection,
  { moves, orders, postings }: ToPost,
): Promise<Found> {
  const seqs = moves.map(({ payment }) => payment)
  const merchants = [...new Set(orders.map(({ merchant }) => merchant))]
  const [payments, plans, numbers, [closed]] = await Promise.all([
    connection.rows(MONEY, [seqs]),
    connection.rows(PLANS, [seqs, merchants]),
    connection.rows(NUMBERS, [postings]),
    connection.rows(LAST_CLOSED),
  ])
  const [last, next] = [closed?.['last'] ?? null, String(closed?.['next'])]
  return {
    payments: new Map(payments.map((row) => [Number(row['seq']), row])),
    plans: new Map(
      plans.map((row) => [String(row['merchant']), planInForce(row['seq'], row['plan'])]),
    ),
    numbers: numbers.map(({ number }) => Number(number)).toSorted((a, b) => a - b),
    openDate: (date) => (last === null || date > String(last) ? date : next),
  }
}

const MONEY: Statement = {
  name: 'money-of-moves',
  text: `SELECT ${MONEY_COLUMNS} FROM ${PAYMENT_TABLES} WHERE payments.seq = ANY ($1::bigint[])`,
}

const PLANS: Statement = {
  name: 'plans',
  text: `SELECT asked.merchant, latest.seq, latest.plan FROM (
      SELECT merchant FROM payments WHERE seq = ANY ($1::bigint[])
      UNION SELECT unnest($2::text[])
    ) AS asked CROSS JOIN LATERAL (
      SELECT seq, (record::json -> 'feePlan')::text AS plan FROM merchant_changes
      WHERE merchant_changes.merchant = asked.merchant ORDER BY seq DESC LIMIT 1
    ) AS latest`,
}

const NUMBERS: Statement = {
  name: 'posting-numbers',
  text: `SELECT nextval('ledger_posting_numbers') AS number FROM generate_series(1, $1::integer)`,
}

const LAST_CLOSED: Statement = {
  name: 'last-closed',
  text: `SELECT max(business_date) AS last, (max(business_date)::date + 1)::text AS next
    FROM ledger_closings`,
}

/** What was posted for payments, and what merchants have. */
export interface FoundBefore {
  /** Rows of `SELECT_POSTED`, with their payment. */
  readonly posted: readonly StoredRow[]
  /** Balances by merchant, currency and purpose. */
  readonly funds: readonly StoredRow[]
}

/**
 * Nobody else draws on the same funds until the transaction ends; what is added to them meanwhile
 * waits for nobody.
 */
export async function lookUpBefore(
  connection: Connection,
  orders: readonly PostingOrder[],
): Promise<FoundBefore> {
  const payments = orders.flatMap(({ payment }) => payment ?? [])
  const merchants = orders.map(({ merchant }) => merchant)
  const currencies = orders.map(({ currency }) => currency.code)
  const [, posted, funds] = await Promise.all([
    connection.rows(HOLD_FUNDS, [merchants, currencies]),
    connection.rows(POSTED, [payments]),
    connection.rows(FUNDS, [merchants, currencies, [...FUNDS_PURPOSES]]),
  ])
  return { posted, funds }
}

const HOLD_FUNDS: Statement = {
  name: 'hold-funds',
  text: `SELECT seq FROM ledger_accounts
    JOIN unnest($1::text[], $2::text[]) AS given (merchant, currency) USING (merchant, currency)
    WHERE purpose = 'pending' ORDER BY seq FOR NO KEY UPDATE OF ledger_accounts`,
}

const POSTED: Statement = {
  name: 'posted',
  text: `${SELECT_POSTED} WHERE post.payment = ANY ($1::bigint[]) ${GROUP_POSTED}`,
}

const FUNDS: Statement = {
  name: 'funds',
  text: `SELECT merchant, currency, purpose, CAST(sum(balance_minor) AS text) AS minor
    FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[])) AS given (merchant, currency)
    JOIN ledger_accounts USING (merchant, currency)
    JOIN ledger_node_balances ON account = ledger_accounts.seq
    WHERE purpose = ANY ($3::text[]) GROUP BY merchant, currency, purpose`,
}
