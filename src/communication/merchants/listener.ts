import type { Server, TLSSocket } from 'node:tls'
import type { Clock, Log } from '#platform'
import type { Endpoint } from '../bind.ts'
import { atMost } from '../deadline.ts'
import { startSweep } from '../sweep.ts'
import { type AcceptFacts, acceptSockets } from './accepted-sockets.ts'
import type { Admission } from './admission.ts'
import type { Holder } from './buffers.ts'
import { type ListenerTls, peerOf } from './tls.ts'
import type { Visit, Visitor } from './visitor.ts'

/**
 * What a listener does with each message: bytes in, bytes out. Resolves once; never rejects.
 *
 * @param visit to be told when the message is opened, and whose it is
 */
export type AnswerMessage = (message: Uint8Array, visit: Visit) => Promise<Uint8Array>

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
  /** One more than `connectionsMax`, or than its network's share of them: closed before TLS. */
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
  /** Destroyed for the memory they took: part of a message, or answers not taken. */
  connectionsShed: number
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
    connectionsShed: 0,
    answersUndelivered: 0,
  }
}

/** One merchant's connection, from the end of its handshake. */
export interface Connection extends Holder {
  /** Destroy it when a time limit is past. */
  sweep(nowMs: number): void
  /** Answer what was read; then close. */
  drain(): void
}

/** What a protocol makes of connections. */
export interface Serving extends AcceptFacts {
  /** What {@link Connection.sweep} enforces. */
  readonly timeoutsMs: readonly number[]
  open(socket: TLSSocket, visitor: Visitor): Connection
}

/**
 * Listen, and keep each connection of a client that may have one until it closes.
 *
 * @throws the system's error when the port cannot be had
 */
export async function serveConnections(
  server: Server,
  options: ListenerOptions<ConnectionLimits>,
  serving: Serving,
): Promise<Listener> {
  const { admission, clock, tls } = options
  const { counters } = serving
  const connections = new Set<Connection>()
  admission.watch(connections)
  const drained = Promise.withResolvers<void>()
  let draining = false

  function welcome(socket: TLSSocket): void {
    const peer = peerOf(socket, tls)
    if (peer === undefined) counters.clientErrors += 1
    if (peer === undefined || draining) {
      // Without a listener, an error of the socket on its way out would end the process.
      socket.on('error', () => {}).destroy()
      return
    }
    const connection = serving.open(socket, admission.welcome(peer, counters))
    connections.add(connection)
    socket.once('close', () => {
      connections.delete(connection)
      if (draining && connections.size === 0) drained.resolve()
    })
  }

  server.on('secureConnection', welcome)
  const sockets = await acceptSockets(server, options, serving)
  const stopSweep = startSweep(clock, serving.timeoutsMs, (nowMs) => {
    for (const connection of connections) connection.sweep(nowMs)
  })

  return {
    port: sockets.port,
    async drain(deadlineMs) {
      draining = true
      sockets.acceptNoMore()
      for (const connection of connections) connection.drain()
      if (connections.size === 0) drained.resolve()
      await atMost(clock, deadlineMs, drained.promise)
      sockets.destroyAll()
      stopSweep()
    },
    counters: () => ({ ...counters }),
  }
}
