import type { DatabaseSync } from 'node:sqlite'
import { LedgerError, type Purpose, postingsOf } from '#ledger'
import { StoreError } from '../errors.ts'
import type { Move } from '../journal-chain.ts'
import { PAYMENT_TABLES } from '../payment-row.ts'
import { createBalances } from './balances.ts'
import { type Closings, createClosings } from './closings.ts'
import { type CorrectionOrder, createCorrection } from './correction.ts'
import { createFeePlans } from './fee-plans.ts'
import { fundsOf, GROUP_POSTED, postedOf, SELECT_POSTED } from './posted-row.ts'
import {
  eventOf,
  isMoneyMove,
  MONEY_COLUMNS,
  orderOfMove,
  type PostingOrder,
} from './posting-order.ts'
import { createWriting } from './writing.ts'

/**
 * What is posted in a transaction of acts. Entries are written at once, balances and totals when it
 * ends.
 */
export interface Ledger {
  /**
   * Post what has happened to a merchant's money, as its plan divides it.
   *
   * @throws StoreError `POSTING_NOT_ALLOWED`: more than there is, or was; nothing is written then
   */
  post(order: PostingOrder): void
  /**
   * Post what a move of a payment means, if it means anything. The payment is as it leaves it. That
   * the rules refuse it is a fault of ours: the payment has moved.
   */
  follow(move: Move): void
  /** Post the mirror of a posting. @throws StoreError `POSTING_NOT_ALLOWED` */
  correct(correction: CorrectionOrder): void
  /** Close the days that are over. */
  closeDays(atMs: number): void
  /** At the beginning of a transaction: one before it may have been rolled back. */
  begin(): void
  /** At the end of a transaction, before it is committed. */
  end(): void
}

export function createLedger(database: DatabaseSync): Ledger {
  const plans = createFeePlans(database)
  const balances = createBalances(database)
  const closings = createClosings(database, balances.write)
  const openDate = createOpenDate(database, closings)
  const posted = createPosted(database)
  const write = createWriting(database, balances)
  const moneyOf = database.prepare(
    `SELECT ${MONEY_COLUMNS} FROM ${PAYMENT_TABLES} WHERE payments.seq = ?`,
  )

  function carryOut(given: PostingOrder): void {
    const order = { ...given, businessDate: openDate(given.businessDate) }
    const inForce = plans.termsFor(order)
    const { merchant } = order
    const currency = order.currency.code
    const minorOf = (purpose: Purpose) => balances.minorOf({ merchant, currency, purpose })
    const set = postingsOf(eventOf(order), {
      fees: () => inForce?.terms,
      posted: () => posted(order),
      funds: () => fundsOf(minorOf),
    })
    if (set === undefined) return
    const chargedAs = inForce === undefined ? {} : { chargedAs: order.per ?? 'payment' }
    write(set, { ...order, ...chargedAs, record: inForce?.record })
  }

  return {
    post: (order) => unlessRefused(() => carryOut(order)),
    follow(move) {
      const row = isMoneyMove(move) ? moneyOf.get(move.payment) : undefined
      const order = row && orderOfMove(move, row)
      if (order !== undefined) carryOut(order)
    },
    correct: createCorrection(database, { openDate, write }),
    closeDays: closings.close,
    begin() {
      plans.refresh()
      balances.forget()
      closings.forget()
    },
    end: balances.write,
  }
}

/** What the rules refuse, and why. */
export function unlessRefused<T>(make: () => T): T {
  try {
    return make()
  } catch (thrown) {
    if (!(thrown instanceof LedgerError)) throw thrown
    throw new StoreError('POSTING_NOT_ALLOWED', `${thrown.code}: ${thrown.message}`)
  }
}

type OpenDate = (date: string) => string

/** Nothing is posted to a day that is closed, but to the one after it. */
function createOpenDate(database: DatabaseSync, closings: Closings): OpenDate {
  const next = database.prepare(`SELECT date(?, '+1 day') AS date`)
  return (date) => {
    const last = closings.last()
    return last === undefined || date > last ? date : String(next.get(last)?.date)
  }
}

function createPosted(database: DatabaseSync) {
  const select = database.prepare(`${SELECT_POSTED} WHERE post.payment = ? ${GROUP_POSTED}`)
  return (order: PostingOrder) =>
    postedOf(order.payment === undefined ? [] : select.all(order.payment), order)
}
