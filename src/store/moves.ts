import type { DatabaseSync } from 'node:sqlite'
import { mayMove, type PaymentState } from '#domain'
import { StoreError } from './errors.ts'
import type { Row } from './payment-row.ts'

/** One step of a payment: what is appended to `payment_events`. */
export interface Move {
  /** Its number in `payments`. */
  readonly payment: number
  /** `null`: it was not there before. */
  readonly from: PaymentState | null
  readonly to: PaymentState
  readonly reason: string | null
  readonly atMs: number
}

/** The one door through which a payment's state is journalled. */
export interface Moves {
  /** @throws StoreError `MOVE_NOT_ALLOWED`; to be asked before the first write of an act */
  check(from: PaymentState, to: PaymentState): void
  /** Append the move; the caller has written the new state. */
  append(move: Move): void
  /** Write the new state of a payment, nothing else of it, and append the move. */
  carryOut(move: Move): void
}

export function createMoves(database: DatabaseSync): Moves {
  const insert = database.prepare(
    'INSERT INTO payment_events (payment, from_state, to_state, reason, at_ms) VALUES (?,?,?,?,?)',
  )
  const update = database.prepare('UPDATE payments SET state = ? WHERE seq = ?')

  function append({ payment, from, to, reason, atMs }: Move): void {
    const event: Row = [payment, from, to, reason, atMs]
    insert.run(...event)
  }

  return {
    check(from, to) {
      if (mayMove(from, to)) return
      throw new StoreError('MOVE_NOT_ALLOWED', `a payment may not move from ${from} to ${to}`)
    },
    append,
    carryOut(move) {
      update.run(move.to, move.payment)
      append(move)
    },
  }
}
