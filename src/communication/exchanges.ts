import type { Dialect, Message } from '#iso8583'
import type { CancelDeadline, Clock, Log } from '#platform'
import type { HostLine, HostReply } from './host-line.ts'
import type { LinkProfile } from './link-profile.ts'
import { compileMatchKey } from './match-key.ts'
import { isRepeatMti } from './mti.ts'
import { createPending, type Pending, type Waiter } from './pending.ts'
import { createStartMeter, type StartMeter } from './stan-capacity.ts'
import type { Parcel, WireEnd } from './wire.ts'

export interface ExchangeLimits {
  /** Requests in flight to the host, over all lines. */
  readonly windowRequests: number
  /** Requests that were asked while the window was full and wait for a place; 0 or more. */
  readonly waitingRequestsMax: number
  /** Answered keys that are remembered, to know a second answer. */
  readonly answeredKeysMax: number
}

export interface ExchangeParts {
  readonly profile: LinkProfile
  readonly dialect: Dialect
  readonly limits: ExchangeLimits
  readonly clock: Clock
  readonly log: Log
  onStray(stray: Stray): void
}

/** An answer that belongs to no request that waits: evidence, and never more than that. */
export interface Stray {
  readonly kind: 'late' | 'unknown' | 'duplicate'
  readonly message: Message
}

export interface ExchangeCounters {
  asked: number
  answered: number
  notSent: number
  /** Outcomes unknown, by reason. */
  hostSilent: number
  linkLost: number
  answersUnreadable: number
  /** Refused, since an earlier request with the same key may still be answered. */
  keysDuplicate: number
  answersLate: number
  answersUnknown: number
  answersDuplicate: number
}

interface Exchange extends Parcel, Omit<Waiter, 'left'> {
  readonly isPayment: boolean
  line: HostLine | undefined
  resolve(reply: HostReply): void
}

const NOT_SENT: HostReply = Object.freeze({ kind: 'not-sent' })

/** The exchanges with one host: each ends once, whatever becomes of the lines. */
export class Exchanges {
  readonly counters = zeroExchangeCounters()
  readonly #parts: ExchangeParts
  readonly #keyOf: (message: Message) => string
  readonly #pending: Pending<Exchange>
  readonly #meter: StartMeter
  /** Payments asked while the window was full, in order. */
  readonly #waiting: Exchange[] = []
  #ready: readonly HostLine[] = []
  #inWindow = 0
  #turn = 0
  #cancelAlarm: CancelDeadline | undefined
  #onSettled: (() => void)[] = []
  #isClosing = false

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.#keyOf = compileMatchKey(parts.profile.matchKey)
    this.#pending = createPending({ ...parts.profile, ...parts.limits })
    this.#meter = createStartMeter(parts.profile.capacity)
  }

  /** Ask on the signed-on line with the fewest requests in flight. Resolves once; never rejects. */
  ask(message: Message): Promise<HostReply> {
    const { windowRequests, waitingRequestsMax } = this.#parts.limits
    this.counters.asked += 1
    const hasPlace = this.openCount() < windowRequests + waitingRequestsMax
    const mayBegin = this.#isUp() && hasPlace && this.#mayStart()
    return mayBegin ? this.#begin(message, undefined) : this.#notSent()
  }

  /** Ask on this line, which need not be signed on, outside the window. */
  askOn(line: HostLine, message: Message): Promise<HostReply> {
    return this.#begin(message, line)
  }

  readiness(): 'ready' | 'down' | 'full' {
    if (!this.#isUp()) return 'down'
    const isFull = this.openCount() >= this.#parts.limits.windowRequests
    return isFull || !this.#mayStart() ? 'full' : 'ready'
  }

  /** Say no to every payment asked from now on; what is open goes on. */
  beginNoMore(): void {
    this.#isClosing = true
  }

  /** Payments in flight or waiting for the window. */
  openCount(): number {
    return this.#inWindow + this.#waiting.length
  }

  /** Keys without an answer that no request may take yet. */
  restingCount(): number {
    return this.#pending.restingCount
  }

  /** Bring an answer to whoever asked. */
  hear(message: Message): void {
    const key = this.#keyOf(message)
    const matched = this.#pending.match(key, this.#parts.clock.elapsedMs())
    if (matched.kind === 'awaited') {
      this.#settle(matched.waiter, { kind: 'answered', message })
      this.#moveUp()
      return
    }
    this.counters[STRAYS[matched.kind]] += 1
    this.#parts.onStray({ kind: matched.kind, message })
  }

  noteReadiness(line: HostLine): void {
    this.#forget(line)
    if (line.isReady()) this.#ready = [...this.#ready, line]
    if (this.#ready.length === 0) this.#abandonWaiting()
    else this.#fillWindow()
  }

  noteEnd(line: HostLine, why: WireEnd): void {
    this.#forget(line)
    const lost = [...this.#pending.open()].filter((it) => it.line === line)
    this.#abandon(lost, why === 'unreadable' ? 'answer-unreadable' : 'link-lost')
    if (this.#ready.length === 0) this.#abandonWaiting()
  }

  /** Resolves when no payment waits any more. */
  settled(): Promise<void> {
    if (this.openCount() === 0) return Promise.resolve()
    return new Promise((resolve) => this.#onSettled.push(resolve))
  }

  #begin(message: Message, line: HostLine | undefined): Promise<HostReply> {
    const bytes = this.#write(message)
    if (bytes === undefined) return this.#notSent()
    const { promise, resolve } = Promise.withResolvers<HostReply>()
    const exchange: Exchange = {
      key: this.#keyOf(message),
      askedAtMs: this.#parts.clock.elapsedMs(),
      repeat: isRepeatMti(message.mti),
      isPayment: line === undefined,
      line,
      bytes,
      left: false,
      withdrawn: false,
      resolve,
    }
    if (!this.#pending.add(exchange)) {
      this.counters.keysDuplicate += 1
      return this.#notSent()
    }
    if (line !== undefined) line.send(exchange)
    else this.#line(exchange)
    this.#arm()
    return promise
  }

  #isUp(): boolean {
    return this.#ready.length > 0 && !this.#isClosing
  }

  #mayStart(): boolean {
    return this.#meter.hasRoom(this.#parts.clock.elapsedMs())
  }

  /** A message that the dialect cannot carry is a fault of ours, and has certainly not left. */
  #write(message: Message): Uint8Array | undefined {
    const { dialect, profile, log } = this.#parts
    try {
      return profile.header.wrap(dialect.pack(message))
    } catch (fault) {
      log.error('host-message-unwritable', { mti: message.mti, fault })
      return undefined
    }
  }

  #notSent(): Promise<HostReply> {
    this.counters.notSent += 1
    return Promise.resolve(NOT_SENT)
  }

  /** Put a payment in the queue for the window, and through it when there is room. */
  #line(exchange: Exchange): void {
    this.#meter.count(exchange.askedAtMs)
    this.#waiting.push(exchange)
    this.#fillWindow()
  }

  #fillWindow(): void {
    while (this.#waiting.length > 0 && this.#inWindow < this.#parts.limits.windowRequests) {
      const line = this.#leastBusy()
      if (line === undefined) return
      const exchange = this.#waiting.shift()
      if (exchange === undefined) return
      exchange.line = line
      line.inFlight += 1
      this.#inWindow += 1
      line.send(exchange)
    }
  }

  /** Lines equally busy take turns. */
  #leastBusy(): HostLine | undefined {
    const ready = this.#ready
    this.#turn += 1
    let best: HostLine | undefined
    for (let index = 0; index < ready.length; index += 1) {
      const line = ready[(this.#turn + index) % ready.length]
      if (line !== undefined && (best === undefined || line.inFlight < best.inFlight)) best = line
    }
    return best
  }

  #settle(exchange: Exchange, reply: HostReply): void {
    exchange.withdrawn = true
    if (exchange.isPayment && exchange.line !== undefined) {
      exchange.line.inFlight -= 1
      this.#inWindow -= 1
    }
    if (reply.kind === 'answered') this.counters.answered += 1
    else if (reply.kind === 'not-sent') this.counters.notSent += 1
    else this.counters[UNKNOWNS[reply.reason]] += 1
    exchange.resolve(reply)
  }

  /** After exchanges were settled: their places are free, and perhaps nothing waits any more. */
  #moveUp(): void {
    if (this.#waiting.length > 0) this.#fillWindow()
    if (this.#onSettled.length === 0 || this.openCount() > 0) return
    for (const resolve of this.#onSettled) resolve()
    this.#onSettled = []
  }

  /** One alarm for all: the oldest request is always the next one due. */
  #arm(): void {
    if (this.#cancelAlarm !== undefined) return
    const dueMs = this.#pending.nextDueMs()
    if (dueMs === undefined) return
    const { clock } = this.#parts
    this.#cancelAlarm = clock.after(Math.max(0, dueMs - clock.elapsedMs()), () => {
      this.#cancelAlarm = undefined
      this.#tell(this.#pending.expire(clock.elapsedMs()), 'host-silent')
      this.#arm()
    })
  }

  #abandon(exchanges: readonly Exchange[], reason: UnknownReason): void {
    const nowMs = this.#parts.clock.elapsedMs()
    for (const exchange of exchanges) this.#pending.giveUp(exchange, nowMs)
    this.#tell(exchanges, reason)
  }

  /** With no line left, what waits for the window has nowhere to go. */
  #abandonWaiting(): void {
    this.#abandon(this.#waiting.splice(0), 'link-lost')
  }

  /** Tell those who asked that no answer will come: unknown if it may have left, else not sent. */
  #tell(exchanges: readonly Exchange[], reason: UnknownReason): void {
    for (const exchange of exchanges) {
      this.#settle(exchange, exchange.left ? { kind: 'unknown', reason } : NOT_SENT)
    }
    while (this.#waiting[0]?.withdrawn) this.#waiting.shift()
    this.#moveUp()
  }

  #forget(line: HostLine): void {
    this.#ready = this.#ready.filter((it) => it !== line)
  }
}

type UnknownReason = Extract<HostReply, { kind: 'unknown' }>['reason']

const UNKNOWNS = {
  'host-silent': 'hostSilent',
  'link-lost': 'linkLost',
  'answer-unreadable': 'answersUnreadable',
} as const satisfies Record<UnknownReason, keyof ExchangeCounters>

const STRAYS = {
  late: 'answersLate',
  unknown: 'answersUnknown',
  duplicate: 'answersDuplicate',
} as const satisfies Record<Stray['kind'], keyof ExchangeCounters>

function zeroExchangeCounters(): ExchangeCounters {
  return {
    asked: 0,
    answered: 0,
    notSent: 0,
    hostSilent: 0,
    linkLost: 0,
    answersUnreadable: 0,
    keysDuplicate: 0,
    answersLate: 0,
    answersUnknown: 0,
    answersDuplicate: 0,
  }
}
