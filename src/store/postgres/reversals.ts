import { type Payment, type ReversalObstacle, type ReversalVerdict, reversalVerdict } from '#domain'
import { placeIn } from '../payment-place.ts'
import {
  IS_HELD_INCREMENT,
  IS_HOLD,
  IS_ON_NO_OPEN_TAB,
  type ReversalResult,
} from '../reversal-act.ts'
import type { ActOf } from './act.ts'
import type { Within } from './captures.ts'
import type { Connection, Statement, StoredRow } from './connection.ts'
import { findPayments } from './find-payments.ts'
import { MOVE_ON } from './payments.ts'
import { paymentKey } from './rounds.ts'
import { isItemRefund, isOnOpenTab } from './tab-holds.ts'
import type { Transaction } from './transaction.ts'

/**
 * Owe the reversal of what is approved or captured, with the increments of it; of one never seen,
 * keep that it must not come. The transaction holds off every other that begins payments.
 */
export async function reverse(
  { at, merchant, id, openDate, atMs }: ActOf<'reverse'>,
  transaction: Transaction,
): Promise<void> {
  const { connection } = transaction
  const say = (value: ReversalResult) => transaction.answer(at, { value })
  const rows = await connection.rows(HOLD, [merchant, id])
  const payment = await findOne(transaction, { merchant, id })
  if (payment === undefined) {
    await connection.rows(ENTOMB, [merchant, id, atMs])
    return say({ kind: 'unseen' })
  }
  const verdict = await verdictOn(payment, openDate, transaction)
  if (verdict.kind === 'refused') return say({ ...verdict, payment })
  if (verdict.kind === 'stands') return say({ kind: 'stands', payment })
  const undone = await undo({ at, transaction }, rows, { payment, atMs })
  return say({ kind: 'stands', payment: undone })
}

/** Owe the reversal of authorizations that were never captured. */
export async function expireHolds(
  { at, expiry }: ActOf<'expireHolds'>,
  transaction: Transaction,
): Promise<void> {
  const { host, begunBeforeMs, countMax, atMs } = expiry
  const { connection } = transaction
  const holds = await connection.rows(EXPIRED, [host, begunBeforeMs, countMax])
  let count = 0
  for (const { merchant, id } of holds) {
    const key = { merchant: String(merchant), id: String(id) }
    const rows = await connection.rows(HOLD, [key.merchant, key.id])
    const payment = await findOne(transaction, key)
    if (payment === undefined) continue
    if ((await verdictOn(payment, '', transaction)).kind !== 'due') continue
    await undo({ at, transaction }, rows, { payment, atMs, cause: 'hold-expired' })
    count += 1
  }
  transaction.answer(at, { value: count })
}

const EXPIRED: Statement = {
  name: 'expired-holds',
  text: `SELECT merchant, id FROM payments WHERE host = $1 AND begun_at_ms < $2 AND ${IS_HOLD}
      AND ${IS_ON_NO_OPEN_TAB} ORDER BY begun_at_ms LIMIT $3`,
}

async function verdictOn(
  payment: Payment,
  openDate: string,
  transaction: Transaction,
): Promise<ReversalVerdict> {
  const { merchant, original: id } = payment
  const original = id === undefined ? undefined : await findOne(transaction, { merchant, id })
  const verdict = reversalVerdict(payment, { openDate, ...(original ? { original } : {}) })
  if (verdict.kind !== 'due') return verdict
  const why = await onTab(transaction.connection, payment)
  return why === undefined ? verdict : { kind: 'refused', why }
}

async function onTab(
  connection: Connection,
  { merchant, id, original = id, operation }: Payment,
): Promise<ReversalObstacle | undefined> {
  if (await isOnOpenTab(connection, merchant, original)) return 'tab-open'
  if (operation !== 'payment.refund') return undefined
  return (await isItemRefund(connection, merchant, id)) ? 'tab-item' : undefined
}

interface Undoing {
  readonly payment: Payment
  readonly atMs: number
  readonly cause?: 'merchant-asked' | 'hold-expired'
}

/**
 * Owe the reversal of a payment and of the increments that are held with it, once that is decided
 * and they are held.
 *
 * @param rows their places
 * @returns the payment as it stands then
 */
export async function undo(
  { at, transaction: { connection, moves, debts } }: Within,
  rows: readonly StoredRow[],
  { payment, atMs, cause = 'merchant-asked' }: Undoing,
): Promise<Payment> {
  const to = 'reversing'
  for (const { payment: seq, state: from, host } of rows.flatMap((row) => placeIn(row) ?? [])) {
    await connection.rows(MOVE_ON, [to, seq])
    moves.append(at, { payment: seq, from, to, reason: cause, atMs }, [])
    debts.owe(at, { payment: seq, kind: 'reversal', host, cause, atMs })
  }
  return { ...payment, state: to }
}

async function findOne({ connection }: Transaction, key: { merchant: string; id: string }) {
  return (await findPayments(connection, [key])).get(paymentKey(key))
}

/** The payment itself comes first. */
const HOLD: Statement = {
  name: 'hold-to-reverse',
  text: `SELECT seq, state, host, business_date FROM payments
    WHERE merchant = $1 AND (id = $2 OR (original_id = $2 AND ${IS_HELD_INCREMENT}))
    ORDER BY id <> $2, seq FOR UPDATE`,
}

const ENTOMB: Statement = {
  name: 'entomb',
  text: 'INSERT INTO tombstones (merchant, id, at_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
}
