import { DecodeError, type Dialect, type Message } from '#iso8583'
import type { Clock, Log } from '#platform'
import type { Book } from './book.ts'
import type { Conduct, CoreHost } from './core-host.ts'
import { isRequestType } from './elements.ts'
import { alterAnswer, type Fault, garbageFor } from './faults.ts'
import type { Line } from './line.ts'
import { createNetworkAsks, type NetworkVerdict } from './network-asks.ts'

/**
 * Takes messages off the lines and puts answers on them, many to one commit and one write a line.
 */
export interface Desk {
  take(line: Line, bytes: Uint8Array): void
  ask(line: Line, networkCode: string, settlement?: string): Promise<NetworkVerdict>
  unframed(): void
  close(): void
  readonly counts: { messages: number; unreadable: number; unframed: number }
}

export interface DeskOptions {
  readonly dialect: Dialect
  readonly clock: Clock
  readonly log: Log
  readonly book: Book
  readonly host: CoreHost
  readonly networkAnswerTimeoutMs: number
}

export function createDesk(options: DeskOptions): Desk {
  const { dialect, clock, log, host, book } = options
  const asks = createNetworkAsks(clock, options.networkAnswerTimeoutMs)
  const counts = { messages: 0, unreadable: 0, unframed: 0 }
  const written = new Set<Line>()
  let due = false
  let closed = false

  const flush = (): void => {
    due = false
    if (closed) return
    book.commit()
    for (const line of written) line.flush()
    written.clear()
  }
  const flushSoon = (line: Line): void => {
    written.add(line)
    if (!due) setImmediate(flush)
    due = true
  }
  const deliver = (line: Line, { answer, fault }: Conduct): void => {
    const bytes = dialect.pack(fault === undefined ? answer : alterAnswer(answer, fault))
    sendAstray({ line, bytes, answer, fault }, clock, () => flushSoon(line))
    flushSoon(line)
  }

  return {
    take(line, bytes) {
      if (bytes.length === 0) return
      counts.messages++
      const message = readOrCount(dialect, bytes, counts)
      if (message === undefined) return log.warn('host-message-unreadable')
      if (!isRequestType(message.mti)) return asks.settle(message)
      const conduct = host.answer(message, line.session)
      if (conduct !== undefined) deliver(line, conduct)
    },
    ask(line, networkCode, settlement) {
      const { message, verdict } = asks.ask(networkCode, settlement)
      line.send(dialect.pack(message))
      flushSoon(line)
      return verdict
    },
    unframed() {
      counts.unframed++
      log.warn('host-line-unframed')
    },
    close() {
      flush()
      closed = true
      asks.abandon()
    },
    counts,
  }
}

function readOrCount(
  dialect: Dialect,
  bytes: Uint8Array,
  counts: { unreadable: number },
): Message | undefined {
  try {
    return dialect.unpack(bytes)
  } catch (fault) {
    if (!(fault instanceof DecodeError)) throw fault
    counts.unreadable++
    return undefined
  }
}

interface Delivery {
  readonly line: Line
  readonly bytes: Uint8Array
  readonly answer: Message
  readonly fault: Fault | undefined
}

/** Put an answer on its line, as its fault would have it. */
function sendAstray(delivery: Delivery, clock: Clock, flushLater: () => void): void {
  const { line, bytes, answer, fault } = delivery
  switch (fault?.kind) {
    case 'silence':
      return
    case 'delay':
      clock.after(fault.delayMs, () => {
        line.send(bytes)
        flushLater()
      })
      return
    case 'answer-twice':
      line.send(bytes)
      line.send(bytes)
      return
    case 'garbage':
      line.send(garbageFor(answer))
      return
    case 'cut':
      line.sendCut(bytes, fault.afterBytes)
      return
    case undefined:
    case 'wrong-stan':
    case 'wrong-amount':
    case 'answer-code':
    case 'decline':
      line.send(bytes)
  }
}
