import { statSync } from 'node:fs'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { ActBatch, Report } from './act-batch.ts'
import { openDiskSpace } from './disk-space.ts'
import { plainOf, StoreError, storeErrorOf } from './errors.ts'
import { takeInstanceLock } from './instance-lock.ts'
import { openJournal } from './journal.ts'
import type { StoreLimits } from './limits.ts'
import { performBatches } from './perform.ts'
import { checkAtStart } from './upkeep/start-check.ts'

/** The thread that commits. It runs whatever has queued up, syncs once, and answers all of it. */
export interface WorkerTask {
  readonly file: string
  readonly limits: StoreLimits
  /** Names the chain that moves are written to. */
  readonly node: string
}

/** What the main thread posts: acts, or the wish to end once all of them are answered. */
export type WorkerOrder = ActBatch | 'close'

const { file, limits, node }: WorkerTask = workerData

if (parentPort !== null) {
  const port = parentPort
  const report = (said: Report) => port.postMessage(said)
  try {
    serve(port, report)
    report({ kind: 'opened' })
  } catch (thrown) {
    report(faultOf(thrown))
  }
}

function serve(port: NonNullable<typeof parentPort>, report: (said: Report) => void): void {
  const space = openDiskSpace(file, limits, (state, freeBytes) => {
    report({ kind: 'space', state, freeBytes })
  })
  // It says that the disk is full only to who gets it: nobody else's reserve is given up.
  const lock = withRoom(() => takeInstanceLock(file))
  withRoom(() => checkAtStart(file, limits.checkedAtStartRowsMax))
  const journal = withRoom(() => openJournal(file, limits, { lockHeld: true, node }))
  let logObstacle: StoreError | undefined

  function commit(batches: readonly ActBatch[]): void {
    const perform = () => performBatches(journal, batches, logObstacle ?? space.obstacle())
    report({ kind: 'committed', answers: withRoom(perform) })
    logObstacle = obstacleInLog()
    if (logObstacle === undefined) return
    cutLog()
    logObstacle = obstacleInLog()
  }

  /**
   * What found the disk full was not written, and may be tried again where the reserve was: unlike
   * a sync that fails, a write that finds no room has lost nothing.
   */
  function withRoom<T>(act: () => T): T {
    try {
      return act()
    } catch (thrown) {
      if (storeErrorOf(thrown).code !== 'STORE_DISK_FULL' || !space.giveUp()) throw thrown
      return act()
    }
  }

  /** What cannot be copied into the file for want of room stays in the log. */
  function cutLog(): void {
    try {
      journal.cutLog()
    } catch (thrown) {
      if (storeErrorOf(thrown).code !== 'STORE_DISK_FULL') throw thrown
    }
  }

  /** A journal that failed may fail to close as well; the kernel closes it with the process. */
  function end(last: Report): void {
    try {
      journal.close()
      lock.release()
    } finally {
      report(last)
      port.close()
    }
  }

  port.on('message', (first: WorkerOrder) => {
    const { batches, closing } = queued(port, first)
    try {
      if (batches.length > 0) commit(batches)
      if (closing) end({ kind: 'closed' })
    } catch (thrown) {
      end(faultOf(thrown))
    }
  })
}

function obstacleInLog(): StoreError | undefined {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false })
  if (log === undefined || log.size <= limits.walBytesMax) return undefined
  return new StoreError('WAL_FULL', 'the write-ahead log is over its limit')
}

/** `first` and whatever else has arrived meanwhile. */
function queued(port: NonNullable<typeof parentPort>, first: WorkerOrder) {
  const batches: ActBatch[] = []
  let closing = false
  for (let order: WorkerOrder | undefined = first; order !== undefined; ) {
    if (order === 'close') closing = true
    else batches.push(order)
    order = receiveMessageOnPort(port)?.message
  }
  return { batches, closing }
}

function faultOf(thrown: unknown): Report {
  return { kind: 'fault', error: plainOf(storeErrorOf(thrown)) }
}
