import { type Capture, captureVerdict, type Payment } from '#domain'
import { type CaptureResult, captureWishOf } from '../capture-act.ts'
import { LASTING_COLUMNS, type Row } from '../payment-row.ts'
import type { ActOf } from './act.ts'
import type { Connection, Statement } from './connection.ts'
import { findPayments } from './find-payments.ts'
import { MOVE_ON } from './payments.ts'
import { paymentKey } from './rounds.ts'
import { isOnOpenTab } from './tab-holds.ts'
import type { Transaction } from './transaction.ts'

/** Owe the advice that an approved authorization is captured. */
export async function capture(
  { at, ...act }: ActOf<'capture'>,
  transaction: Transaction,
): Promise<void> {
  const { connection, answer } = transaction
  const { merchant, id, amount, businessDate, atMs } = captureWishOf(act.wish)
  const say = (value: CaptureResult) => answer(at, { value })
  await connection.rows(HOLD_PAYMENT, [merchant, id])
  const found = await findPayments(connection, [{ merchant, id }])
  const payment = found.get(paymentKey({ merchant, id }))
  if (payment === undefined) return say({ kind: 'unseen' })
  const verdict = captureVerdict(payment, amount)
  if (verdict.kind === 'refused') return say({ ...verdict, payment })
  if (verdict.kind === 'repeat') return say({ kind: 'taken', payment })
  if (await isOnOpenTab(connection, merchant, id)) {
    return say({ kind: 'refused', why: 'tab-open', payment })
  }
  const taken = { amountMinor: verdict.amountMinor, businessDate, askedAtMs: atMs }
  return say({ kind: 'taken', payment: await take({ at, transaction }, payment, taken) })
}

/** Where an act writes from. */
export interface Within {
  readonly at: number
  readonly transaction: Transaction
}

/** A capture, and the tab that it posts with the hash of its last charge, if it does. */
interface Taken extends Capture {
  readonly tab?: readonly [id: string | null, head: Uint8Array | null]
}

/**
 * Take what an authorization holds, once that is decided and it is held: keep how much, move it,
 * and owe the advice.
 *
 * @returns the payment as it stands then
 */
export async function take(
  { at, transaction: { connection, moves, debts } }: Within,
  payment: Payment,
  { tab = [null, null], ...taken }: Taken,
): Promise<Payment> {
  const [row] = await connection.rows(HOLD_PAYMENT, [payment.merchant, payment.id])
  const { amountMinor, businessDate, askedAtMs: atMs } = taken
  const [seq, from, to, reason] = [Number(row?.['seq']), payment.state, CAPTURING, ASKED] as const
  const lasting = [Number(amountMinor), businessDate, atMs, ...tab]
  await connection.rows(ADD, [seq, ...lasting])
  await connection.rows(MOVE_ON, [to, seq])
  moves.append(at, { payment: seq, from, to, reason, atMs }, lasting)
  const { host } = payment.exchange
  debts.owe(at, { payment: seq, kind: 'advice', host, cause: reason, atMs })
  return { ...payment, state: to, capture: taken }
}

const CAPTURING = 'capturing'
const ASKED = 'merchant-asked'

/** In a statement of its own: what it waited for is seen by the next. */
export const HOLD_PAYMENT: Statement = {
  name: 'hold-payment',
  text: 'SELECT seq FROM payments WHERE merchant = $1 AND id = $2 FOR UPDATE',
}

const ADD: Statement = {
  name: 'add-capture',
  text: `INSERT INTO captures (payment, ${LASTING_COLUMNS.capturing.join()})
    VALUES ($1, $2, $3, $4, $5, $6)`,
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
