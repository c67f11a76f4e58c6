import type { PostingSet } from '#ledger'
import { createTally } from '../../ledger/tally.ts'
import type { PostingFacts } from '../../ledger/writing.ts'
import type { Connection, Statement } from '../connection.ts'
import { together } from '../transaction.ts'

/** A posting that is ready to be written. */
export interface Composed {
  readonly posting: number
  readonly set: PostingSet
  readonly facts: PostingFacts
}

/**
 * Write postings, their entries, and what both make of balances and days, in statements that are
 * all on their way at once.
 */
export async function writePostings(
  connection: Connection,
  node: string,
  composed: readonly Composed[],
): Promise<void> {
  if (composed.length === 0) return
  const tally = createTally()
  for (const { posting, set, facts } of composed) {
    const { businessDate, atMs } = facts
    for (const entry of set.entries) tally.add(entry, { posting, businessDate, atMs })
  }
  const changes = tally.changes()
  const accounts = [
    changes.map(({ account }) => account.merchant),
    changes.map(({ account }) => account.currency),
    changes.map(({ account }) => account.purpose),
  ]
  const days = changes.flatMap(({ account, days: ofAccount }) =>
    [...ofAccount].map(([date, totals]) => ({ account, date, totals })),
  )
  await together([
    connection.rows(MAKE_ACCOUNTS, accounts),
    connection.rows(INSERT_POSTINGS, [node, ...columnsOf(composed)]),
    connection.rows(INSERT_ENTRIES, entryColumnsOf(composed)),
    connection.rows(ADD_TO_BALANCES, [node, ...accounts, changes.map((it) => String(it.change))]),
    connection.rows(ADD_TO_DAYS, [
      node,
      days.map(({ account }) => account.merchant),
      days.map(({ account }) => account.currency),
      days.map(({ account }) => account.purpose),
      days.map(({ date }) => date),
      days.map(({ totals }) => String(totals.debit)),
      days.map(({ totals }) => String(totals.credit)),
      days.map(({ totals }) => totals.firstPosting),
      days.map(({ totals }) => totals.lastPosting),
      days.map(({ totals }) => totals.firstAtMs),
      days.map(({ totals }) => totals.lastAtMs),
    ]),
  ])
}

/** In one order, so that nodes which make the same accounts at once do not wait in a circle. */
const MAKE_ACCOUNTS: Statement = {
  name: 'make-accounts',
  text: `INSERT INTO ledger_accounts (merchant, currency, purpose)
    SELECT given.* FROM unnest($1::text[], $2::text[], $3::text[])
      AS given (merchant, currency, purpose)
    WHERE NOT EXISTS (SELECT FROM ledger_accounts AS known WHERE known.merchant = given.merchant
      AND known.currency = given.currency AND known.purpose = given.purpose)
    ORDER BY given.merchant COLLATE "C", given.currency COLLATE "C", given.purpose COLLATE "C"
    ON CONFLICT DO NOTHING`,
}

const INSERT_POSTINGS: Statement = {
  name: 'insert-postings',
  text: `INSERT INTO ledger_postings (node, seq, kind, merchant, payment, refund, corrects, terms,
      charged_as, posted_by, business_date, at_ms)
    SELECT $1, given.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[],
      $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[],
      $12::bigint[]) AS given`,
}

function columnsOf(composed: readonly Composed[]) {
  const facts = composed.map((it) => it.facts)
  return [
    composed.map(({ posting }) => posting),
    facts.map(({ kind }) => kind),
    facts.map(({ merchant }) => merchant),
    facts.map(({ payment = null }) => payment),
    facts.map(({ refund = null }) => refund),
    facts.map(({ corrects = null }) => corrects),
    facts.map(({ record = null }) => record),
    facts.map(({ chargedAs = null }) => chargedAs),
    facts.map(({ by = null }) => by),
    facts.map(({ businessDate }) => businessDate),
    facts.map(({ atMs }) => atMs),
  ]
}

const INSERT_ENTRIES: Statement = {
  name: 'insert-entries',
  text: `INSERT INTO ledger_entries (posting, place, account, minor)
    SELECT posting, place, ledger_accounts.seq, minor
    FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::bigint[])
      AS given (posting, place, merchant, currency, purpose, minor)
    JOIN ledger_accounts USING (merchant, currency, purpose)`,
}

function entryColumnsOf(composed: readonly Composed[]) {
  const placed = composed.flatMap(({ posting, set }) =>
    set.entries.map(({ account, minor }, place) => ({ posting, place, account, minor })),
  )
  return [
    placed.map(({ posting }) => posting),
    placed.map(({ place }) => place),
    placed.map(({ account }) => account.merchant),
    placed.map(({ account }) => account.currency),
    placed.map(({ account }) => account.purpose),
    placed.map(({ minor }) => String(minor)),
  ]
}

const ADD_TO_BALANCES: Statement = {
  name: 'add-to-balances',
  text: `INSERT INTO ledger_node_balances AS known (account, node, balance_minor)
    SELECT ledger_accounts.seq, $1, change
    FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[])
      AS given (merchant, currency, purpose, change)
    JOIN ledger_accounts USING (merchant, currency, purpose)
    ON CONFLICT (account, node) DO UPDATE
      SET balance_minor = known.balance_minor + excluded.balance_minor`,
}

const ADD_TO_DAYS: Statement = {
  name: 'add-to-days',
  text: `INSERT INTO ledger_node_days AS known (business_date, account, node, debit_minor,
      credit_minor, first_posting, last_posting, first_at_ms, last_at_ms)
    SELECT business_date, ledger_accounts.seq, $1, debit, credit, first_posting, last_posting,
      first_at_ms, last_at_ms
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
      AS given (merchant, currency, purpose, business_date, debit, credit, first_posting,
        last_posting, first_at_ms, last_at_ms)
    JOIN ledger_accounts USING (merchant, currency, purpose)
    ON CONFLICT (business_date, account, node) DO UPDATE
      SET debit_minor = known.debit_minor + excluded.debit_minor,
        credit_minor = known.credit_minor + excluded.credit_minor,
        last_posting = greatest(known.last_posting, excluded.last_posting),
        first_at_ms = least(known.first_at_ms, excluded.first_at_ms),
        last_at_ms = greatest(known.last_at_ms, excluded.last_at_ms)`,
}
