import { createServer, type TLSSocket } from 'node:tls'
import { atMost } from '../deadline.ts'
import { startSweep } from '../sweep.ts'
import { acceptSockets } from './accepted-sockets.ts'
import { FramedConnection, type FramedConnectionParts } from './framed-connection.ts'
import {
  type AnswerMessage,
  type ConnectionLimits,
  type Listener,
  type ListenerOptions,
  zeroCounters,
} from './listener.ts'
import { peerOf, tlsOptionsOf } from './tls.ts'

export type FramedTlsOptions = ListenerOptions<ConnectionLimits>

/**
 * Listen for merchants that keep a TLS connection and pipeline framed messages on it.
 *
 * Answers leave in the order in which they are ready, each with its request's correlation number,
 * and all that are ready in one turn of the event loop leave in one write.
 *
 * @throws the system's error when the port cannot be had
 * @see specs/protocol.md, "Frames"
 */
export async function listenFramedTls(
  options: FramedTlsOptions,
  answer: AnswerMessage,
): Promise<Listener> {
  const { limits, clock } = options
  const counters = zeroCounters()
  const connections = new Set<FramedConnection>()
  const drained = Promise.withResolvers<void>()
  let draining = false

  const parts: FramedConnectionParts = { ...options, answer, counters, flushSoon: createFlushes() }
  const server = createServer(tlsOptionsOf(options.tls, limits.handshakeTimeoutMs))

  function welcome(socket: TLSSocket): void {
    const peer = peerOf(socket, options.tls)
    if (peer === undefined) counters.clientErrors += 1
    if (peer === undefined || draining) {
      // Without a listener, an error of the socket on its way out would end the process.
      socket.on('error', () => {}).destroy()
      return
    }
    const connection = new FramedConnection(socket, peer, parts)
    connections.add(connection)
    socket.once('close', () => {
      connections.delete(connection)
      if (draining && connections.size === 0) drained.resolve()
    })
  }

  server.on('secureConnection', welcome)
  const sockets = await acceptSockets(server, options, {
    counters,
    clientErrorEvent: 'tlsClientError',
  })
  const timeoutsMs = [limits.idleTimeoutMs, limits.frameTimeoutMs, limits.writeTimeoutMs]
  const stopSweep = startSweep(clock, timeoutsMs, (nowMs) => {
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

/** One look at the end of the turn for all connections that have answers to send. */
function createFlushes(): (connection: FramedConnection) => void {
  let due: FramedConnection[] = []

  function flushAll(): void {
    const now = due
    due = []
    for (const connection of now) connection.flush()
  }

  return (connection) => {
    if (due.length === 0) setImmediate(flushAll)
    due.push(connection)
  }
}
