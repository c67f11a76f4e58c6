import type { Worker } from 'node:worker_threads'
import {
  ASK,
  type BatchMessage,
  packBatch,
  type ReceivedMessage,
  readBatch,
  TOLD,
} from './batch.ts'
import { EnvelopeError } from './errors.ts'
import type { EnvelopeKeys } from './key-table.ts'
import type { KeysTold, WorkerTells } from './worker.ts'

/** One opened message as the main thread sees it; control's `OpenedEnvelope`. */
export type OpenedResult =
  | { readonly kind: 'unreadable' }
  /** Too much is waiting: this one was not looked at. */
  | { readonly kind: 'busy' }
  | {
      readonly kind: 'opened'
      readonly merchant: string
      readonly json: string
      readonly reply: object
    }
  | {
      readonly kind: 'malformed'
      readonly merchant: string
      readonly reason: string
      readonly reply: object
    }

/**
 * The main thread's end of one worker: what one turn of the event loop brings goes over in one
 * message.
 */
export interface WorkerLine {
  open(token: Uint8Array): Promise<OpenedResult>
  seal(ticket: number, json: string): Promise<Uint8Array>
  discard(ticket: number): void
  giveKeys(keys: EnvelopeKeys): void
  /**
   * Resolves when the worker has taken the keys it was given last; rejects when it refused them.
   */
  keysTaken(): Promise<void>
  /** Messages given and not yet opened. */
  opening(): number
  /** Reject all that waits, and ask nothing more. */
  abandon(error: EnvelopeError): void
  stop(): Promise<void>
}

/** The keys of one request's answer: they are in the worker, this is their name. */
export class PinnedReply {
  readonly line: WorkerLine
  readonly ticket: number

  constructor(line: WorkerLine, ticket: number) {
    this.line = line
    this.ticket = ticket
  }
}

export function createWorkerLine(worker: Worker, parts: WorkerLineParts): WorkerLine {
  const opens = new Map<number, Waiting<OpenedResult>>()
  const seals = new Map<number, Waiting<Uint8Array>>()
  const keysWaiting: Waiting<void>[] = []
  const queue = createQueue(worker, parts.clock)
  let abandoned = false

  function hear(message: ReceivedMessage): void {
    const { kind, number } = message
    if (kind === TOLD.sealed) settle(seals, number)?.resolve(message.body)
    else if (kind === TOLD.replyGone) settle(seals, number)?.reject(replyGone())
    else settle(opens, number)?.resolve(openedResult(message, line))
  }

  function hearOfKeys(told: KeysTold): void {
    const waiting = keysWaiting.shift()
    if (told.kind === 'keys-in-use') waiting?.resolve()
    else waiting?.reject(new EnvelopeError('KEY_REFUSED', told.detail))
  }

  const line: WorkerLine = {
    open: (token) =>
      new Promise((resolve, reject) => {
        opens.set(queue.ask(ASK.open, 0, token), { resolve, reject })
      }),
    seal: (ticket, json) =>
      new Promise((resolve, reject) => {
        seals.set(queue.ask(ASK.seal, ticket, json), { resolve, reject })
      }),
    discard(ticket) {
      queue.ask(ASK.discard, ticket, '')
    },
    giveKeys(keys) {
      worker.postMessage(keys)
    },
    keysTaken: () =>
      new Promise((resolve, reject) => {
        keysWaiting.push({ resolve, reject })
      }),
    opening: () => opens.size,
    abandon(error) {
      abandoned = true
      const all = [...opens.values(), ...seals.values(), ...keysWaiting]
      for (const waiting of all) waiting.reject(error)
      opens.clear()
      seals.clear()
      keysWaiting.length = 0
    },
    async stop() {
      await worker.terminate()
    },
  }
  worker.on('message', (told: WorkerTells) => {
    if (told instanceof ArrayBuffer) readBatch(told, hear)
    else hearOfKeys(told)
  })
  worker.once('error', parts.onLost)
  worker.once('exit', () => {
    if (!abandoned) parts.onLost(undefined)
  })
  return line
}

export interface WorkerLineParts {
  readonly clock: { elapsedMs(): number }
  readonly onLost: (cause: unknown) => void
}

/**
 * Collects what is asked until the event loop's turn ends, and then hands it over in one message.
 */
function createQueue(worker: Worker, clock: WorkerLineParts['clock']) {
  let queue: BatchMessage[] = []
  let lastNumber = 0

  function send(): void {
    const { buffer } = packBatch(clock.elapsedMs(), queue)
    queue = []
    worker.postMessage(buffer, [buffer])
  }

  return {
    /** @returns the number that the answer will have */
    ask(kind: number, ticket: number, body: Uint8Array | string): number {
      lastNumber = (lastNumber + 1) >>> 0
      const length = queue.push({ kind, number: lastNumber, ticket, name: '', body })
      if (length === 1) setImmediate(send)
      return lastNumber
    },
  }
}

interface Waiting<T> {
  resolve(value: T): void
  reject(error: EnvelopeError): void
}

function settle<T>(waiting: Map<number, T>, number: number): T | undefined {
  const found = waiting.get(number)
  waiting.delete(number)
  return found
}

function openedResult(message: ReceivedMessage, line: WorkerLine): OpenedResult {
  const { kind, ticket, name: merchant, body } = message
  switch (kind) {
    case TOLD.opened:
      return {
        kind: 'opened',
        merchant,
        json: body.toString('utf8'),
        reply: new PinnedReply(line, ticket),
      }
    case TOLD.malformed:
      return {
        kind: 'malformed',
        merchant,
        reason: body.toString('utf8'),
        reply: new PinnedReply(line, ticket),
      }
    case TOLD.busy:
      return { kind: 'busy' }
    default:
      return { kind: 'unreadable' }
  }
}

function replyGone(): EnvelopeError {
  return new EnvelopeError('REPLY_GONE', 'sealed or discarded before, or not sealed in time')
}
