import { captureVerdict } from '#domain'
import { type CaptureResult, captureWishOf } from '../capture-act.ts'
import type { Row } from '../payment-row.ts'
import type { ActOf } from './act.ts'
import type { Connection, Statement } from './connection.ts'
import { findPayments } from './find-payments.ts'
import { MOVE_ON } from './payments.ts'
import { paymentKey } from './rounds.ts'
import type { Transaction } from './transaction.ts'

/** Owe the advice that an approved authorization is captured. */
export async function capture(
  { at, ...act }: ActOf<'capture'>,
  { connection, moves, debts, answer }: Transaction,
): Promise<void> {
  const { merchant, id, amount, businessDate, atMs } = captureWishOf(act.wish)
  const say = (value: CaptureResult) => answer(at, { value })
  const [row] = await connection.rows(HOLD, [merchant, id])
  const found = await findPayments(connection, [{ merchant, id }])
  const payment = found.get(paymentKey({ merchant, id }))
  if (row === undefined || payment === undefined) return say({ kind: 'unseen' })
  const verdict = captureVerdict(payment, amount)
  if (verdict.kind === 'refused') return say({ ...verdict, payment })
  if (verdict.kind === 'repeat') return say({ kind: 'taken', payment })
  const { amountMinor } = verdict
  const [seq, from, to, reason] = [Number(row['seq']), payment.state, CAPTURING, ASKED] as const
  const lasting = [Number(amountMinor), businessDate, atMs]
  await connection.rows(ADD, [seq, ...lasting])
  await connection.rows(MOVE_ON, [to, seq])
  moves.append(at, { payment: seq, from, to, reason, atMs }, lasting)
  const { host } = payment.exchange
  debts.owe(at, { payment: seq, kind: 'advice', host, cause: reason, atMs })
  const taken = { amountMinor, businessDate, askedAtMs: atMs }
  return say({ kind: 'taken', payment: { ...payment, state: to, capture: taken } })
}

const CAPTURING = 'capturing'
const ASKED = 'merchant-asked'

const HOLD: Statement = {
  name: 'hold-payment',
  text: 'SELECT seq FROM payments WHERE merchant = $1 AND id = $2 FOR UPDATE',
}

const ADD: Statement = {
  name: 'add-capture',
  text: `INSERT INTO captures
      (payment, captured_minor, capture_business_date, capture_asked_at_ms)
    VALUES ($1, $2, $3, $4)`,
}

/**
 * Stamp the day that a capture settles on, `YYYY-MM-DD`; when the host said none, its business
 * date.
 *
 * @returns what the move to `captured` says of it
 */
export async function settle(
  connection: Connection,
  payment: number,
  settlementDate: string | undefined,
): Promise<Row> {
  const [row] = await connection.rows(SETTLE, [settlementDate ?? null, payment])
  return [String(row?.['capture_settlement_date'])]
}

const SETTLE: Statement = {
  name: 'settle-capture',
  text: `UPDATE captures SET capture_settlement_date = coalesce($1, capture_business_date)
    WHERE payment = $2 RETURNING capture_settlement_date`,
}
