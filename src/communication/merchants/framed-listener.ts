import { createServer } from 'node:tls'
import type { Clock } from '#platform'
import { FramedConnection, type FramedConnectionParts } from './framed-connection.ts'
import {
  type AnswerMessage,
  type ConnectionLimits,
  type Listener,
  type ListenerOptions,
  serveConnections,
  zeroCounters,
} from './listener.ts'
import { tlsOptionsOf } from './tls.ts'

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
  const { limits } = options
  const counters = zeroCounters()
  const parts: FramedConnectionParts = {
    ...options,
    answer,
    counters,
    atTurnEnd: createTurnEnds(options.clock),
  }
  const server = createServer(tlsOptionsOf(options.tls, limits.handshakeTimeoutMs))
  return serveConnections(server, options, {
    counters,
    clientErrorEvent: 'tlsClientError',
    timeoutsMs: [limits.idleTimeoutMs, limits.frameTimeoutMs, limits.writeTimeoutMs],
    open: (socket, visitor) => new FramedConnection(socket, visitor, parts),
  })
}

/** One look at the end of the turn for all connections that have answers to send. */
function createTurnEnds(clock: Clock): (connection: FramedConnection) => void {
  let due: FramedConnection[] = []

  function endTurn(): void {
    const now = due
    due = []
    for (const connection of now) connection.endTurn()
  }

  return (connection) => {
    if (due.length === 0) clock.soon(endTurn)
    due.push(connection)
  }
}
