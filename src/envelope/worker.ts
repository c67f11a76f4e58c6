import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { EnvelopeError } from './errors.ts'
import type { EnvelopeKeys } from './key-table.ts'
import type { EnvelopeLimits } from './limits.ts'
import { createOpener } from './opener.ts'
import { createRandomPool } from './random-pool.ts'
import { createWork } from './work.ts'

/** What a worker is started with. */
export interface WorkerSetup {
  readonly keys: EnvelopeKeys
  readonly limits: EnvelopeLimits
}

/** What a worker says of keys it was given, first of all those it was started with. */
export type KeysTold =
  | { readonly kind: 'keys-in-use' }
  | { readonly kind: 'keys-refused'; readonly detail: string }

/** What a worker hears: a batch, or other keys to use from now on. */
export type WorkerHears = ArrayBuffer | EnvelopeKeys

/** What it says: results, or what became of the keys. */
export type WorkerTells = ArrayBuffer | KeysTold

if (parentPort !== null) serve(parentPort, workerData)

function serve(main: MessagePort, { keys, limits }: WorkerSetup): void {
  const time = { nowMs: 0 }
  const parts = { clock: { elapsedMs: () => time.nowMs }, random: createRandomPool() }
  const work = taking(main, () => {
    const opener = createOpener(keys, limits, parts)
    const tell = ({ buffer }: Buffer<ArrayBuffer>) => main.postMessage(buffer, [buffer])
    return { opener, do: createWork({ opener, time, limits }, tell) }
  })
  if (work === undefined) {
    main.close()
    return
  }
  const { opener } = work

  function batchIn(heard: WorkerHears | undefined): ArrayBuffer | undefined {
    if (heard === undefined || heard instanceof ArrayBuffer) return heard
    taking(main, () => opener.replaceKeys(heard))
    return batchIn(receiveMessageOnPort(main)?.message)
  }

  main.on('message', (heard: WorkerHears) => {
    let first: WorkerHears | undefined = heard
    work.do(() => {
      const batch = batchIn(first ?? receiveMessageOnPort(main)?.message)
      first = undefined
      return batch
    })
  })
}

/**
 * Do something with new keys and say what became of it; a refused key is told, any other error is a
 * bug.
 */
function taking<T>(main: MessagePort, take: () => T): T | undefined {
  try {
    const taken = take()
    main.postMessage({ kind: 'keys-in-use' } satisfies KeysTold)
    return taken
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error
    main.postMessage({ kind: 'keys-refused', detail: error.message } satisfies KeysTold)
    return undefined
  }
}
