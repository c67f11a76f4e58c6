import type { DatabaseSync } from 'node:sqlite'
import type { Ledger } from './ledger/ledger.ts'
import { PAYMENT_TABLES } from './payment-row.ts'

/** The next day of a host begins. */
export interface DayOpening {
  readonly host: string
  /** `YYYY-MM-DD`. */
  readonly date: string
  /** Who says so: the host announced it, or its calendar has come to it. */
  readonly by: 'calendar' | 'host'
  readonly atMs: number
}

/** Acts on business days, to be called inside a transaction. */
export interface DayActs {
  /**
   * Open a day; the one before it is closing from then on. Days never go back.
   *
   * @returns the day that is open now, which is later when that was open already
   */
  open(opening: DayOpening): string
  /** Close what is closing and has no open payment. @returns how many are still closing */
  close(host: string, atMs: number): number
}

export function createDayActs(database: DatabaseSync, ledger: Pick<Ledger, 'closeDays'>): DayActs {
  const current = database.prepare(
    `SELECT date FROM business_days WHERE host = ? AND state = 'open'`,
  )
  const leave = database.prepare(
    `UPDATE business_days SET state = 'closing' WHERE host = ? AND state = 'open'`,
  )
  const insert = database.prepare(
    `INSERT INTO business_days (host, date, state, opened_at_ms, opened_by)
     VALUES (?, ?, 'open', ?, ?)`,
  )
  // `+host` keeps the planner off the index that begins with it: open payments are few.
  const end = database.prepare(
    `UPDATE business_days SET state = 'closed', closed_at_ms = ?
     WHERE host = ? AND state = 'closing' AND date NOT IN
       (SELECT coalesce(capture_business_date, business_date) FROM ${PAYMENT_TABLES}
        WHERE (state = 'begun' OR state = 'unknown' OR state = 'reversing' OR state = 'capturing')
          AND +host = ?)`,
  )
  const closing = database.prepare(
    `SELECT count(*) AS count FROM business_days WHERE host = ? AND state = 'closing'`,
  )
  return {
    open({ host, date, by, atMs }) {
      const open = current.get(host)?.date
      if (open !== undefined && String(open) >= date) return String(open)
      leave.run(host)
      insert.run(host, date, atMs, by)
      return date
    },
    close(host, atMs) {
      if (end.run(atMs, host, host).changes > 0) ledger.closeDays(atMs)
      return Number(closing.get(host)?.count)
    },
  }
}
