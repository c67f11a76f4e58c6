import { PAYMENT_TABLES } from '../payment-row.ts'
import type { ActOf } from './act.ts'
import type { Statement } from './connection.ts'
import { HOLD, LOCK } from './locks.ts'
import type { Transaction } from './transaction.ts'

/** Open a day; the one before it is closing from then on. Days never go back. */
export async function openDay(
  { at, opening }: ActOf<'openDay'>,
  { connection, answer }: Transaction,
): Promise<void> {
  const { host, date, by, atMs } = opening
  await connection.rows(HOLD, [LOCK.days, host])
  const [row] = await connection.rows(CURRENT, [host])
  if (row !== undefined && String(row['date']) >= date) {
    answer(at, { value: String(row['date']) })
    return
  }
  await connection.rows(LEAVE, [host])
  await connection.rows(OPEN, [host, date, atMs, by])
  answer(at, { value: date })
}

const CURRENT: Statement = {
  name: 'current-day',
  text: `SELECT date FROM business_days WHERE host = $1 AND state = 'open'`,
}

const LEAVE: Statement = {
  name: 'leave-day',
  text: `UPDATE business_days SET state = 'closing', left_at = clock_timestamp()
    WHERE host = $1 AND state = 'open'`,
}

const OPEN: Statement = {
  name: 'open-day',
  text: `INSERT INTO business_days (host, date, state, opened_at_ms, opened_by)
    VALUES ($1, $2, 'open', $3, $4)`,
}

/** Close what is closing and has no open payment. */
export async function closeDays(
  { at, host, atMs }: ActOf<'closeDays'>,
  { connection, node, postings, answer }: Transaction,
): Promise<void> {
  const [row] = await connection.rows(CLOSING, [host])
  if (Number(row?.['count']) === 0) return answer(at, { value: 0 })
  if ((await connection.count(CLOSE, [host, atMs, node])) > 0) postings.closeDays(atMs)
  const [left] = await connection.rows(CLOSING, [host])
  answer(at, { value: Number(left?.['count']) })
}

const CLOSING: Statement = {
  name: 'closing-days',
  text: `SELECT count(*) FROM business_days WHERE host = $1 AND state = 'closing'`,
}

/** Another node stamps payments with the day that it knew until it hears of the next one. */
const CLOSE: Statement = {
  name: 'close-days',
  text: `UPDATE business_days SET state = 'closed', closed_at_ms = $2
    WHERE host = $1 AND state = 'closing'
      AND NOT EXISTS (SELECT FROM ${PAYMENT_TABLES}
        WHERE payments.state IN ('begun', 'unknown', 'reversing', 'capturing')
          AND payments.host = $1
          AND coalesce(capture_business_date, business_date) = business_days.date)
      AND (left_at < clock_timestamp() - interval '1 minute'
        OR NOT EXISTS (SELECT FROM nodes WHERE nodes.state = 'live' AND nodes.name <> $3))`,
}
