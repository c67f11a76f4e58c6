import { reversalVerdict } from '#domain'
import { placeIn } from '../payment-place.ts'
import { IS_HELD_INCREMENT, type ReversalResult } from '../reversal-act.ts'
import type { ActOf } from './act.ts'
import type { Statement } from './connection.ts'
import { findPayments } from './find-payments.ts'
import { MOVE_ON } from './payments.ts'
import { paymentKey } from './rounds.ts'
import type { Transaction } from './transaction.ts'

/**
 * Owe the reversal of what is approved or captured, with the increments of it; of one never seen,
 * keep that it must not come. The transaction holds off every other that begins payments.
 */
export async function reverse(
  { at, merchant, id, openDate, atMs }: ActOf<'reverse'>,
  transaction: Transaction,
): Promise<void> {
  const { connection, moves, debts } = transaction
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
  const [to, reason] = ['reversing', 'merchant-asked'] as const
  for (const { payment: seq, state: from, host } of rows.flatMap((row) => placeIn(row) ?? [])) {
    await connection.rows(MOVE_ON, [to, seq])
    moves.append(at, { payment: seq, from, to, reason, atMs }, [])
    debts.owe(at, { payment: seq, kind: 'reversal', host, cause: reason, atMs })
  }
  return say({ kind: 'stands', payment: { ...payment, state: to } })
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
