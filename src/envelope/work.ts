import {
  ASK,
  type BatchMessage,
  packBatch,
  type ReceivedMessage,
  readBatch,
  TOLD,
} from './batch.ts'
import type { EnvelopeLimits } from './limits.ts'
import type { OpenedToken, Opener } from './opener.ts'
import { createPinnedReplies } from './pinned-replies.ts'

/**
 * Does all that waits, and what comes meanwhile: answers first, then requests in the order in which
 * they came. A request that was let in is so not held up by those behind it.
 *
 * @param next takes the next batch that has come, if there is one
 */
export type Work = (next: () => ArrayBuffer | undefined) => void

/**
 * What one worker does with the batches it is given, without the thread around it. Results are
 * handed on in chunks, so that the first need not wait for the last.
 *
 * @param opener must read its time from `time`, which each batch sets
 * @param tell   takes a chunk of results whose memory may be transferred
 */
export function createWork(
  { opener, time, limits }: WorkParts,
  tell: (results: Buffer<ArrayBuffer>) => void,
): Work {
  const replies = createPinnedReplies(limits)
  let results: BatchMessage[] = []
  let weight = 0

  function flush(): void {
    if (results.length > 0) tell(packBatch(time.nowMs, results))
    results = []
    weight = 0
  }

  function answer(message: BatchMessage, cost: number): void {
    results.push(message)
    weight += cost
    if (weight >= CHUNK_WEIGHT) flush()
  }

  /** @returns what it cost */
  function open({ number, body }: ReceivedMessage): number {
    const { nowMs } = time
    const opened = replies.hasRoom(nowMs) ? opener.open(body) : BUSY
    const cost = costOf(opened)
    if ('reply' in opened) {
      replies.pin(number, opened.reply, nowMs)
      answer(openedMessage(opened, number), cost)
    } else answer(told(TOLD[opened.kind], number), cost)
    return cost
  }

  function seal({ number, ticket, body }: ReceivedMessage): void {
    const reply = replies.take(ticket)
    if (reply === undefined) answer(told(TOLD.replyGone, number), 0)
    else answer({ ...told(TOLD.sealed, number), body: opener.seal(reply, body) }, OPEN_WEIGHT)
  }

  function take(batch: ArrayBuffer, toOpen: ReceivedMessage[]): void {
    readBatch(batch, (message) => {
      time.nowMs = message.nowMs
      if (message.kind === ASK.open) toOpen.push(message)
      else if (message.kind === ASK.seal) seal(message)
      else replies.take(message.ticket)
    })
  }

  /** Before it looks whether there are answers to seal, it opens as much as a chunk holds. */
  function openSome(toOpen: ReceivedMessage[]): void {
    let opened = 0
    let cost = 0
    for (const message of toOpen) {
      if (cost >= CHUNK_WEIGHT) break
      cost += open(message)
      opened += 1
    }
    toOpen.splice(0, opened)
  }

  return (next) => {
    const toOpen: ReceivedMessage[] = []
    do {
      for (let batch = next(); batch !== undefined; batch = next()) take(batch, toOpen)
      openSome(toOpen)
      flush()
    } while (toOpen.length > 0)
  }
}

export interface WorkParts {
  readonly opener: Opener
  readonly time: { nowMs: number }
  readonly limits: EnvelopeLimits
}

/**
 * Roughly 100 microseconds each. A chunk is told of after some milliseconds of work: small chunks
 * of fresh keys, a few at a time, would make every later batch of the payment small too.
 */
const OPEN_WEIGHT = 1
const UNWRAP_WEIGHT = 5
const CHUNK_WEIGHT = 64
const BUSY = Object.freeze({ kind: 'busy' as const })

function costOf(opened: OpenedToken | typeof BUSY): number {
  if (opened.kind === 'busy') return 0
  return opened.kind === 'unreadable' || opened.unwrapped ? UNWRAP_WEIGHT : OPEN_WEIGHT
}

function told(kind: number, number: number): BatchMessage {
  return { kind, number, ticket: 0, name: '', body: '' }
}

function openedMessage(
  opened: Exclude<OpenedToken, { kind: 'unreadable' }>,
  number: number,
): BatchMessage {
  const { merchant: name } = opened
  return opened.kind === 'opened'
    ? { kind: TOLD.opened, number, ticket: number, name, body: opened.json }
    : { kind: TOLD.malformed, number, ticket: number, name, body: opened.reason }
}
