import type { TLSSocket } from 'node:tls'
import type { Clock, Log } from '#platform'
import type { Admission } from './admission.ts'
import { createFrameReader, type Frame, FrameViolation, joinFrames } from './frames.ts'
import type { AnswerMessage, ConnectionLimits, ListenerCounters } from './listener.ts'
import type { Peer } from './tls.ts'

/** What the connections of one listener share. */
export interface FramedConnectionParts {
  readonly limits: ConnectionLimits
  /** The listener's own way into it: what comes through is counted already. */
  readonly admission: Admission
  readonly answer: AnswerMessage
  readonly clock: Clock
  readonly log: Log
  readonly counters: ListenerCounters
  /** Have `flush` called once this turn of the event loop has run. */
  flushSoon(connection: FramedConnection): void
}

/** Answers waiting beyond this many bytes leave at once instead of at the end of the turn. */
const FLUSH_BYTES = 65_536

/**
 * One merchant's framed connection: requests are taken as they come, answers leave in any order.
 *
 * It stops reading, and so lets TCP hold the client back, while it has as many requests in flight
 * as it may or while the client does not take its answers. A frame that breaks the rules destroys
 * it.
 */
export class FramedConnection {
  readonly #socket: TLSSocket
  readonly #peer: Peer
  readonly #parts: FramedConnectionParts
  readonly #reader
  #outbox: Frame[] = []
  #outboxBytes = 0
  #inFlight = 0
  #paused = false
  #draining = false
  #ended = false
  #flushDue = false
  #activeAtMs: number
  #frameBegunAtMs: number | undefined
  #blockedAtMs: number | undefined

  constructor(socket: TLSSocket, peer: Peer, parts: FramedConnectionParts) {
    this.#socket = socket
    this.#peer = peer
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
  }

  /** Destroy the connection when a time limit is past. */
  sweep(nowMs: number): void {
    const { limits, counters } = this.#parts
    if (this.#socket.destroyed) return
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

  /** Hand all waiting answers to the socket in one piece, unless it has not taken the last ones. */
  flush(): void {
    this.#flushDue = false
    if (this.#outbox.length > 0 && this.#blockedAtMs === undefined && !this.#socket.destroyed) {
      const bytes = joinFrames(this.#outbox)
      this.#outbox = []
      this.#outboxBytes = 0
      this.#activeAtMs = this.#parts.clock.elapsedMs()
      if (!this.#socket.write(bytes)) this.#blockedAtMs = this.#activeAtMs
    }
    if (this.#draining) this.#endWhenAnswered()
  }

  #hear(chunk: Buffer): void {
    // Once we have said goodbye, what still arrives is read only so that our last answers get
    // through.
    if (this.#ended) return
    this.#activeAtMs = this.#parts.clock.elapsedMs()
    this.#reader.push(chunk)
    this.#takeFrames()
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
      this.#blockedAtMs === undefined
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
    const { admission, answer } = this.#parts
    if (!admission.enter()) {
      this.#post(correlation, admission.busyAnswer)
      return
    }
    this.#inFlight += 1
    answer(payload, this.#peer).then(
      (bytes) => this.#settle(correlation, bytes),
      (fault) => this.#fail(fault),
    )
  }

  #settle(correlation: number, bytes: Uint8Array): void {
    this.#leave()
    if (this.#socket.destroyed) {
      this.#parts.counters.answersUndelivered += 1
      return
    }
    this.#post(correlation, bytes)
    if (this.#paused) this.#takeFrames()
  }

  /** An answer that rejects is a bug of ours; the client must not wait for it. */
  #fail(fault: unknown): void {
    this.#leave()
    this.#parts.log.error('answer-failed', { fault })
    this.#socket.destroy()
  }

  #leave(): void {
    this.#parts.admission.leave()
    this.#inFlight -= 1
  }

  #post(correlation: number, payload: Uint8Array): void {
    this.#outbox.push({ correlation, payload })
    this.#outboxBytes += payload.byteLength
    if (this.#outboxBytes >= FLUSH_BYTES) this.flush()
    else if (!this.#flushDue) {
      this.#flushDue = true
      this.#parts.flushSoon(this)
    }
  }

  #unblock(): void {
    this.#blockedAtMs = undefined
    this.flush()
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

  #isIdle(): boolean {
    return this.#inFlight === 0 && this.#outbox.length === 0 && this.#blockedAtMs === undefined
  }
}

function since(atMs: number | undefined, nowMs: number): number {
  return atMs === undefined ? 0 : nowMs - atMs
}
