import type { Clock } from '#platform'
import type { ActBatch, Answer } from '../act-batch.ts'
import { StoreError } from '../errors.ts'
import { createCommit } from './commit.ts'
import { type Connection, connect } from './connection.ts'
import type { PostgresLimits } from './limits.ts'
import { keepLine, type LineParts } from './line.ts'
import { type Claim, claimNode, lastCommitted, lockName, releaseNode } from './nodes.ts'
import type { PostgresPlace } from './place.ts'
import { bringUpToDate } from './schema.ts'
import { troubleOf } from './trouble.ts'

/** Writes in the name of one node, over as many connections as it takes. */
export interface Writer {
  /**
   * Perform batches, and answer each of their acts.
   *
   * A transaction that a lost connection cut off is done again on the next one, unless it turns out
   * to have been committed. Without a next one in time every act is refused: with `STORE_BUSY` when
   * nothing changed, with `COMMIT_UNKNOWN` when nobody knows. What was begun by acts so refused is
   * ended before any later act.
   *
   * @throws whatever makes the store unreliable
   */
  commit(batches: readonly ActBatch[]): Promise<readonly (readonly Answer[])[]>
  /** End the node's life in order, so that nobody has to wait for its death. */
  close(): Promise<void>
  /** Let go of the connection as it is. */
  abandon(): void
}

export interface WriterParts extends Pick<LineParts, 'onAway' | 'onBack' | 'onFault'> {
  readonly clock: Clock
  readonly limits: PostgresLimits
}

/** @throws StoreError of opening */
export async function openWriter(place: PostgresPlace, parts: WriterParts): Promise<Writer> {
  const { clock } = parts
  const { connection: first, claim } = await firstConnection(place, parts)
  const progress = { committed: 0 }
  const line = keepLine(first, { ...parts, dial })

  async function dial(): Promise<Connection> {
    const connection = await connect(place, parts)
    try {
      await lockName(connection, claim.node)
      progress.committed = knownCommitted(progress, await lastCommitted(connection, claim))
      return connection
    } catch (thrown) {
      connection.cut()
      throw laterOr(thrown)
    }
  }

  return {
    commit: createCommit(line, { ...parts, claim, progress }),
    async close() {
      const connection = await line.until(clock.elapsedMs())
      try {
        if (connection) await releaseNode(connection, claim, progress.committed + 1)
      } catch {
        // Whoever is left in the dark waits until the node is declared dead.
      }
      await line.close()
    },
    abandon: line.abandon,
  }
}

/** A server that took the place of another may not have all that the other had. */
function knownCommitted({ committed }: { readonly committed: number }, found: number): number {
  if (found >= committed) return found
  throw new StoreError('STORE_CORRUPT', 'the database has lost what it had committed')
}

async function firstConnection(
  place: PostgresPlace,
  parts: WriterParts,
): Promise<{ readonly connection: Connection; readonly claim: Claim }> {
  const connection = await connect(place, parts)
  try {
    await bringUpToDate(connection)
    return { connection, claim: await claimNode(connection, place.node, parts) }
  } catch (thrown) {
    connection.cut()
    throw laterOr(thrown)
  }
}

/** A server that has only just come back may go again, or be busy with what it was doing. */
function laterOr(thrown: unknown): unknown {
  const trouble = troubleOf(thrown)
  return trouble === 'away' || trouble === 'busy'
    ? new StoreError('STORE_UNREACHABLE', 'the database was lost, or busy for too long')
    : thrown
}
