import type { DatabaseSync } from 'node:sqlite'
import {
  type Capture,
  type CaptureObstacle,
  captureVerdict,
  currencyOf,
  type Money,
  type Payment,
} from '#domain'
import type { Captures, PostedTab } from './captures.ts'
import { StoreError } from './errors.ts'
import { createFind } from './find-payment.ts'
import type { Moves } from './moves.ts'
import type { OwedActs } from './owed-messages.ts'
import type { Row } from './payment-row.ts'
import { createTabHolds } from './tabs/tab-holds.ts'

/** A merchant's wish to capture one of its authorizations. */
export interface CaptureWish {
  readonly merchant: string
  readonly id: string
  /** All that was approved, when absent. */
  readonly amount?: Money
  /** The business day that is open now, `YYYY-MM-DD`. */
  readonly businessDate: string
  readonly atMs: number
}

/** What became of a {@link CaptureWish}. */
export type CaptureResult =
  /** It is being captured, or is captured, as was wished: the payment as it stands. */
  | { readonly kind: 'taken'; readonly payment: Payment }
  /** Nothing changed. */
  | { readonly kind: 'refused'; readonly why: CaptureObstacle; readonly payment: Payment }
  /** This merchant has no such payment. */
  | { readonly kind: 'unseen' }

/** What the act writes. */
interface Journals {
  readonly moves: Moves
  readonly captures: Captures
  readonly owed: OwedActs
}

/** The act that captures a payment: it decides by `captureVerdict`, and owes the advice. */
export function createCapture(database: DatabaseSync, journals: Journals) {
  const find = createFind(database)
  const take = createTaking(database, journals)
  const { isOnOpenTab } = createTabHolds(database)
  return ({ merchant, id, amount, businessDate, atMs }: CaptureWish): CaptureResult => {
    const payment = find(merchant, id)
    if (payment === undefined) return UNSEEN
    const verdict = captureVerdict(payment, amount)
    if (verdict.kind === 'refused') return { ...verdict, payment }
    if (verdict.kind === 'repeat') return { kind: 'taken', payment }
    if (isOnOpenTab(merchant, id)) return { kind: 'refused', why: 'tab-open', payment }
    const capture = { amountMinor: verdict.amountMinor, businessDate, askedAtMs: atMs }
    return { kind: 'taken', payment: take(payment, capture) }
  }
}

/**
 * Takes what an authorization holds, once that is decided: keeps how much, moves it, and owes the
 * advice.
 *
 * @returns the payment as it stands then
 */
export function createTaking(database: DatabaseSync, { moves, captures, owed }: Journals) {
  const numberOf = database.prepare('SELECT seq FROM payments WHERE merchant = ? AND id = ?')
  const cause = 'merchant-asked'
  return (payment: Payment, capture: Capture, tab?: PostedTab): Payment => {
    const seq = Number(numberOf.get(payment.merchant, payment.id)?.seq)
    const [from, to, atMs] = [payment.state, 'capturing', capture.askedAtMs] as const
    const lasting = captures.add(seq, capture, tab)
    moves.carryOut({ payment: seq, from, to, reason: cause, atMs }, lasting)
    owed.owe({ payment: seq, kind: 'advice', host: payment.exchange.host, cause, atMs })
    return { ...payment, state: to, capture }
  }
}

const UNSEEN: CaptureResult = Object.freeze({ kind: 'unseen' })

/** A wish as one row: what {@link captureWishOf} reads back. */
export const CAPTURE_WISH_COLUMNS = 6

export function captureWishRow({ merchant, id, amount, businessDate, atMs }: CaptureWish): Row {
  const [minor, currency] = amount ? [Number(amount.minor), amount.currency.code] : [null, null]
  return [merchant, id, minor, currency, businessDate, atMs]
}

export function captureWishOf([merchant, id, minor, code, date, atMs]: Row): CaptureWish {
  const currency = currencyOf(String(code))
  if (minor !== null && currency === undefined) {
    throw new StoreError('ACT_INVALID', 'a capture has an amount in no currency')
  }
  return {
    merchant: String(merchant),
    id: String(id),
    ...(currency === undefined ? {} : { amount: { minor: BigInt(Number(minor)), currency } }),
    businessDate: String(date),
    atMs: Number(atMs),
  }
}
