import { type Chargeable, type Currency, currencyOf } from '#domain'
import type { Correction, MoneyEvent, MoneyEventKind } from '#ledger'
import { StoreError } from '../errors.ts'
import type { Move } from '../journal-chain.ts'
import type { Row, StoredRow } from '../payment-row.ts'

/** What an act wants posted: something that has happened to a merchant's money. */
export interface PostingOrder {
  readonly kind: Exclude<MoneyEventKind, Correction['kind']>
  readonly merchant: string
  /** Its number in `payments`; what goes back to a card is of one. */
  readonly payment?: number
  /** The number of the refund that gives it back, or would have. */
  readonly refund?: number
  readonly currency: Currency
  /** Of what goes back to a card, all that is left, when absent. */
  readonly amountMinor?: bigint
  /** `YYYY-MM-DD`; a day that is closed already is passed over. */
  readonly businessDate: string
  readonly atMs: number
  /** What it is charged as; `payment`, when absent. */
  readonly per?: Chargeable
}

/** What is posted of no payment. */
export type FreeOrder = Omit<PostingOrder, 'payment' | 'refund'>

export function eventOf(order: PostingOrder): MoneyEvent {
  const { kind, merchant, currency, amountMinor, per } = order
  const amount = amountMinor === undefined ? {} : { amount: { minor: amountMinor, currency } }
  switch (kind) {
    case 'refunded':
    case 'reversed':
      return { kind, merchant, ...amount }
    case 'refund-reversed':
      return { kind, merchant }
    case 'sold':
    case 'captured':
      return { kind, merchant, amount: amountIn(order), ...(per === undefined ? {} : { per }) }
    default:
      return { kind, merchant, amount: amountIn(order) }
  }
}

function amountIn({ currency, amountMinor }: PostingOrder) {
  if (amountMinor !== undefined) return { minor: amountMinor, currency }
  throw new StoreError('ACT_INVALID', 'only what goes back to a card may have no amount')
}

/** Whether a plan divides it. */
export function isTaking({ kind }: { readonly kind: string }): boolean {
  return kind === 'sold' || kind === 'captured'
}

/** An order as one row: what {@link orderOf} reads back. */
export const ORDER_COLUMNS = 7

export function orderRow(order: FreeOrder): Row {
  const { kind, merchant, currency, amountMinor, businessDate, atMs, per = null } = order
  const minor = amountMinor === undefined ? null : Number(amountMinor)
  return [kind, merchant, currency.code, minor, businessDate, atMs, per]
}

/** Only {@link orderRow} makes such rows, so their closed lists are taken at their word. */
export function orderOf([kind, merchant, code, minor, date, atMs, per]: Row): PostingOrder {
  return {
    kind: String(kind) as PostingOrder['kind'],
    merchant: String(merchant),
    currency: currencyIn(code),
    ...(minor === null ? {} : { amountMinor: BigInt(Number(minor)) }),
    businessDate: String(date),
    atMs: Number(atMs),
    ...(per === null ? {} : { per: String(per) as Chargeable }),
  }
}

/** Whether a move of a payment may have moved money, so that {@link orderOfMove} is to be asked. */
export function isMoneyMove({ from, to }: Pick<Move, 'from' | 'to'>): boolean {
  if (to === 'approved' || to === 'captured') return true
  return from === 'reversing' && (to === 'reversed' || to === 'reversed_not_found')
}

/**
 * What {@link orderOfMove} needs of a payment. `open_date` is the host's business day now,
 * `original` the number of what it follows up, `tab` that of the tab whose hold it is.
 */
export const MONEY_COLUMNS = `payments.seq, payments.merchant, payments.operation,
  payments.currency, payments.amount_minor, payments.approved_minor, captured_minor,
  payments.business_date, capture_business_date,
  (SELECT date FROM business_days WHERE host = payments.host AND state = 'open') AS open_date,
  (SELECT original.seq FROM payments AS original
    WHERE original.merchant = payments.merchant AND original.id = payments.original_id) AS original,
  (SELECT tabs.seq FROM tabs WHERE tabs.payment = payments.seq) AS tab`

/**
 * What a move of a payment means for money: a sale is paid when it is approved, an authorization
 * when its capture is acknowledged, and a refund gives back when it is approved; each is undone
 * when its reversal is acknowledged.
 *
 * @param row {@link MONEY_COLUMNS} of the payment, as the move leaves it
 */
export function orderOfMove(move: Move, row: StoredRow): PostingOrder | undefined {
  const { payment, from, to, atMs } = move
  if (!isMoneyMove({ from, to }) || row.operation === 'payment.increment') return undefined
  const isRefund = row.operation === 'payment.refund'
  const whose = isRefund ? { payment: Number(row.original), refund: payment } : { payment }
  const order = {
    merchant: String(row.merchant),
    ...whose,
    currency: currencyIn(row.currency),
    atMs,
  }
  if (from === 'reversing') {
    const businessDate = String(row.open_date ?? row.business_date)
    return { kind: isRefund ? 'refund-reversed' : 'reversed', ...order, businessDate }
  }
  return row.operation === 'payment.authorize' && to === 'approved'
    ? undefined
    : unlessNothing({ kind: KINDS[String(row.operation)] ?? 'sold', ...order }, row)
}

const KINDS: Readonly<Record<string, PostingOrder['kind']>> = {
  'payment.authorize': 'captured',
  'payment.refund': 'refunded',
}

/** Of what was approved, or captured, on its own day. */
function unlessNothing(
  order: Omit<PostingOrder, 'businessDate'>,
  row: StoredRow,
): PostingOrder | undefined {
  const isCapture = order.kind === 'captured'
  const minor = isCapture ? row.captured_minor : (row.approved_minor ?? row.amount_minor)
  const amountMinor = BigInt(Number(minor))
  const businessDate = String(isCapture ? row.capture_business_date : row.business_date)
  const per = isCapture && row.tab !== null ? { per: 'tab' as const } : {}
  return amountMinor === 0n ? undefined : { ...order, ...per, amountMinor, businessDate }
}

function currencyIn(code: unknown): Currency {
  const currency = currencyOf(String(code))
  if (currency !== undefined) return currency
  throw new StoreError('ACT_INVALID', 'a posting is in no currency')
}
