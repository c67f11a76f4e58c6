import type { Clock, Log } from '#platform'
import type { Endpoint } from '../bind.ts'
import type { Admission } from './admission.ts'
import type { ListenerTls, Peer } from './tls.ts'

/**
 * What a listener does with each message: bytes in, bytes out. Resolves once; never rejects.
 *
 * @param peer the same object for all messages of a connection
 */
export type AnswerMessage = (message: Uint8Array, peer: Peer) => Promise<Uint8Array>

/** Bounds that every merchant listener keeps, whatever its protocol. */
export interface ConnectionLimits {
  /** Largest message: what follows a frame's length field, or an HTTPS body. */
  readonly frameBytesMax: number
  /** Connections at once, counted before TLS; one more is closed as soon as it is accepted. */
  readonly connectionsMax: number
  /** Past it a connection is not read until an answer has left. */
  readonly requestsInFlightPerConnectionMax: number
  readonly handshakeTimeoutMs: number
  /** A connection with nothing in flight and nothing arriving. */
  readonly idleTimeoutMs: number
  /** From the first byte of a frame or body to its last. */
  readonly frameTimeoutMs: number
  /** A client that does not take its answers. */
  readonly writeTimeoutMs: number
}

export interface ListenerOptions<Limits extends ConnectionLimits> extends Endpoint {
  readonly tls: ListenerTls
  readonly limits: Limits
  readonly admission: Admission
  readonly clock: Clock
  readonly log: Log
}

export interface Listener {
  /** The port it listens on. */
  readonly port: number
  /**
   * Stop accepting, answer everything already read, close. What is still open `deadlineMs` from now
   * is destroyed.
   */
  drain(deadlineMs: number): Promise<void>
  counters(): ListenerCounters
}

/** Since the start, but for `connectionsOpen` and `requestsInFlight`, which are now. */
export interface ListenerCounters {
  connectionsOpen: number
  connectionsAccepted: number
  /** One more than `connectionsMax`: closed before TLS. */
  connectionsRefused: number
  /** Broken, refused or unfinished TLS handshakes, and bytes that are not HTTP. */
  clientErrors: number
  requests: number
  requestsInFlight: number
  /** Answered with the busy refusal. */
  requestsBusy: number
  /** Length fields or bodies that no message may have. */
  framesRefused: number
  /** Destroyed: a frame begun and not ended in time. */
  slowSenders: number
  /** Destroyed: answers not taken in time. */
  slowReaders: number
  idleClosed: number
  /** Answers whose client had gone. */
  answersUndelivered: number
}

export function zeroCounters(): ListenerCounters {
  return {
    connectionsOpen: 0,
    connectionsAccepted: 0,
    connectionsRefused: 0,
    clientErrors: 0,
    requests: 0,
    requestsInFlight: 0,
    requestsBusy: 0,
    framesRefused: 0,
    slowSenders: 0,
    slowReaders: 0,
    idleClosed: 0,
    answersUndelivered: 0,
  }
}
