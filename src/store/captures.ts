import type { DatabaseSync } from 'node:sqlite'
import type { Capture } from '#domain'
import type { Row } from './payment-row.ts'

/** How much of each authorization is taken, and when that settles. */
export interface Captures {
  /**
   * @param payment its number in `payments`
   * @returns what the move to `capturing` says of it
   */
  add(payment: number, capture: Capture): Row
  /**
   * Stamp the day that it settles on, `YYYY-MM-DD`; its business date, when the host said none.
   *
   * @returns what the move to `captured` says of it
   */
  settle(payment: number, settlementDate?: string): Row
}

export function createCaptures(database: DatabaseSync): Captures {
  const insert = database.prepare(
    `INSERT INTO captures (payment, captured_minor, capture_business_date, capture_asked_at_ms)
     VALUES (?,?,?,?)`,
  )
  const settle = database.prepare(
    `UPDATE captures SET capture_settlement_date = coalesce(?, capture_business_date)
     WHERE payment = ? RETURNING capture_settlement_date`,
  )
  return {
    add(payment, { amountMinor, businessDate, askedAtMs }) {
      const capture = [Number(amountMinor), businessDate, askedAtMs]
      insert.run(payment, ...capture)
      return capture
    },
    settle(payment, settlementDate) {
      const settled = settle.get(settlementDate ?? null, payment)
      return [String(settled?.capture_settlement_date)]
    },
  }
}
