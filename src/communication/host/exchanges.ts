import { DecodeError, type Dialect, isAnswerMti, isRepeatMti, type Message } from '#iso8583'
import type { CancelDeadline, Clock, Log } from '#platform'
import { STRAYS, UNKNOWNS, type UnknownReason, zeroExchangeCounters } from './exchange-counters.ts'
import type { LineEnd, OutgoingFrame } from './framed-socket.ts'
import type { HostLine, HostReply } from './line.ts'
import type { LinkProfile } from './link-profile.ts'
import type { Authentication, Heard } from './macs/authentication.ts'
import { compileMatchKey } from './match-key.ts'
import { createPending, type Pending, type Waiter } from './pending.ts'
import { NOT_SENT, Place, type Reservation, type Window } from './reservation.ts'
import { createStartMeter, type StartMeter } from './stan-capacity.ts'

export interface ExchangeLimits {
  /** Payments that are put to the host at once, over all lines. */
  readonly windowRequests: number
  /** What the host is owed, put to it at once beside the payments. */
  readonly owedRequestsMax: number
  /** Answered keys that are remembered, to know a second answer. */
  readonly answeredKeysMax: number
}

export interface ExchangeParts {
  readonly profile: LinkProfile
  readonly dialect: Dialect
  readonly authentication: Authentication
  readonly limits: ExchangeLimits
  readonly clock: Clock
  readonly log: Log
  onStray(stray: Stray): void
}

/**
 * An answer that belongs to no request that waits, or whose MAC is wrong: evidence, and never more
 * than that.
 */
export interface Stray {
  readonly kind: 'late' | 'unknown' | 'duplicate' | 'mac-wrong'
  readonly message: Message
}

interface Exchange extends OutgoingFrame, Omit<Waiter, 'left'> {
  /** None for network messages. */
  readonly window: Window | undefined
  readonly line: HostLine
  resolve(reply: HostReply): void
}

const DOWN: Reservation = Object.freeze({ kind: 'down' })
const FULL: Reservation = Object.freeze({ kind: 'full' })

/** The exchanges with one host: each ends once, whatever becomes of the lines. */
export class Exchanges {
  readonly counters = zeroExchangeCounters()
  readonly #parts: ExchangeParts
  readonly #keyOf: (message: Message) => string
  readonly #routeOf: (bytes: Uint8Array) => Message
  readonly #pending: Pending<Exchange>
  readonly #meter: StartMeter
  readonly #payments: Window
  readonly #owed: Window
  #ready: readonly HostLine[] = []
  #turn = 0
  #cancelAlarm: CancelDeadline | undefined
  #onSettled: (() => void)[] = []
  #isClosing = false

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.#keyOf = compileMatchKey(parts.profile.matchKey)
    this.#routeOf = parts.dialect.routing(parts.profile.matchKey)
    this.#pending = createPending({ ...parts.profile, ...parts.limits })
    this.#meter = createStartMeter(parts.profile.capacity)
    this.#payments = { placesMax: parts.limits.windowRequests, taken: 0 }
    this.#owed = { placesMax: parts.limits.owedRequestsMax, taken: 0 }
  }

  /** Take a place for a payment and a start of this second, if the host can be asked at all. */
  reserve(): Reservation {
    return this.#reserveIn(this.#payments)
  }

  /** The same for what the host is owed, which payments cannot crowd out. */
  reserveOwed(): Reservation {
    return this.#reserveIn(this.#owed)
  }

  #reserveIn(window: Window): Reservation {
    if (!this.isUp()) return DOWN
    if (window.taken >= window.placesMax) return FULL
    const nowMs = this.#parts.clock.elapsedMs()
    if (!this.#meter.start(nowMs)) return FULL
    window.taken += 1
    return new Place(this, window, nowMs)
  }

  /**
   * Ask on the signed-on line with the fewest requests in flight, for a place that was reserved.
   */
  askInPlace(message: Message, window: Window): Promise<HostReply> {
    this.counters.asked += 1
    const line = this.#leastBusy()
    const begun = line && this.#begin(message, { line, window })
    if (line === undefined || begun === undefined) {
      this.#vacate(window)
      return this.#notSent()
    }
    line.inFlight += 1
    return begun
  }

  /** A place that was reserved at this time is free again, unused. */
  takeBack(window: Window, reservedAtMs: number): void {
    this.#meter.takeBack(reservedAtMs)
    this.#vacate(window)
  }

  /** Ask on this line, which need not be signed on, outside the window. */
  askOn(line: HostLine, message: Message): Promise<HostReply> {
    return this.#begin(message, { line, window: undefined }) ?? this.#notSent()
  }

  /** Whether a line is signed on, and payments may still be begun. */
  isUp(): boolean {
    return this.#ready.length > 0 && !this.#isClosing
  }

  /** Give no more reservations; what is reserved or open goes on. */
  beginNoMore(): void {
    this.#isClosing = true
  }

  isClosing(): boolean {
    return this.#isClosing
  }

  /** Requests in flight, or with a place reserved. */
  openCount(): number {
    return this.#payments.taken + this.#owed.taken
  }

  /** Keys without an answer that no request may take yet. */
  restingCount(): number {
    return this.#pending.restingCount()
  }

  /** Bring an answer to whoever asked; of one that is not authentic, only that it came. */
  hear({ message, isAuthentic }: Heard): void {
    const key = this.#keyOf(message)
    const nowMs = this.#parts.clock.elapsedMs()
    if (!isAuthentic && this.#distrust(this.#pending.peek(key, nowMs), message)) return
    const matched = this.#pending.match(key, nowMs)
    if (matched.kind === 'awaited') {
      this.#settle(matched.waiter, { kind: 'answered', message })
      return
    }
    this.counters[STRAYS[matched.kind]] += 1
    this.#parts.onStray({ kind: matched.kind, message })
  }

  /**
   * End the exchange that this would answer if its MAC were right; whatever comes for it later is
   * late, and its repeat may be asked.
   *
   * @returns false when there is none
   */
  #distrust(matched: ReturnType<Pending<Exchange>['peek']>, message: Message): boolean {
    if (matched.kind !== 'awaited') return false
    this.#abandon([matched.waiter], 'mac-wrong')
    this.#parts.onStray({ kind: 'mac-wrong', message })
    return true
  }

  /**
   * End the exchange whose answer this was to be, if the bytes tell so much; it has had no answer,
   * so that its repeat may be asked. Only what is awaited, or was until lately, counts: whatever
   * else looks like an answer may be the middle of something.
   */
  hearUnreadable(bytes: Uint8Array): boolean {
    const route = this.#route(bytes)
    if (route === undefined || !isAnswerMti(route.mti)) return false
    const matched = this.#pending.peek(this.#keyOf(route), this.#parts.clock.elapsedMs())
    if (matched.kind === 'awaited') this.#abandon([matched.waiter], 'answer-unreadable')
    return matched.kind === 'awaited' || matched.kind === 'late'
  }

  noteReadiness(line: HostLine): void {
    this.#forget(line)
    if (line.isReady()) this.#ready = [...this.#ready, line]
  }

  noteEnd(line: HostLine, why: LineEnd): void {
    this.#forget(line)
    const lost = [...this.#pending.open()].filter((it) => it.line === line)
    this.#abandon(lost, why === 'unreadable' ? 'answer-unreadable' : 'link-lost')
  }

  /** Resolves when no request is open. */
  settled(): Promise<void> {
    if (this.openCount() === 0) return Promise.resolve()
    return new Promise((resolve) => this.#onSettled.push(resolve))
  }

  /**
   * @returns undefined when nothing can be sent: the message cannot be written, or its key is held.
   */
  #begin(
    message: Message,
    { line, window }: Pick<Exchange, 'line' | 'window'>,
  ): Promise<HostReply> | undefined {
    const bytes = this.#write(message)
    if (bytes === undefined) return undefined
    const { promise, resolve } = Promise.withResolvers<HostReply>()
    const exchange: Exchange = {
      key: this.#keyOf(message),
      askedAtMs: this.#parts.clock.elapsedMs(),
      repeat: isRepeatMti(message.mti),
      window,
      line,
      bytes,
      left: false,
      withdrawn: false,
      resolve,
    }
    if (!this.#pending.add(exchange)) {
      this.counters.keysDuplicate += 1
      return undefined
    }
    line.send(exchange)
    this.#arm()
    return promise
  }

  /**
   * A message that the dialect cannot carry is a fault of ours, and has certainly not left; nor has
   * one for which there is no key.
   */
  #write(message: Message): Uint8Array | undefined {
    const { authentication, profile, log } = this.#parts
    try {
      const packed = authentication.pack(message)
      return packed && profile.header.wrap(packed)
    } catch (fault) {
      log.error('host-message-unwritable', { mti: message.mti, fault })
      return undefined
    }
  }

  #route(bytes: Uint8Array): Message | undefined {
    try {
      return this.#routeOf(bytes)
    } catch (fault) {
      if (fault instanceof DecodeError) return undefined
      throw fault
    }
  }

  #notSent(): Promise<HostReply> {
    this.counters.notSent += 1
    return Promise.resolve(NOT_SENT)
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
    if (reply.kind === 'answered') this.counters.answered += 1
    else if (reply.kind === 'not-sent') this.counters.notSent += 1
    else this.counters[UNKNOWNS[reply.reason]] += 1
    exchange.resolve(reply)
    if (exchange.window === undefined) return
    exchange.line.inFlight -= 1
    this.#vacate(exchange.window)
  }

  /** A place is free again. */
  #vacate(window: Window): void {
    window.taken -= 1
    if (this.openCount() > 0) return
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

  /** Tell those who asked that no answer will come: unknown if it may have left, else not sent. */
  #tell(exchanges: readonly Exchange[], reason: UnknownReason): void {
    for (const exchange of exchanges) {
      this.#settle(exchange, exchange.left ? { kind: 'unknown', reason } : NOT_SENT)
    }
  }

  #forget(line: HostLine): void {
    this.#ready = this.#ready.filter((it) => it !== line)
  }
}
