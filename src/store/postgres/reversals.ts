import { type Payment, type ReversalObstacle, reversalVerdict } from '#domain'
import { placeIn } from '../payment-place.ts'
import { IS_HELD_INCREMENT, type ReversalResult } from '../reversal-act.ts'
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
  const original =
    payment.original === undefined
      ? undefined
      : await findOne(transaction, { merchant, id: payment.original })
  const verdict = reversalVerdict(payment, { openDate, ...(original ? { original } : {}) })
  if (verdict.kind === 'refused') return say({ ...verdict, payment })
  if (verdict.kind === 'stands') return say({ kind: 'stands', payment })
  const why = await onTab(connection, payment)
  if (why !== undefined) return say({ kind: 'refused', why, payment })
  const undone = await undo({ at, transaction }, rows, { payment, atMs })
  return say({ kind: 'stands', payment: undone })
}

async function onTab(
  connection: Connection,
  { merchant, id, original = id, operation }: Payment,
): Promise<ReversalObstacle | undefined> {
  if (await isOnOpenTab(connection, merchant, original)) return 'tab-open'
  if (operation !== 'payment.refund') return undefined
  return (await isItemRefund(connection, merchant, id)) ? 'tab-item' : undefined
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
  { payment, atMs }: { readonly payment: Payment; readonly atMs: number },
): Promise<Payment> {
  const [to, reason] = ['reversing', 'merchant-asked'] as const
  for (const { payment: seq, state: from, host } of rows.flatMap((row) => placeIn(row) ?? [])) {
    await connection.rows(MOVE_ON, [to, seq])
    moves.append(at, { payment: seq, from, to, reason, atMs }, [])
    debts.owe(at, { payment: seq, kind: 'reversal', host, cause: reason, atMs })
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
