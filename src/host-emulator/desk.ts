import { DecodeError, type Dialect, EncodeError, type Message } from '#iso8583'
import type { Clock, Log } from '#platform'
import type { Book } from './book.ts'
import type { NetworkRules } from './conduct/network-rules.ts'
import type { CoreHost, Reply } from './core-host.ts'
import { type Fault, garbage } from './faults.ts'
import type { Line } from './line.ts'
import type { BroughtKey, HostMacs } from './macs/host-macs.ts'
import { isRequestType } from './message-types.ts'
import { type AskedBesides, createNetworkAsks, type NetworkVerdict } from './network-asks.ts'

/**
 * Takes messages off the lines and puts answers on them, many to one commit and one write a line.
 */
export interface Desk {
  /** `tpdu` addresses the answer. */
  take(line: Line, bytes: Uint8Array, tpdu: Uint8Array): void
  ask(line: Line, networkCode: string, besides?: AskedBesides): Promise<NetworkVerdict>
  /** Have a new key over this line. @returns what the gateway answered; undefined without MACs */
  changeKey(line: Line): Promise<NetworkVerdict> | undefined
  unframed(): void
  close(): void
  readonly counts: {
    messages: number
    unreadable: number
    unwritable: number
    unframed: number
    macsWrong: number
  }
}

export interface DeskOptions {
  readonly dialect: Dialect
  readonly clock: Clock
  readonly log: Log
  readonly book: Book
  readonly host: CoreHost
  readonly macs: HostMacs | undefined
  readonly network: NetworkRules
  readonly networkAnswerTimeoutMs: number
}

export function createDesk(options: DeskOptions): Desk {
  const { clock, log, host, book, macs } = options
  const asks = createNetworkAsks(options.network, clock, options.networkAnswerTimeoutMs)
  const counts = { messages: 0, unreadable: 0, unwritable: 0, unframed: 0, macsWrong: 0 }
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
  const deliver = (line: Line, tpdu: Uint8Array, { answer, fault, bringsKey }: Reply): void => {
    const bytes = writtenOrTold(answer, fault, { ...options, counts })
    if (bytes === undefined) return
    sendAstray({ line, tpdu, bytes, fault }, clock, () => flushSoon(line))
    flushSoon(line)
    if (bringsKey) void changeKey(line)
  }
  const ask = (line: Line, code: string, besides?: AskedBesides): Promise<NetworkVerdict> => {
    const { message, verdict } = asks.ask(code, besides)
    const bytes = writtenOrTold(message, undefined, { ...options, counts })
    if (bytes !== undefined) line.send(bytes)
    flushSoon(line)
    return verdict
  }
  const changeKey = (line: Line): Promise<NetworkVerdict> | undefined => {
    const brought = macs?.bring()
    return brought && carried(brought, ask(line, brought.networkCode, brought), options.network)
  }
  return {
    take(line, bytes, tpdu) {
      if (bytes.length === 0) return
      counts.messages++
      const message = readOrTell(bytes, options, counts)
      if (message === undefined) return
      const bare = macs ? macs.checked(message, bytes) : message
      if (bare === undefined) counts.macsWrong++
      if (!isRequestType(message.mti)) return bare && asks.settle(bare)
      const reply = bare ? host.answer(bare, line.session) : host.refuseMac(message)
      if (reply !== undefined) deliver(line, tpdu, reply)
    },
    ask,
    changeKey,
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

/** A key that was brought is in use when the gateway says so. */
async function carried(
  { conclude }: BroughtKey,
  asked: Promise<NetworkVerdict>,
  { codes }: NetworkRules,
): Promise<NetworkVerdict> {
  const verdict = await asked
  if (verdict === codes.success) conclude()
  return verdict
}

function writtenOrTold(
  message: Message,
  fault: Fault | undefined,
  parts: Pick<DeskOptions, 'dialect' | 'log' | 'macs'> & { counts: { unwritable: number } },
): Uint8Array | undefined {
  const { dialect, log, macs, counts } = parts
  try {
    return macs ? macs.pack(message, fault?.kind === 'wrong-mac') : dialect.pack(message)
  } catch (thrown) {
    if (!(thrown instanceof EncodeError)) throw thrown
    counts.unwritable++
    log.warn('host-message-unwritable', { code: thrown.code, path: thrown.path })
    return undefined
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
    case 'wrong-mac':
    case 'answer-code':
    case 'decline':
      line.send(bytes, tpdu)
  }
}
