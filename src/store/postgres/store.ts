import { type Clock, type Log, silentLog } from '#platform'
import { type CommitQueue, openCommitQueue } from '../commit-queue.ts'
import { StoreError } from '../errors.ts'
import { type Store, type StoreOptions, storeOver } from '../store.ts'
import { chargeMs, POSTGRES_LIMITS, type PostgresLimits } from './limits.ts'
import type { PostgresPlace } from './place.ts'
import type { TakenOver } from './recovery.ts'
import type { PostgresTask } from './worker.ts'

/**
 * Open a store in PostgreSQL as one of its nodes, making it when the database has none.
 *
 * @throws StoreError `STORE_UNREACHABLE`, `STORE_UNFIT`, `STORE_NOT_DURABLE`, `STORE_FOREIGN`,
 *   `STORE_TOO_NEW`; `STORE_IN_USE` when another gateway runs as this node, or when the schema is
 *   old and a gateway runs on it
 */
export async function openPostgresStore(
  place: PostgresPlace,
  { clock, log = silentLog, onFault, ...options }: StoreOptions,
): Promise<Store> {
  const limits = { ...POSTGRES_LIMITS, ...options.limits }
  const sinceMs = clock.elapsedMs()
  const queue = await openCommitQueue({
    worker: new URL('./worker.ts', import.meta.url),
    task: { place, limits } satisfies PostgresTask,
    queueActsMax: limits.queueActsMax,
    onFault,
    onAway(isAway) {
      if (isAway) log.error('store-out-of-reach')
      else log.warn('store-back')
    },
  })
  const life = keepAlive(queue, sinceMs, { limits, clock, log })
  const store = storeOver(queue, clock)
  return {
    ...store,
    async begin(intent) {
      queue.admitWork()
      // The host could not be asked, and the payment would be lost for nothing.
      if (!life.isInCharge()) throw new StoreError('STORE_BUSY', 'no sign of life was written')
      return store.begin(intent)
    },
    isInCharge: life.isInCharge,
    close() {
      life.end()
      return queue.close()
    },
  }
}

interface LifeParts {
  readonly limits: PostgresLimits
  readonly clock: Clock
  readonly log: Log
}

interface Life {
  isInCharge(): boolean
  end(): void
}

/**
 * Say regularly that this node lives, and look for others that do not.
 *
 * Each sign of life is an act like any other, asked for on the main thread: a node that cannot
 * commit, or whose main thread stands still, gives none. It counts from the moment before it was
 * given, by a clock that no one sets.
 *
 * @param sinceMs a moment before the node's life began, in elapsed time
 */
function keepAlive(queue: CommitQueue, sinceMs: number, { limits, clock, log }: LifeParts): Life {
  const inChargeMs = chargeMs(limits)
  let lastMs = sinceMs
  let steadySinceMs = sinceMs
  let isEnded = false
  let cancel = () => {}

  async function beat(): Promise<void> {
    const askedAtMs = clock.elapsedMs()
    // Whoever was away itself cannot tell who else is.
    if (askedAtMs - lastMs > limits.deadAfterMs / 2) steadySinceMs = askedAtMs
    const watches = askedAtMs - steadySinceMs >= limits.deadAfterMs
    queue.admit()
    queue.acts.beat(clock.nowMs(), watches)
    const takenOver = await queue.answer<readonly TakenOver[]>()
    lastMs = askedAtMs
    for (const { node, leftUnknown } of takenOver) {
      log.error('node-taken-over', { node, leftUnknown })
    }
  }

  function live(): void {
    // One that fails is followed by the next; the store says why by itself.
    beat()
      .catch(() => {})
      .finally(() => {
        if (!isEnded) cancel = clock.after(limits.beatMs, live)
      })
  }

  live()
  return {
    isInCharge: () => !isEnded && clock.elapsedMs() - lastMs < inChargeMs,
    end() {
      isEnded = true
      cancel()
    },
  }
}
