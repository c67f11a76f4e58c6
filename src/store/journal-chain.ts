import { hash } from 'node:crypto'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { PaymentState } from '#domain'
import { LASTING_COLUMNS, type Row } from './payment-row.ts'

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

/** The last event of one node's chain. */
export interface ChainHead {
  readonly node: string
  /** `seq` of the event. */
  readonly event: number
  /** SHA-256, 64 hexadecimal digits. */
  readonly hash: string
}

/** Events, each of which says what was before it (specs/store.md, "The chain"). */
export interface JournalChain {
  /**
   * Write a move down, inside the transaction of its act.
   *
   * @param lasting values of {@link LASTING_COLUMNS} of `move.to`, in their order: what the act
   *   wrote on the payment
   */
  append(move: Move, lasting: Row): void
  /**
   * Forget the head: at the beginning of every transaction, because one that was rolled back took
   * its events along.
   */
  forget(): void
  /** Nothing, when this node has written no event yet. */
  head(): ChainHead | undefined
}

/** @param node name of the chain; a store with several writers has one for each */
export function createJournalChain(database: DatabaseSync, node: string): JournalChain {
  const last = database.prepare(
    `SELECT seq, lower(hex(hash)) AS hash FROM payment_events
     WHERE node = ? ORDER BY seq DESC LIMIT 1`,
  )
  const insert = database.prepare(
    `INSERT INTO payment_events (${EVENT_COLUMNS.join()}, hash)
     VALUES (?,?,?,?,?,?,unhex(?),unhex(?))`,
  )
  let previous: string | undefined

  function head(): ChainHead | undefined {
    const row = last.get(node)
    return row === undefined ? undefined : { node, event: Number(row.seq), hash: String(row.hash) }
  }

  return {
    append({ payment, from, to, reason, atMs }, lasting) {
      previous ??= head()?.hash ?? CHAIN_START
      const content = contentHash(LASTING_COLUMNS[to], lasting)
      const event = [payment, from, to, reason, atMs, node, content] as const
      const next = eventHash(previous, event)
      insert.run(...event, next)
      previous = next
    },
    forget() {
      previous = undefined
    },
    head,
  }
}

/** A value on its way into a column, or read back from it. */
type ColumnValue = Row[number] | SQLOutputValue

/** What the first event of a chain has in place of a hash before it. */
export const CHAIN_START = '0'.repeat(64)

/** Columns of an event that its hash is of, in this order; bytes as hexadecimal digits. */
export const EVENT_COLUMNS = [
  'payment',
  'from_state',
  'to_state',
  'reason',
  'at_ms',
  'node',
  'content',
] as const

/** @param event values of {@link EVENT_COLUMNS} */
export function eventHash(previous: string, event: readonly ColumnValue[]): string {
  return hash('sha256', previous + JSON.stringify(event), 'hex')
}

/**
 * Hash of what an act wrote on its payment: names and values, without what is NULL, so that a
 * column which is added later changes no earlier hash.
 */
export function contentHash(columns: readonly string[], values: readonly ColumnValue[]): string {
  const content: Record<string, ColumnValue> = {}
  for (const [index, column] of columns.entries()) {
    const value = values[index] ?? null
    if (value !== null) content[column] = value instanceof Uint8Array ? hexOf(value) : value
  }
  return hash('sha256', JSON.stringify(content), 'hex')
}

function hexOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex')
}
