import type { TLSSocket } from 'node:tls'
import type { Clock, Log } from '#platform'
import { createFrameReader, type Frame, FrameViolation, joinFrames } from './frames.ts'
import type { AnswerMessage, ConnectionLimits, ListenerCounters } from './listener.ts'
import { Visit, type Visitor } from './visitor.ts'

/** What the connections of one listener share. */
export interface FramedConnectionParts {
  readonly limits: ConnectionLimits
  readonly answer: AnswerMessage
  readonly clock: Clock
  readonly log: Log
  readonly counters: ListenerCounters
  /** Have `endTurn` called once this turn of the event loop has run. */
  atTurnEnd(connection: FramedConnection): void
}

/** Answers waiting beyond this many bytes leave at once instead of at the end of the turn. */
const FLUSH_BYTES = 65_536

/**
 * Past it a connection is read no further before the next turn: what was let in, of this connection
 * and all others, goes on in between.
 */
const TURNED_AWAY_PER_TURN_MAX = 64

/**
 * One merchant's framed connection: requests are taken as they come, answers leave in any order.
 *
 * It stops reading, and so lets TCP hold the client back, while it has as many requests in flight
 * as it may or while the client does not take its answers. A frame that breaks the rules destroys
 * it.
 */
export class FramedConnection {
  readonly #socket: TLSSocket
  readonly #visitor: Visitor
  readonly #parts: FramedConnectionParts
  readonly #reader
  #outbox: Frame[] = []
  #outboxBytes = 0
  #inFlight = 0
  #paused = false
  #draining = false
  #ended = false
  #endOfTurnDue = false
  #activeAtMs: number
  #frameBegunAtMs: number | undefined
  #blockedAtMs: number | undefined
  /** In this turn of the event loop. */
  #turnedAway = 0

  constructor(socket: TLSSocket, visitor: Visitor, parts: FramedConnectionParts) {
    this.#socket = socket
    this.#visitor = visitor
    this.#parts = parts
    this.#reader = createFrameReader(parts.limits.frameBytesMax)
    this.#activeAtMs = parts.clock.elapsedMs()
    socket.setNoDelay(true)
    socket.disableRenegotiation()
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.on('drain', () => this.#unblock())
    // A client that has closed its side takes no more answers: specs/protocol.md, "Frames".
    socket.on('end', () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#account())
  }

  get keepsWaitingSinceMs(): number | undefined {
    if (this.#socket.destroyed) return undefined
    if (this.#blockedAtMs !== undefined) return this.#blockedAtMs
    if (this.#frameBegunAtMs !== undefined && !this.#paused) return this.#frameBegunAtMs
    return this.#socket.writableLength > 0 ? this.#activeAtMs : undefined
  }

  shed(): void {
    this.#parts.counters.connectionsShed += 1
    this.#socket.destroy()
    this.#account()
  }

  /** Destroy the connection when a time limit is past. */
  sweep(nowMs: number): void {
    const { limits, counters } = this.#parts
    if (this.#socket.destroyed) return
    this.#account()
    if (since(this.#blockedAtMs, nowMs) >= limits.writeTimeoutMs) {
      counters.slowReaders += 1
      this.#socket.destroy()
    } else if (!this.#paused && since(this.#frameBegunAtMs, nowMs) >= limits.frameTimeoutMs) {
      counters.slowSenders += 1
      this.#socket.destroy()
    } else if (this.#isIdle() && nowMs - this.#activeAtMs >= limits.idleTimeoutMs) {
      counters.idleClosed += 1
      this.#socket.destroy()
    }
  }

  /** Read no more; answer what was read; then close. */
  drain(): void {
    this.#draining = true
    this.#pause()
    this.#takeFrames()
    this.#endWhenAnswered()
  }

  /** Let the turn's answers leave, and go on reading if it was stopped for this turn. */
  endTurn(): void {
    this.#endOfTurnDue = false
    const wasStopped = this.#turnedAway >= TURNED_AWAY_PER_TURN_MAX
    this.#turnedAway = 0
    if (wasStopped && !this.#socket.destroyed) this.#takeFrames()
    this.#flush()
  }

  /** Hand all waiting answers to the socket in one piece, unless it has not taken the last ones. */
  #flush(): void {
    if (this.#outbox.length > 0 && this.#blockedAtMs === undefined && !this.#socket.destroyed) {
      const bytes = joinFrames(this.#outbox)
      this.#outbox = []
      this.#outboxBytes = 0
      this.#activeAtMs = this.#parts.clock.elapsedMs()
      if (!this.#socket.write(bytes)) this.#blockedAtMs = this.#activeAtMs
    }
    this.#account()
    if (this.#draining) this.#endWhenAnswered()
  }

  #hear(chunk: Buffer): void {
    // Once we have said goodbye, what still arrives is read only so that our last answers get
    // through.
    if (this.#ended) return
    this.#activeAtMs = this.#parts.clock.elapsedMs()
    this.#reader.push(chunk)
    this.#takeFrames()
    this.#account()
  }

  #takeFrames(): void {
    let taken = 0
    let dry = false
    try {
      while (this.#mayTake()) {
        const frame = this.#reader.next()
        dry = frame === undefined
        if (frame === undefined) break
        taken += 1
        this.#take(frame)
      }
    } catch (fault) {
      this.#refuseFrame(fault)
      return
    }
    this.#timeFrame(taken > 0)
    if (!dry) this.#pause()
    else if (!this.#draining) this.#resume()
  }

  #mayTake(): boolean {
    return (
      this.#inFlight < this.#parts.limits.requestsInFlightPerConnectionMax &&
      this.#blockedAtMs === undefined &&
      this.#turnedAway < TURNED_AWAY_PER_TURN_MAX
    )
  }

  #refuseFrame(fault: unknown): void {
    this.#socket.destroy()
    if (!(fault instanceof FrameViolation)) throw fault
    this.#parts.counters.framesRefused += 1
  }

  /** A frame's time runs from its first byte, and starts anew when we had stopped reading. */
  #timeFrame(anew: boolean): void {
    if (!this.#reader.begun) this.#frameBegunAtMs = undefined
    else if (anew || this.#paused) this.#frameBegunAtMs = this.#activeAtMs
    else this.#frameBegunAtMs ??= this.#activeAtMs
  }

  #take({ correlation, payload }: Frame): void {
    const visit = this.#visitor.enter(payload)
    if (!(visit instanceof Visit)) {
      this.#turnedAway += 1
      this.#post(correlation, visit)
      return
    }
    this.#inFlight += 1
    this.#parts.answer(payload, visit).then(
      (bytes) => this.#settle(visit, correlation, bytes),
      (fault) => this.#fail(visit, fault),
    )
  }

  #settle(visit: Visit, correlation: number, bytes: Uint8Array): void {
    this.#leave(visit)
    if (this.#socket.destroyed) {
      this.#parts.counters.answersUndelivered += 1
      return
    }
    this.#post(correlation, bytes)
    if (this.#paused) this.#takeFrames()
  }

  /** An answer that rejects is a bug of ours; the client must not wait for it. */
  #fail(visit: Visit, fault: unknown): void {
    this.#leave(visit)
    this.#parts.log.error('answer-failed', { fault })
    this.#socket.destroy()
  }

  #leave(visit: Visit): void {
    visit.end()
    this.#inFlight -= 1
  }

  #post(correlation: number, payload: Uint8Array): void {
    this.#outbox.push({ correlation, payload })
    this.#outboxBytes += payload.byteLength
    if (this.#outboxBytes >= FLUSH_BYTES) this.#flush()
    if (this.#endOfTurnDue) return
    this.#endOfTurnDue = true
    this.#parts.atTurnEnd(this)
  }

  #unblock(): void {
    this.#blockedAtMs = undefined
    this.#flush()
    if (this.#paused) this.#takeFrames()
  }

  #endWhenAnswered(): void {
    const answered = this.#inFlight === 0 && this.#outbox.length === 0 && this.#mayTake()
    if (!answered || this.#ended) return
    this.#ended = true
    this.#socket.end()
    this.#resume()
  }

  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#socket.pause()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#activeAtMs = this.#parts.clock.elapsedMs()
    this.#socket.resume()
  }

  /** Tell how much memory this connection takes. */
  #account(): void {
    const socket = this.#socket
    const bytes = this.#reader.heldBytes + this.#outboxBytes + socket.writableLength
    this.#visitor.holding.set(socket.destroyed ? 0 : bytes)
  }

  #isIdle(): boolean {
    return this.#inFlight === 0 && this.#outbox.length === 0 && this.#blockedAtMs === undefined
  }
}

function since(atMs: number | undefined, nowMs: number): number {
  return atMs === undefined ? 0 : nowMs - atMs
}
