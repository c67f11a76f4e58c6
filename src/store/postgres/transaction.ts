import type { Answer } from '../act-batch.ts'
import { plainOf, type StoreError } from '../errors.ts'
import type { Connection } from './connection.ts'
import { collectDebts, type Debts } from './debts.ts'
import { collectPostings, type Postings } from './ledger/postings.ts'
import { collectMoves, type Moves } from './moves.ts'

/** One transaction, as the acts in it see it. */
export interface Transaction {
  readonly connection: Connection
  /** Who conducts what is begun in it. */
  readonly node: string
  readonly moves: Moves
  readonly debts: Debts
  readonly postings: Postings
  /** @param at the place of the act */
  answer(at: number, answer: Answer): void
  refuse(at: number, error: StoreError): void
  readonly answers: readonly (Answer | undefined)[]
}

export function beginTransaction(connection: Connection, node: string): Transaction {
  const answers: (Answer | undefined)[] = []
  const postings = collectPostings(connection, node)

  function answer(at: number, given: Answer): void {
    answers[at] = given
  }

  return {
    connection,
    node,
    moves: collectMoves(connection, node, postings),
    debts: collectDebts(connection),
    postings,
    answers,
    answer,
    refuse: (at, error) => answer(at, { refused: plainOf(error) }),
  }
}

/**
 * Wait until all of these have ended, then throw what the first that failed threw. Each may still
 * have statements under way while another has failed already.
 */
export async function together(parts: readonly Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(parts)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
