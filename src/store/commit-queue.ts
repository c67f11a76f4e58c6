import { Worker } from 'node:worker_threads'
import { StoreError } from './errors.ts'
import { type Answer, type BatchWriter, createBatchWriter, type Report } from './wire.ts'
import type { WorkerOrder, WorkerTask } from './worker.ts'

/**
 * The main thread's end of the store: acts go to the worker in batches, answers come back in order.
 */
export interface CommitQueue {
  /** Where acts are written; each is followed at once by one call of {@link CommitQueue.answer}. */
  readonly acts: Omit<BatchWriter, 'take'>
  /** @throws StoreError when the store is closed or broken */
  admit(): void
  /** The same for what starts new work. @throws StoreError also `QUEUE_FULL` */
  admitWork(): void
  /** The answer to the act just written; `usual` is what a plain success stands for. */
  answer<T>(usual?: T): Promise<T>
  close(): Promise<void>
}

/** @throws StoreError when the worker could not open the store */
export async function openCommitQueue(
  task: WorkerTask,
  onFault: (error: StoreError) => void,
): Promise<CommitQueue> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task })
  await opened(worker)
  return queueOver(worker, task.limits.queueActsMax, onFault)
}

interface Waiting {
  readonly usual: unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: StoreError) => void
}

function queueOver(
  worker: Worker,
  queueActsMax: number,
  onFault: (error: StoreError) => void,
): CommitQueue {
  const acts = createBatchWriter()
  const posted: Waiting[][] = []
  const closed = Promise.withResolvers<void>()
  let waiting: Waiting[] = []
  let count = 0
  let ending: 'closing' | StoreError | undefined

  worker.on('message', (report: Report) => {
    if (report.kind === 'committed') settleAll(report.answers)
    else if (report.kind === 'fault') fail(new StoreError(report.error.code, report.error.message))
  })
  worker.on('error', () => fail(new StoreError('STORE_FAULT', 'the thread of the store threw')))
  worker.on('exit', () => {
    if (ending !== 'closing') fail(new StoreError('STORE_FAULT', 'the thread of the store ended'))
    closed.resolve()
  })

  function settleAll(answers: readonly (readonly Answer[])[]): void {
    for (const batch of answers) {
      const asked = posted.shift() ?? []
      count -= asked.length
      for (const [index, it] of asked.entries()) settle(it, batch[index])
    }
    post()
  }

  /** One batch for all acts of an event-loop turn, and none while two are on their way. */
  function post(): void {
    if (waiting.length === 0 || posted.length >= BATCHES_POSTED_MAX) return
    posted.push(waiting)
    waiting = []
    order(acts.take())
  }

  const order = (it: WorkerOrder) => worker.postMessage(it)

  function fail(error: StoreError): void {
    if (ending instanceof StoreError) return
    ending = error
    for (const it of [...posted.flat(), ...waiting]) it.reject(error)
    posted.length = 0
    waiting = []
    onFault(error)
  }

  function admit(): void {
    if (ending === undefined) return
    if (ending === 'closing') throw new StoreError('STORE_CLOSED', 'the store is closed')
    throw new StoreError('STORE_BROKEN', `the store has failed before (${ending.code})`)
  }

  return {
    acts,
    admit,
    admitWork() {
      admit()
      if (count >= queueActsMax) throw new StoreError('QUEUE_FULL', 'the store has too much to do')
    },
    answer<T>(usual?: T) {
      if (waiting.length === 0) setImmediate(post)
      count++
      return new Promise<T>((resolve, reject) => {
        // The worker answers each act with what that act returns.
        waiting.push({ usual, resolve: resolve as Waiting['resolve'], reject })
      })
    },
    async close() {
      if (ending === undefined) {
        ending = 'closing'
        drain()
      }
      await closed.promise
    },
  }

  /** Whatever the number of batches on their way: nothing comes after this one. */
  function drain(): void {
    if (waiting.length > 0) {
      posted.push(waiting)
      waiting = []
      order(acts.take())
    }
    order('close')
  }
}

const BATCHES_POSTED_MAX = 2

function settle({ usual, resolve, reject }: Waiting, answer: Answer | undefined): void {
  if (answer === 0) resolve(usual)
  else if (answer === undefined) reject(new StoreError('STORE_FAULT', 'an act was not answered'))
  else if ('refused' in answer) reject(new StoreError(answer.refused.code, answer.refused.message))
  else resolve(answer.value)
}

/** Resolves when the worker has the store open. */
function opened(worker: Worker): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onMessage = (report: Report) => {
    if (report.kind === 'opened') resolve()
    else if (report.kind === 'fault')
      reject(new StoreError(report.error.code, report.error.message))
  }
  const onEnd = () => reject(new StoreError('STORE_FAULT', 'the thread of the store ended'))
  worker.once('message', onMessage)
  worker.once('error', onEnd)
  worker.once('exit', onEnd)
  return promise.finally(() => worker.off('error', onEnd).off('exit', onEnd))
}
