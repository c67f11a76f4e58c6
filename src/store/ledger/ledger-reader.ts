import type { FeePlan } from '#domain'
import type { Account, Entry, MoneyEventKind } from '#ledger'
import { openDatabaseToRead } from '../database.ts'
import { storeErrorOf } from '../errors.ts'
import type { StoredRow } from '../payment-row.ts'
import { type Balance, type BalanceQuestion, balancesAt } from './balance-at.ts'
import { entryOf } from './entry-row.ts'
import { type MerchantStatement, type StatementQuestion, statementOf } from './statement.ts'

/** The ledger of a store, for an operator, beside the gateway that may be running on it. */
export interface LedgerReader {
  /** Balances that are not zero, by currency, purpose and merchant. */
  balances(question: BalanceQuestion): Promise<readonly Balance[]>
  /** What was posted to one merchant's accounts from one business date to another. */
  statement(question: StatementQuestion): Promise<MerchantStatement>
  /** What was posted for the payments that have this id, one of each merchant at most. */
  payments(id: string): Promise<readonly PostedPayment[]>
  close(): Promise<void>
}

/** A payment and its postings, the earliest first. */
export interface PostedPayment {
  readonly merchant: string
  readonly id: string
  readonly postings: readonly PaymentPosting[]
}

export interface PaymentPosting {
  readonly posting: number
  readonly kind: MoneyEventKind
  /** The posting that it corrects. */
  readonly corrects?: number
  readonly businessDate: string
  readonly atMs: number
  /** How it was divided; absent when there was no plan. */
  readonly charged?: { readonly as: 'payment' | 'tab'; readonly plan: FeePlan }
  readonly entries: readonly Entry[]
}

/**
 * Asks the store that is read. Statements are of what SQLite and PostgreSQL have in common; their
 * parameters are `$1` and so on.
 */
export type Ask = (
  statement: { readonly name: string; readonly text: string },
  values?: readonly (string | number)[],
) => Promise<readonly StoredRow[]>

export function ledgerReaderOver(ask: Ask, close: () => Promise<void>): LedgerReader {
  return {
    balances: (question) => balancesAt(ask, question),
    statement: (question) => statementOf(ask, question),
    payments: (id) => postedPayments(ask, id),
    close,
  }
}

/**
 * Open a store to read its ledger: no lock, no write, and no act of a running gateway waits.
 *
 * @throws StoreError `STORE_UNREADABLE`, `STORE_FOREIGN`, `STORE_TOO_NEW`, `STORE_TOO_OLD`,
 *   `STORE_CORRUPT`
 */
export function openFileLedgerReader(file: string): LedgerReader {
  const database = openDatabaseToRead(file)
  const ask: Ask = async ({ text }, values = []) => {
    try {
      const given = values.map((value, place) => [`$${place + 1}`, value])
      return database.prepare(text).all(Object.fromEntries(given))
    } catch (thrown) {
      throw storeErrorOf(thrown)
    }
  }
  return ledgerReaderOver(ask, async () => database.close())
}

async function postedPayments(ask: Ask, id: string): Promise<readonly PostedPayment[]> {
  const found: PostedPayment[] = []
  for (const payment of await ask(PAYMENTS, [id])) {
    const rows = await ask(POSTINGS, [Number(payment.seq)])
    const postings = [...Map.groupBy(rows, ({ seq }) => Number(seq)).values()]
    const merchant = String(payment.merchant)
    found.push({ merchant, id, postings: postings.map(postingOf) })
  }
  return found
}

/** A payment is found by its merchant and id, and there are fewer merchants than payments. */
const PAYMENTS = {
  name: 'payments-called',
  text: `SELECT payments.seq, payments.merchant FROM merchants
    JOIN payments ON payments.merchant = merchants.id AND payments.id = $1 ORDER BY 2`,
}

const POSTINGS = {
  name: 'postings-of-payment',
  text: `SELECT post.seq, kind, corrects, business_date, post.at_ms, charged_as, change.record,
      account.merchant, currency, purpose, minor
    FROM ledger_postings AS post
    JOIN ledger_entries AS entry ON entry.posting = post.seq
    JOIN ledger_accounts AS account ON account.seq = entry.account
    LEFT JOIN merchant_changes AS change ON change.seq = post.terms
    WHERE post.payment = $1 ORDER BY post.seq, place`,
}

/** Only the ledger writes these columns, so their closed lists of words are taken at their word. */
function postingOf(rows: readonly StoredRow[]): PaymentPosting {
  const { seq, kind, corrects, business_date, at_ms, charged_as, record } = rows[0] ?? {}
  const plan = record == null ? undefined : JSON.parse(String(record)).feePlan
  return {
    posting: Number(seq),
    kind: String(kind) as MoneyEventKind,
    ...(corrects == null ? {} : { corrects: Number(corrects) }),
    businessDate: String(business_date),
    atMs: Number(at_ms),
    ...(plan === undefined ? {} : { charged: { as: chargedAs(charged_as), plan } }),
    entries: rows.map(entryOf),
  }
}

function chargedAs(text: unknown): 'payment' | 'tab' {
  return text === 'tab' ? 'tab' : 'payment'
}

/** An account in a row that has its columns. */
export function accountIn(row: StoredRow): Account {
  return entryOf({ ...row, minor: 0 }).account
}
