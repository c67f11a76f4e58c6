import type { Tab, TabItem } from '#domain'
import type { StoredRow } from '../payment-row.ts'
import { itemRefundState } from './residues.ts'
import { chargeOf } from './tab-row.ts'

/** Which page of which tab's receipt. */
export interface ReceiptWish {
  readonly merchant: string
  /** The tab's own id. */
  readonly id: string
  /** The number of the last charge on the page before; 0 for the first page. */
  readonly after: number
  readonly countMax: number
}

/** Charges of a tab from a number on, with the refund of each that is not void as it is kept. */
export const ITEM_SELECT = `SELECT charges.*, refunds.id AS refund, refunds.refunded_minor,
    refunds.state AS refund_state, payments.state AS refund_payment
  FROM tab_charges AS charges
  LEFT JOIN tab_refunds AS refunds ON refunds.tab = charges.tab
    AND refunds.number = charges.number AND refunds.state <> 'void'
  LEFT JOIN payments ON payments.merchant = refunds.merchant AND payments.id = refunds.id`

export function itemOf(row: StoredRow): TabItem {
  const { refund, refunded_minor: minor, refund_payment: payment } = row
  const item = { ...chargeOf(row), number: Number(row['number']), atMs: Number(row['at_ms']) }
  if (refund === null) return item
  const kept = String(row['refund_state'])
  const state = itemRefundState(kept, payment === null ? null : String(payment))
  if (state === 'void') return item
  return { ...item, refund: { id: String(refund), minor: BigInt(Number(minor)), state } }
}

/** Increments and refunds of the authorization of a tab that reached the host, or may have. */
export const FOLLOW_UP_MESSAGES = `SELECT count(*) AS messages FROM payments AS more
  JOIN payments ON payments.merchant = more.merchant AND payments.id = more.original_id
  JOIN tabs ON tabs.payment = payments.seq`

/** The authorization is one, and so is what closes the tab. */
export function hostMessagesOf({ state }: Tab, followUps: number): number {
  return 1 + followUps + (state === 'open' ? 0 : 1)
}
