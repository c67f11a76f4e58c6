import { parentPort, workerData } from 'node:worker_threads'
import { createSystemClock } from '#platform'
import type { Report } from '../act-batch.ts'
import { plainOf } from '../errors.ts'
import type { WorkerOrder } from '../worker.ts'
import type { PostgresLimits } from './limits.ts'
import type { PostgresPlace } from './place.ts'
import { faultOf } from './trouble.ts'
import { openWriter } from './writer.ts'

/** The thread that commits. It runs whatever has queued up, syncs once, and answers all of it. */
export interface PostgresTask {
  readonly place: PostgresPlace
  readonly limits: PostgresLimits
}

if (parentPort !== null) {
  const port = parentPort
  const report = (said: Report) => port.postMessage(said)
  try {
    await serve(workerData, port, report)
    report({ kind: 'opened' })
  } catch (thrown) {
    report(faultReport(thrown))
    port.close()
  }
}

async function serve(
  { place, limits }: PostgresTask,
  port: NonNullable<typeof parentPort>,
  report: (said: Report) => void,
): Promise<void> {
  const writer = await openWriter(place, {
    clock: createSystemClock(),
    limits,
    onAway: () => report({ kind: 'away' }),
    onBack: () => report({ kind: 'back' }),
    onFault: (error) => end(faultReport(error)),
  })
  let orders: WorkerOrder[] = []
  let isBusy = false
  let isOver = false

  port.on('message', (order: WorkerOrder) => {
    orders.push(order)
    if (!isBusy) work().catch((thrown: unknown) => end(faultReport(thrown)))
  })

  async function work(): Promise<void> {
    isBusy = true
    while (orders.length > 0) {
      const given = orders
      orders = []
      const batches = given.filter((order) => order !== 'close')
      if (batches.length > 0) {
        const answers = await writer.commit(batches)
        if (!isOver) report({ kind: 'committed', answers })
      }
      if (batches.length < given.length) {
        await writer.close()
        end({ kind: 'closed' })
      }
    }
    isBusy = false
  }

  function end(last: Report): void {
    if (isOver) return
    isOver = true
    writer.abandon()
    report(last)
    port.close()
  }
}

function faultReport(thrown: unknown): Report {
  return { kind: 'fault', error: plainOf(faultOf(thrown)) }
}
