import { type Dialect, EncodeError, FrameError, isAnswerMti, type Message } from '#iso8583'
import type { Clock, Log } from '#platform'
import type { Connection } from './connection.ts'
import { FramedSocket, type LineEnd, type OutgoingFrame } from './framed-socket.ts'
import type { LinkProfile } from './link-profile.ts'
import type { Authentication, Heard } from './macs/authentication.ts'
import { answerTo, isAccepted, networkRequest, readHostRequest } from './network-messages.ts'

/** How one exchange with the host ended; what control calls a host's reply. */
export type HostReply =
  | { readonly kind: 'answered'; readonly message: Message }
  /** Provably, not one byte left. */
  | { readonly kind: 'not-sent' }
  /** The bytes left, or may have, and no answer came that can be used. */
  | {
      readonly kind: 'unknown'
      readonly reason: 'host-silent' | 'link-lost' | 'answer-unreadable' | 'mac-wrong'
    }

/** What the lines of one link share, and what they tell it. */
export interface LineParts {
  readonly profile: LinkProfile
  readonly dialect: Dialect
  readonly authentication: Authentication
  readonly frameTimeoutMs: number
  readonly clock: Clock
  readonly log: Log
  readonly counters: LineCounters
  /** The next trace number for a network message. */
  nextStan(): string
  /** Ask on this very line, whatever the window says. */
  exchange(line: HostLine, message: Message): Promise<HostReply>
  onAnswer(heard: Heard): void
  /** @returns whether the bytes, which are no message, still tell whose answer they were to be. */
  onUnreadable(bytes: Uint8Array): boolean
  /**
   * The host said what it does not know yet, or no longer does: the line takes payments, or not.
   */
  onReadiness(line: HostLine): void
  onCutover(settlementDate: string): void
  onEnd(line: HostLine, why: LineEnd): void
}

export interface LineCounters {
  /** Messages that the host started. */
  hostRequests: number
  /** Of these, those refused, and those that nothing in the dialect can answer. */
  hostRequestsRefused: number
  hostRequestsUnanswerable: number
  /** Times that the host sent what could not be read. */
  messagesUnreadable: number
  echoesMissed: number
}

/** So many messages in a row that cannot be read, and the host speaks another dialect. */
const UNREADABLE_IN_A_ROW_MAX = 10

/**
 * One connection to the host, from sign-on to sign-off.
 *
 * It takes payments only between a sign-on that the host accepted and a sign-off by either side,
 * and only with the keys that the host wants. What the host starts is answered here; which answer
 * belongs to which request is the link's to say.
 */
export class HostLine {
  readonly #parts: LineParts
  readonly #socket: FramedSocket
  #state: 'signing-on' | 'awaiting-keys' | 'signed-on' | 'signed-off' | 'ended' = 'signing-on'
  #echoing = false
  #missed = 0
  #unreadableInARow = 0
  /** Payments of this line that wait for their answer. */
  inFlight = 0
  /** Whether the host ever accepted a sign-on here. */
  wasReady = false

  constructor(socket: Connection, parts: LineParts) {
    this.#parts = parts
    const { header, frameBytesMax } = parts.profile
    const { frameTimeoutMs, clock } = parts
    this.#socket = new FramedSocket(
      socket,
      { header, frameBytesMax, frameTimeoutMs, clock },
      {
        onMessage: (bytes, tpdu) => this.#hear(bytes, tpdu),
        onEnd: (why) => {
          this.#state = 'ended'
          parts.onEnd(this, why)
        },
      },
    )
  }

  isReady(): boolean {
    return this.#state === 'signed-on'
  }

  send(frame: OutgoingFrame): void {
    this.#socket.send(frame)
  }

  /** Tell the host that we are here. The line takes payments once it has said yes, else it ends. */
  async signOn(): Promise<void> {
    const { network } = this.#parts.profile
    const reply = await this.#ask(network.signOn)
    if (this.#isSignedOn() || this.#state === 'signed-off') return
    if (reply.kind === 'answered' && isAccepted(reply.message, network)) {
      this.#enter()
      return
    }
    const why = reply.kind === 'unknown' ? reply.reason : reply.kind
    this.#parts.log.warn('host-sign-on-failed', { why: why === 'answered' ? 'refused' : why })
    this.#socket.destroy('lost')
  }

  /** Take no more payments, tell the host, and hang up when it has answered or had its time. */
  async signOff(): Promise<void> {
    if (this.#isSignedOn()) {
      this.#become('signed-off')
      await this.#ask(this.#parts.profile.network.signOff)
    }
    this.#socket.end()
  }

  /** There are keys to make MACs with. */
  noteKeys(): void {
    if (this.#state === 'awaiting-keys') this.#become('signed-on')
  }

  /**
   * Ask for an echo when the host has been silent for long, and for keys when it is time; see that
   * a frame begun ends in time.
   */
  sweep(nowMs: number): void {
    const { authentication, profile } = this.#parts
    this.#socket.sweep(nowMs)
    const silentMs = nowMs - this.#socket.heardAtMs
    const wasSignedOn = this.#isSignedOn() || this.#state === 'signed-off'
    if (wasSignedOn && !this.#echoing && silentMs >= profile.echoIdleMs) {
      this.#echoing = true
      void this.#echo()
    }
    if (this.#isSignedOn() && authentication.changes?.isDue()) void this.#changeKeys()
  }

  destroy(): void {
    this.#socket.destroy('lost')
  }

  async #echo(): Promise<void> {
    const { profile, counters, log } = this.#parts
    const heardAtMs = this.#socket.heardAtMs
    const reply = await this.#ask(profile.network.echo)
    this.#echoing = false
    if (this.#state === 'ended') return
    if (reply.kind === 'answered' || this.#socket.heardAtMs !== heardAtMs) {
      this.#missed = 0
      return
    }
    this.#missed += 1
    counters.echoesMissed += 1
    if (this.#missed < profile.echoMissesMax) return
    log.warn('host-line-dead', { echoesMissed: this.#missed })
    this.#socket.destroy('lost')
  }

  #ask(code: string, besides: Message['fields'] = {}): Promise<HostReply> {
    const { clock, profile } = this.#parts
    const trace = { stan: this.#parts.nextStan(), nowMs: clock.nowMs() }
    const { mti, fields } = networkRequest(code, trace, profile.network)
    return this.#parts.exchange(this, { mti, fields: { ...fields, ...besides } })
  }

  #isSignedOn(): boolean {
    return this.#state === 'signed-on' || this.#state === 'awaiting-keys'
  }

  /** The host has let us in: payments follow at once, or when there are keys. */
  #enter(): void {
    const { authentication, log } = this.#parts
    if (authentication.isKeyed()) {
      this.#become('signed-on')
      return
    }
    this.#state = 'awaiting-keys'
    log.info('host-keys-awaited')
    void this.#changeKeys()
  }

  /** A line that is of no use without the keys that it did not get ends, and is begun anew. */
  async #changeKeys(): Promise<void> {
    const { changes } = this.#parts.authentication
    const end = await changes?.begin((code, fields) => this.#ask(code, fields))
    if (end === 'failed' && this.#state === 'awaiting-keys') this.#socket.destroy('lost')
  }

  #become(state: 'signed-on' | 'signed-off'): void {
    if (this.#state === state) return
    this.#state = state
    this.wasReady ||= state === 'signed-on'
    this.#parts.log.info(`host-${state}`)
    this.#parts.onReadiness(this)
  }

  #hear(bytes: Uint8Array, tpdu: Uint8Array): void {
    const message = this.#read(bytes)
    if (message === undefined) return
    const heard = this.#parts.authentication.check(message, bytes)
    if (isAnswerMti(message.mti)) this.#parts.onAnswer(heard)
    else if (heard.isAuthentic) this.#answerHost(heard.message, tpdu)
    else this.#refuseHost(message, tpdu)
  }

  #read(bytes: Uint8Array): Message | undefined {
    try {
      const message = this.#parts.dialect.unpack(bytes)
      this.#unreadableInARow = 0
      return message
    } catch (fault) {
      this.#parts.counters.messagesUnreadable += 1
      this.#parts.log.error('host-message-unreadable', { fault })
      this.#hearUnreadable(bytes)
      return undefined
    }
  }

  /**
   * An answer that tells at least whose it is spoils that exchange only. After any other bytes that
   * are no message, or too many in a row, nothing on the line can be trusted: it ends.
   */
  #hearUnreadable(bytes: Uint8Array): void {
    this.#unreadableInARow += 1
    const isKnown = this.#parts.onUnreadable(bytes)
    if (isKnown && this.#unreadableInARow < UNREADABLE_IN_A_ROW_MAX) return
    this.#socket.destroy('unreadable')
  }

  #answerHost(request: Message, tpdu: Uint8Array): void {
    const { profile, counters, log } = this.#parts
    const { mac, network } = profile
    const read = readHostRequest(request, network, mac?.exchange.hostStarts?.code)
    counters.hostRequests += 1
    switch (read.kind) {
      case 'unanswerable':
        counters.hostRequestsUnanswerable += 1
        log.warn('host-request-unanswerable', { mti: request.mti })
        return
      case 'key-change':
        void this.#takeKey(request, read.answerWith, tpdu)
        return
      case 'refused':
        counters.hostRequestsRefused += 1
        log.warn('host-request-refused', { mti: request.mti })
        break
      case 'sign-on':
      case 'sign-off':
      case 'echo':
      case 'cutover':
    }
    this.#tell(read.answer, tpdu)
    if (read.kind === 'cutover') this.#parts.onCutover(read.settlementDate)
    if (read.kind === 'sign-off') this.#become('signed-off')
    if (read.kind === 'sign-on' && this.#state === 'signed-off') this.#enter()
  }

  /** Nobody knows whose request this is: it is told so, and not obeyed. */
  #refuseHost(request: Message, tpdu: Uint8Array): void {
    const { profile, counters, log } = this.#parts
    const answer = answerTo(request, profile.network)
    counters.hostRequests += 1
    counters.hostRequestsRefused += 1
    log.warn('host-request-refused', { mti: request.mti, why: 'mac-wrong' })
    if (answer && profile.mac) this.#tell(answer(profile.mac.wrongMacCode), tpdu)
  }

  /** The host hears that its key is taken before anything is made with it. */
  async #takeKey(
    { fields }: Message,
    answer: (code: string) => Message,
    tpdu: Uint8Array,
  ): Promise<void> {
    const { authentication, profile } = this.#parts
    const { mac, network } = profile
    const next = await authentication.changes?.take(fields)
    this.#tell(answer(next ? network.successCode : (mac?.wrongKeyCode ?? '')), tpdu)
    if (next) authentication.changes?.conclude(next)
  }

  #tell(answer: Message, tpdu: Uint8Array): void {
    const { authentication, profile, counters, log } = this.#parts
    try {
      const packed = authentication.pack(answer)
      if (packed === undefined) return
      const bytes = profile.header.wrap(packed, tpdu)
      this.#socket.send({ bytes, left: false, withdrawn: false })
    } catch (fault) {
      if (!(fault instanceof EncodeError || fault instanceof FrameError)) throw fault
      counters.hostRequestsUnanswerable += 1
      log.warn('host-request-unanswerable', { mti: answer.mti, fault })
    }
  }
}
