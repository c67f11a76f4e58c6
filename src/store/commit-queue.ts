import { Worker } from 'node:worker_threads'
import { type Answer, type BatchWriter, createBatchWriter, type Report } from './act-batch.ts'
import type { SpaceState } from './disk-space.ts'
import { errorOf, StoreError } from './errors.ts'
import type { WorkerOrder } from './worker.ts'

/**
 * The main thread's end of the store: acts go to the worker in batches, answers come back in order.
 */
export interface CommitQueue {
  /** Where acts are written; each is followed at once by one call of {@link CommitQueue.answer}. */
  readonly acts: Omit<BatchWriter, 'take'>
  /** @throws StoreError when the store is closed or broken */
  admit(): void
  /** The same for what can as well be asked later. @throws StoreError also `STORE_BUSY` */
  admitUnlessAway(): void
  /** The same for what starts new work. @throws StoreError also `QUEUE_FULL`, `STORE_BUSY` */
  admitWork(): void
  /** The answer to the act just written; `usual` is what a plain success stands for. */
  answer<T>(usual?: T): Promise<T>
  /** Resolves when all that was asked is answered and the worker has let go of the file. */
  close(): Promise<void>
}

/** Room on the disk of a store. */
export interface StoreSpace {
  readonly state: SpaceState
  readonly freeBytes: number
}

export interface QueueOptions {
  /** The worker's program. */
  readonly worker: URL
  /** What it is started with. */
  readonly task: object
  readonly queueActsMax: number
  /** The store has broken: once. */
  readonly onFault: (error: StoreError) => void
  /** How much room its disk has, has changed. */
  readonly onSpace?: (space: StoreSpace) => void
  /** What the worker needs to commit has gone out of reach, or is back. */
  readonly onAway?: (isAway: boolean) => void
}

/** @throws StoreError when the worker could not open the store */
export async function openCommitQueue(options: QueueOptions): Promise<CommitQueue> {
  const worker = new Worker(options.worker, { workerData: options.task })
  await opened(worker)
  return queueOver(worker, options)
}

function queueOver(
  worker: Worker,
  { queueActsMax, onFault, onSpace = () => {}, onAway = () => {} }: QueueOptions,
): CommitQueue {
  const pending = createPending((it) => worker.postMessage(it))
  const closed = Promise.withResolvers<void>()
  let ending: 'closing' | StoreError | undefined
  let isAway = false

  worker.on('message', (report: Report) => {
    if (report.kind === 'committed') pending.settle(report.answers)
    else if (report.kind === 'space') onSpace(report)
    else if (report.kind === 'fault') fail(errorOf(report.error))
    else if (report.kind === 'away' || report.kind === 'back') {
      isAway = report.kind === 'away'
      onAway(isAway)
    }
  })
  worker.on('error', () => fail(new StoreError('STORE_FAULT', 'the thread of the store threw')))
  worker.on('exit', () => {
    if (ending !== 'closing') fail(new StoreError('STORE_FAULT', 'the thread of the store ended'))
    closed.resolve()
  })

  function fail(error: StoreError): void {
    if (ending instanceof StoreError) return
    ending = error
    pending.reject(error)
    onFault(error)
  }

  function admit(): void {
    if (ending === undefined) return
    if (ending === 'closing') throw new StoreError('STORE_CLOSED', 'the store is closed')
    throw new StoreError('STORE_BROKEN', `the store has failed before (${ending.code})`)
  }

  function admitUnlessAway(): void {
    admit()
    if (isAway) throw new StoreError('STORE_BUSY', 'what the store is kept in is out of reach')
  }

  return {
    acts: pending.acts,
    answer: pending.answer,
    admit,
    admitUnlessAway,
    admitWork() {
      admitUnlessAway()
      if (pending.count < queueActsMax) return
      throw new StoreError('QUEUE_FULL', 'the store has too much to do')
    },
    async close() {
      if (ending === undefined) {
        ending = 'closing'
        pending.close()
      }
      await closed.promise
    },
  }
}

interface Waiting {
  readonly usual: unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: StoreError) => void
}

/** Acts that were asked for and not answered, in order: the first of them are with the worker. */
function createPending(order: (it: WorkerOrder) => void) {
  const acts = createBatchWriter()
  const posted: Waiting[][] = []
  let unposted: Waiting[] = []
  let count = 0

  /** One batch for all acts of an event-loop turn, and none while two are on their way. */
  function post(): void {
    if (posted.length < BATCHES_POSTED_MAX) postAll()
  }

  function postAll(): void {
    if (unposted.length === 0) return
    posted.push(unposted)
    unposted = []
    order(acts.take())
  }

  return {
    acts,
    get count() {
      return count
    },
    answer<T>(usual?: T) {
      if (unposted.length === 0) setImmediate(post)
      count++
      return new Promise<T>((resolve, reject) => {
        // The worker answers each act with what that act returns.
        unposted.push({ usual, resolve: resolve as Waiting['resolve'], reject })
      })
    },
    settle(answers: readonly (readonly Answer[])[]) {
      for (const batch of answers) {
        const asked = posted.shift() ?? []
        count -= asked.length
        for (const [index, it] of asked.entries()) settle(it, batch[index])
      }
      post()
    },
    reject(error: StoreError) {
      for (const it of [...posted.flat(), ...unposted]) it.reject(error)
      posted.length = 0
      unposted = []
    },
    /** Nothing comes after this, so it waits for no batch that is on its way. */
    close() {
      postAll()
      order('close')
    },
  }
}

const BATCHES_POSTED_MAX = 2

function settle({ usual, resolve, reject }: Waiting, answer: Answer | undefined): void {
  if (answer === 0) resolve(usual)
  else if (answer === undefined) reject(new StoreError('STORE_FAULT', 'an act was not answered'))
  else if ('refused' in answer) reject(errorOf(answer.refused))
  else resolve(answer.value)
}

/** Resolves when the worker has the store open. */
function opened(worker: Worker): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onMessage = (report: Report) => {
    if (report.kind === 'opened') resolve()
    else if (report.kind === 'fault') reject(errorOf(report.error))
  }
  const onEnd = () => reject(new StoreError('STORE_FAULT', 'the thread of the store ended'))
  worker.once('message', onMessage)
  worker.once('error', onEnd)
  worker.once('exit', onEnd)
  return promise.finally(() => worker.off('error', onEnd).off('exit', onEnd))
}
