import type { PaymentState } from '#domain'
import type { StoredRow } from './payment-row.ts'

/** Where a payment stands, for an act that moves it. */
export interface Place {
  /** Its number in `payments`. */
  readonly payment: number
  readonly state: PaymentState
  readonly host: string
  readonly businessDate: string
}

export const PLACE_COLUMNS = 'seq, state, host, business_date'

export function placeIn(row: StoredRow | undefined): Place | undefined {
  if (row === undefined) return undefined
  const state = String(row.state) as PaymentState
  const [host, businessDate] = [String(row.host), String(row.business_date)]
  return { payment: Number(row.seq), state, host, businessDate }
}
