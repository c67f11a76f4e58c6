import { statSync } from 'node:fs'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { ActBatch, Report } from './act-batch.ts'
import { plainOf, storeErrorOf } from './errors.ts'
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
  const lock = takeInstanceLock(file)
  checkAtStart(file, limits.checkedAtStartRowsMax)
  const journal = openJournal(file, limits, { lockHeld: true, node })
  let mayBegin = true

  function commit(batches: readonly ActBatch[]): void {
    report({ kind: 'committed', answers: performBatches(journal, batches, mayBegin) })
    mayBegin = !logIsOverLimit()
    if (mayBegin) return
    journal.cutLog()
    mayBegin = !logIsOverLimit()
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

  function logIsOverLimit(): boolean {
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false })
    return log !== undefined && log.size > limits.walBytesMax
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
