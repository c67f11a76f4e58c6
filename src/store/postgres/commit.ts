import type { Clock } from '#platform'
import type { ActBatch, Answer } from '../act-batch.ts'
import { plainOf, StoreError } from '../errors.ts'
import type { Connection } from './connection.ts'
import { abandonmentOf, type Doubt } from './doubt.ts'
import type { PostgresLimits } from './limits.ts'
import type { Line } from './line.ts'
import type { Claim } from './nodes.ts'
import { performBatches } from './perform.ts'
import { troubleOf } from './trouble.ts'
import type { Writer } from './writer.ts'

export interface CommitParts {
  readonly clock: Clock
  readonly limits: PostgresLimits
  readonly claim: Claim
  /** Number of the last committed transaction; each new connection of the line reads it. */
  readonly progress: { committed: number }
}

/** What {@link Writer.commit} says. Called again only when it has ended. */
export function createCommit(line: Line, parts: CommitParts): Writer['commit'] {
  const { clock, limits, claim, progress } = parts
  /** One whose acts were refused because nobody knew. */
  let unsettled: Doubt | undefined
  /** What ends the payments of such a one that was committed after all. */
  let abandoned: readonly ActBatch[] = []

  /** With a new connection, what nobody knew is known. */
  function settle(): void {
    if (unsettled !== undefined && unsettled.batch <= progress.committed) {
      abandoned = [...abandoned, abandonmentOf(unsettled, clock.nowMs())]
    }
    unsettled = undefined
  }

  /** @param onDoubt called when from then on nobody knows whether it was committed */
  async function perform(
    batches: readonly ActBatch[],
    connection: Connection,
    onDoubt: (doubt: Doubt) => void,
  ) {
    const batch = progress.committed + 1
    const all = [...abandoned, ...batches]
    const ofBatches = <T>(answers: readonly T[]) => answers.slice(abandoned.length)
    const onCommit = (answers: Doubt['answers']) =>
      onDoubt({ batch, batches, answers: ofBatches(answers) })
    const performing = { connection, claim, limits, batch, onCommit }
    const answers = ofBatches(await performBatches(all, performing))
    if (all.some(({ writes }) => writes)) progress.committed = batch
    abandoned = []
    return answers
  }

  function refused(batches: readonly ActBatch[], doubt: Doubt | undefined): Answer[][] {
    unsettled ??= doubt
    const refusal: Answer = { refused: plainOf(doubt === undefined ? BUSY : IN_DOUBT) }
    return batches.map(({ count }) => Array.from({ length: count }, () => refusal))
  }

  return async (batches) => {
    const untilMs = clock.elapsedMs() + limits.busyTimeoutMs
    let doubt: Doubt | undefined
    do {
      const connection = await line.until(untilMs)
      if (connection === undefined) break
      settle()
      if (doubt !== undefined && doubt.batch <= progress.committed) return doubt.answers
      doubt = undefined
      try {
        return await perform(batches, connection, (risen) => {
          doubt = risen
        })
      } catch (thrown) {
        const trouble = troubleOf(thrown)
        if (trouble === 'away') line.lose(connection)
        else if (trouble === 'busy') doubt = undefined
        else throw thrown
      }
    } while (clock.elapsedMs() < untilMs)
    return refused(batches, doubt)
  }
}

const BUSY = new StoreError('STORE_BUSY', 'the database could not be written for too long')
const IN_DOUBT = new StoreError('COMMIT_UNKNOWN', 'the database was lost while it committed')
