import { Worker } from 'node:worker_threads'
import { EnvelopeError } from './errors.ts'
import type { EnvelopeKeys } from './key-table.ts'
import type { EnvelopeLimits } from './limits.ts'
import { createWorkerLine, type OpenedResult, PinnedReply, type WorkerLine } from './worker-line.ts'

/**
 * The gateway's side of the envelope in threads of its own; control's port `Envelopes` and what
 * runs it.
 */
export interface RunningEnvelopes {
  /**
   * Decrypt, verify and check one request.
   *
   * `token` must not change before the promise resolves. Rejects only when a thread is lost or the
   * envelopes are closed.
   */
  open(token: Uint8Array): Promise<OpenedResult>
  /** Threads; each serves the messages it is given in the order in which they come. */
  readonly threads: number
  /** Which thread a message will wait for: 0 to `threads` - 1. */
  threadOf(token: Uint8Array): number
  /**
   * Rejects with `REPLY_GONE` when the reply was sealed or discarded before, or waited too long.
   */
  seal(reply: object, json: string): Promise<Uint8Array>
  /** No answer will be sealed for this request: forget its keys. */
  discard(reply: object): void
  /** Resolves when every thread uses them; rejects with `KEY_REFUSED`, and the former keys stay. */
  replaceKeys(keys: EnvelopeKeys): Promise<void>
  /** Messages given to the threads and not yet given back. */
  waiting(): number
  close(): Promise<void>
}

export interface EnvelopesOptions {
  readonly keys: EnvelopeKeys
  /** Threads, 1 or more. */
  readonly workers: number
  readonly limits: EnvelopeLimits
  readonly clock: { elapsedMs(): number }
  /**
   * Called once when a thread died: payments can no longer be read or answered, so the process must
   * stop.
   */
  readonly onLost: (error: EnvelopeError) => void
}

/** Start the threads. Rejects with an EnvelopeError `KEY_REFUSED` when a key breaks a rule. */
export async function openEnvelopes(options: EnvelopesOptions): Promise<RunningEnvelopes> {
  const { keys, limits, clock } = options
  let gone: EnvelopeError | undefined
  const lines: WorkerLine[] = []

  function lose(cause: unknown): void {
    if (gone !== undefined) return
    gone = new EnvelopeError('WORKER_LOST', 'an envelope thread stopped', { cause })
    for (const line of lines) line.abandon(gone)
    options.onLost(gone)
  }

  for (let index = 0; index < options.workers; index++) {
    const worker = new Worker(WORKER_FILE, { workerData: { keys, limits } })
    lines.push(createWorkerLine(worker, { clock, onLost: lose }))
  }
  const waiting = () => lines.reduce((sum, line) => sum + line.opening(), 0)
  const threadOf = (token: Uint8Array) =>
    lines.length === 1 ? 0 : affinityOf(token) % lines.length

  async function close(): Promise<void> {
    gone ??= new EnvelopeError('CLOSED', 'the envelopes are closed')
    for (const line of lines) line.abandon(gone)
    await Promise.all(lines.map((line) => line.stop()))
  }

  try {
    await Promise.all(lines.map((line) => line.keysTaken()))
  } catch (error) {
    await close()
    throw error
  }

  return {
    threads: lines.length,
    threadOf,
    open(token) {
      if (gone !== undefined) return Promise.reject(gone)
      const line = lines[threadOf(token)]
      if (line === undefined || waiting() >= limits.queueMessagesMax) return BUSY
      return line.open(token)
    },
    seal(reply, json) {
      if (gone !== undefined) return Promise.reject(gone)
      return reply instanceof PinnedReply ? reply.line.seal(reply.ticket, json) : foreignReply()
    },
    discard(reply) {
      if (reply instanceof PinnedReply && gone === undefined) reply.line.discard(reply.ticket)
    },
    async replaceKeys(next) {
      if (gone !== undefined) throw gone
      await Promise.all(
        lines.map((line) => {
          line.giveKeys(next)
          return line.keysTaken()
        }),
      )
    },
    waiting,
    close,
  }
}

const WORKER_FILE = new URL('./worker.ts', import.meta.url)
const BUSY: Promise<OpenedResult> = Promise.resolve(Object.freeze({ kind: 'busy' as const }))
const DOT = 0x2e
/**
 * Where in the encrypted-key part the affinity is read: behind the first characters, all of it is
 * chance.
 */
const AFFINITY_OFFSET = 8

/**
 * A number that messages under the same encrypted key share, so that they meet in the thread that
 * knows it, and that is spread evenly over fresh keys.
 */
function affinityOf(token: Uint8Array): number {
  const at = token.indexOf(DOT) + AFFINITY_OFFSET
  let number = 0
  for (let index = at; index < at + 4; index++) number = (number * 64 + (token[index] ?? 0)) >>> 0
  return (number ^ (number >>> 15)) >>> 0
}

function foreignReply(): Promise<never> {
  return Promise.reject(new EnvelopeError('REPLY_GONE', 'not a reply of these envelopes'))
}
