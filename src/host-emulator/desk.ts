import { DecodeError, type Dialect, EncodeError, type Message } from '#iso8583'
import type { Clock, Log } from '#platform'
import type { Book } from './book.ts'
import type { NetworkRules } from './conduct/network-rules.ts'
import type { CoreHost, Reply } from './core-host.ts'
import { type Fault, garbage } from './faults.ts'
import type { Line } from './line.ts'
import { isRequestType } from './message-types.ts'
import { createNetworkAsks, type NetworkVerdict } from './network-asks.ts'

/**
 * Takes messages off the lines and puts answers on them, many to one commit and one write a line.
 */
export interface Desk {
  /** `tpdu` addresses the answer. */
  take(line: Line, bytes: Uint8Array, tpdu: Uint8Array): void
  ask(line: Line, networkCode: string, settlementDate?: string): Promise<NetworkVerdict>
  unframed(): void
  close(): void
  readonly counts: { messages: number; unreadable: number; unwritable: number; unframed: number }
}

export interface DeskOptions {
  readonly dialect: Dialect
  readonly clock: Clock
  readonly log: Log
  readonly book: Book
  readonly host: CoreHost
  readonly network: NetworkRules
  readonly networkAnswerTimeoutMs: number
}

export function createDesk(options: DeskOptions): Desk {
  const { dialect, clock, log, host, book } = options
  const asks = createNetworkAsks(options.network, clock, options.networkAnswerTimeoutMs)
  const counts = { messages: 0, unreadable: 0, unwritable: 0, unframed: 0 }
  const waiting = new Set<Line>()
  let due = false
  let closed = false

  const flush = (): void => {
    due = false
    if (closed) return
    book.commit()
    for (const line of waiting) line.flush()
    waiting.clear()
  }
  const flushSoon = (line: Line): void => {
    waiting.add(line)
    if (!due) clock.soon(flush)
    due = true
  }
  const written = (message: Message): Uint8Array | undefined => {
    try {
      return dialect.pack(message)
    } catch (fault) {
      if (!(fault instanceof EncodeError)) throw fault
      counts.unwritable++
      log.warn('host-message-unwritable', { code: fault.code, path: fault.path })
      return undefined
    }
  }
  const deliver = (line: Line, tpdu: Uint8Array, { answer, fault }: Reply): void => {
    const bytes = written(answer)
    if (bytes === undefined) return
    sendAstray({ line, tpdu, bytes, fault }, clock, () => flushSoon(line))
    flushSoon(line)
  }

  return {
    take(line, bytes, tpdu) {
      if (bytes.length === 0) return
      counts.messages++
      const message = readOrTell(bytes, options, counts)
      if (message === undefined) return
      if (!isRequestType(message.mti)) return asks.settle(message)
      const reply = host.answer(message, line.session)
      if (reply !== undefined) deliver(line, tpdu, reply)
    },
    ask(line, networkCode, settlementDate) {
      const { message, verdict } = asks.ask(networkCode, settlementDate)
      const bytes = written(message)
      if (bytes !== undefined) line.send(bytes)
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

function readOrTell(
  bytes: Uint8Array,
  { dialect, log }: Pick<DeskOptions, 'dialect' | 'log'>,
  counts: { unreadable: number },
): Message | undefined {
  try {
    return dialect.unpack(bytes)
  } catch (fault) {
    if (!(fault instanceof DecodeError)) throw fault
    counts.unreadable++
    const { code, offset, path } = fault
    log.warn('host-message-unreadable', { code, offset, path })
    return undefined
  }
}

interface Delivery {
  readonly line: Line
  /** Of the request. */
  readonly tpdu: Uint8Array
  readonly bytes: Uint8Array
  readonly fault: Fault | undefined
}

/** Put an answer on its line, as its fault would have it. */
function sendAstray(delivery: Delivery, clock: Clock, flushLater: () => void): void {
  const { line, tpdu, bytes, fault } = delivery
  switch (fault?.kind) {
    case 'silence':
      return
    case 'delay':
      clock.after(fault.delayMs, () => {
        line.send(bytes, tpdu)
        flushLater()
      })
      return
    case 'answer-twice':
      line.send(bytes, tpdu)
      line.send(bytes, tpdu)
      return
    case 'garbage':
      line.send(garbage(), tpdu)
      return
    case 'cut':
      line.sendCut(bytes, tpdu, fault.afterBytes)
      return
    case undefined:
    case 'wrong-stan':
    case 'wrong-amount':
    case 'answer-code':
    case 'decline':
      line.send(bytes, tpdu)
  }
}
