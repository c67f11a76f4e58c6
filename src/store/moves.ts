import type { DatabaseSync } from 'node:sqlite'
import { mayMove, type PaymentState } from '#domain'
import { StoreError } from './errors.ts'
import type { JournalChain, Move } from './journal-chain.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Row } from './payment-row.ts'

/**
 * The one door through which a payment's state is journalled, each move chained to the last, and
 * what it means for money posted.
 */
export interface Moves {
  /** @throws StoreError `MOVE_NOT_ALLOWED`; to be asked before the first write of an act */
  check(from: PaymentState, to: PaymentState): void
  /**
   * Append the move; the caller has written the new state.
   *
   * @param lasting what else it wrote on the payment: values of `LASTING_COLUMNS` of `move.to`
   */
  append(move: Move, lasting: Row): void
  /** Write the new state of a payment and append the move; `lasting` as in {@link Moves.append}. */
  carryOut(move: Move, lasting?: Row): void
}

export function createMoves(
  database: DatabaseSync,
  { chain, ledger }: { readonly chain: JournalChain; readonly ledger: Ledger },
): Moves {
  const update = database.prepare('UPDATE payments SET state = ? WHERE seq = ?')

  function append(move: Move, lasting: Row): void {
    chain.append(move, lasting)
    ledger.follow(move)
  }

  return {
    check(from, to) {
      if (mayMove(from, to)) return
      throw new StoreError('MOVE_NOT_ALLOWED', `a payment may not move from ${from} to ${to}`)
    },
    append,
    carryOut(move, lasting = []) {
      update.run(move.to, move.payment)
      append(move, lasting)
    },
  }
}
