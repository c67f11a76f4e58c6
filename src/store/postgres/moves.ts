import { mayMove, type PaymentState } from '#domain'
import { StoreError } from '../errors.ts'
import { CHAIN_START, contentHash, eventHash, type Move } from '../journal-chain.ts'
import { LASTING_COLUMNS, type Row } from '../payment-row.ts'
import type { Connection, Statement } from './connection.ts'
import type { Postings } from './ledger/postings.ts'

/**
 * The one door through which the moves of one transaction are journalled, and what they mean for
 * money is posted.
 */
export interface Moves {
  /** @throws StoreError `MOVE_NOT_ALLOWED`; to be asked before the first write of an act */
  check(from: PaymentState, to: PaymentState): void
  /**
   * Journal a move when the transaction ends.
   *
   * @param at the place of its act
   * @param lasting what else it wrote on the payment: values of `LASTING_COLUMNS` of `move.to`
   */
  append(at: number, move: Move, lasting: Row): void
  /**
   * Write all of them, in the order of their acts, each chained to the one before it.
   *
   * @param head hash of the last event of the node; nothing before its first
   */
  write(head: string | undefined): Promise<void>
  /** How many there are. */
  readonly count: number
  /** Forget all but the first `count`: their act was undone. */
  forgetFrom(count: number): void
}

interface Entry {
  readonly at: number
  readonly move: Move
  readonly lasting: Row
}

/**
 * @param node whose moves they are, who writes alone in its name
 * @param postings hears of each move
 */
export function collectMoves(
  connection: Connection,
  node: string,
  postings: Pick<Postings, 'follow'>,
): Moves {
  const entries: Entry[] = []

  return {
    check(from, to) {
      if (mayMove(from, to)) return
      throw new StoreError('MOVE_NOT_ALLOWED', `a payment may not move from ${from} to ${to}`)
    },
    append(at, move, lasting) {
      entries.push({ at, move, lasting })
      postings.follow(at, move)
    },
    async write(head) {
      if (entries.length === 0) return
      // Stable: the moves of one act stay in order.
      const sorted = entries.toSorted((a, b) => a.at - b.at)
      const moves = sorted.map(({ move }) => move)
      const { contents, hashes } = chained(sorted, node, head)
      await connection.rows(INSERT, [
        node,
        moves.map(({ payment }) => payment),
        moves.map(({ from }) => from),
        moves.map(({ to }) => to),
        moves.map(({ reason }) => reason),
        moves.map(({ atMs }) => atMs),
        contents,
        hashes,
        hashes.at(-1) ?? '',
      ])
    },
    get count() {
      return entries.length
    },
    forgetFrom(count) {
      entries.length = count
    },
  }
}

/** As journal-chain.ts defines it for every store. */
function chained(entries: readonly Entry[], node: string, head: string | undefined) {
  const contents: string[] = []
  const hashes: string[] = []
  let previous = head ?? CHAIN_START
  for (const { move, lasting } of entries) {
    const { payment, from, to, reason, atMs } = move
    const content = contentHash(LASTING_COLUMNS[to], lasting)
    previous = eventHash(previous, [payment, from, to, reason, atMs, node, content])
    contents.push(content)
    hashes.push(previous)
  }
  return { contents, hashes }
}

const INSERT: Statement = {
  name: 'journal-moves',
  text: `WITH moved AS (
      INSERT INTO payment_events
        (node, payment, from_state, to_state, reason, at_ms, content, hash)
      SELECT $1, payment, from_state, to_state, reason, at_ms,
        decode(content, 'hex'), decode(hash, 'hex')
      FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
        $8::text[]) AS given (payment, from_state, to_state, reason, at_ms, content, hash)
      RETURNING seq
    )
    UPDATE nodes SET head_event = (SELECT max(seq) FROM moved), head = decode($9, 'hex')
    WHERE name = $1`,
}
