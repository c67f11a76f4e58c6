import type { Entry, MoneyEventKind } from '#ledger'
import type { StoredRow } from '../payment-row.ts'
import { type Balance, balancesAt } from './balance-at.ts'
import { entryOf } from './entry-row.ts'
import type { Ask } from './ledger-reader.ts'

export interface StatementQuestion {
  readonly merchant: string
  /** The first and the last business date, `YYYY-MM-DD`. */
  readonly from: string
  readonly to: string
  readonly linesMax: number
}

/** A merchant's accounts over some business dates: openings and lines are the closings. */
export interface MerchantStatement {
  readonly openings: readonly Balance[]
  /** In the order of posting, `linesMax` at most. */
  readonly lines: readonly StatementLine[]
  readonly closings: readonly Balance[]
  /** Whether these are all lines. */
  readonly complete: boolean
}

export interface StatementLine extends Entry {
  readonly posting: number
  readonly kind: MoneyEventKind
  readonly businessDate: string
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
  /** The merchant's id of the payment. */
  readonly payment?: string
  /** Who posted it, when that was a person. */
  readonly by?: string
}

export async function statementOf(
  ask: Ask,
  { merchant, from, to, linesMax }: StatementQuestion,
): Promise<MerchantStatement> {
  const [before] = await ask(DAY_BEFORE, [merchant, from])
  const opening = { businessDate: String(before?.date ?? '') }
  const lines: StatementLine[] = []
  const [span] = await ask(SPAN, [merchant, from, to])
  const last = Number(span?.last)
  let at = Number(span?.first) - 1
  for (; at < last && lines.length <= linesMax; at += STRETCH) {
    const rows = await ask(LINES, [at, at + STRETCH, merchant, from, to])
    lines.push(...rows.map(lineOf))
  }
  return {
    openings: await balancesAt(ask, { merchant, at: opening }),
    lines: lines.slice(0, linesMax),
    closings: await balancesAt(ask, { merchant, at: { businessDate: to } }),
    complete: lines.length <= linesMax,
  }
}

const DAYS = 'FROM ledger_days JOIN ledger_accounts ON ledger_accounts.seq = account'

const DAY_BEFORE = {
  name: 'day-before',
  text: `SELECT max(business_date) AS date ${DAYS} WHERE merchant = $1 AND business_date < $2`,
}

const SPAN = {
  name: 'span-of-statement',
  text: `SELECT coalesce(min(first_posting), 1) AS first, coalesce(max(last_posting), 0) AS last
    ${DAYS} WHERE merchant = $1 AND business_date >= $2 AND business_date <= $3`,
}

/** Numbers of postings that one statement looks at. */
const STRETCH = 10_000

const LINES = {
  name: 'lines-of-statement',
  text: `SELECT post.seq, kind, post.business_date, at_ms, posted_by, payments.id,
      account.merchant, account.currency, account.purpose, minor
    FROM ledger_postings AS post
    JOIN ledger_entries AS entry ON entry.posting = post.seq
    JOIN ledger_accounts AS account ON account.seq = entry.account
    LEFT JOIN payments ON payments.seq = post.payment
    WHERE post.seq > $1 AND post.seq <= $2 AND account.merchant = $3
      AND post.business_date >= $4 AND post.business_date <= $5
    ORDER BY post.seq, place`,
}

/** Only the ledger writes these columns, so their closed lists of words are taken at their word. */
function lineOf(row: StoredRow): StatementLine {
  const { seq, kind, business_date, at_ms, posted_by, id } = row
  return {
    ...entryOf(row),
    posting: Number(seq),
    kind: String(kind) as MoneyEventKind,
    businessDate: String(business_date),
    atMs: Number(at_ms),
    ...(id === null ? {} : { payment: String(id) }),
    ...(posted_by === null ? {} : { by: String(posted_by) }),
  }
}
