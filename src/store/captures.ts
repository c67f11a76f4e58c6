import type { DatabaseSync } from 'node:sqlite'
import type { Capture } from '#domain'
import { LASTING_COLUMNS, type Row } from './payment-row.ts'

/** How much of each authorization is taken, and when that settles. */
export interface Captures {
  /**
   * @param payment its number in `payments`
   * @param tab the one that it posts, if it does
   * @returns what the move to `capturing` says of it
   */
  add(payment: number, capture: Capture, tab?: PostedTab): Row
  /**
   * Stamp the day that it settles on, `YYYY-MM-DD`; its business date, when the host said none.
   *
   * @returns what the move to `captured` says of it
   */
  settle(payment: number, settlementDate?: string): Row
}

/** A tab that a capture posts. */
export interface PostedTab {
  readonly id: string
  /** Hash of its last charge. */
  readonly head: Uint8Array
}

export function createCaptures(database: DatabaseSync): Captures {
  const insert = database.prepare(
    `INSERT INTO captures (payment, ${LASTING_COLUMNS.capturing.join()}) VALUES (?,?,?,?,?,?)`,
  )
  const settle = database.prepare(
    `UPDATE captures SET capture_settlement_date = coalesce(?, capture_business_date)
     WHERE payment = ? RETURNING capture_settlement_date`,
  )
  return {
    add(payment, { amountMinor, businessDate, askedAtMs }, tab) {
      const posted = [tab?.id ?? null, tab?.head ?? null]
      const capture = [Number(amountMinor), businessDate, askedAtMs, ...posted]
      insert.run(payment, ...capture)
      return capture
    },
    settle(payment, settlementDate) {
      const settled = settle.get(settlementDate ?? null, payment)
      return [String(settled?.capture_settlement_date)]
    },
  }
}
