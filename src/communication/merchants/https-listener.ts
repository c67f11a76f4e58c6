import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import { sweepPeriodMs } from '../sweep.ts'
import { HttpsConnection, type HttpsConnectionParts } from './https-connection.ts'
import {
  type AnswerMessage,
  type ConnectionLimits,
  type Listener,
  type ListenerOptions,
  serveConnections,
  zeroCounters,
} from './listener.ts'
import { tlsOptionsOf } from './tls.ts'

export interface HttpsLimits extends ConnectionLimits {
  /** Largest request line and header block. */
  readonly headerBytesMax: number
  /** From the handshake, or the first byte of a later request, to the end of the headers. */
  readonly headerTimeoutMs: number
}

export interface HttpsOptions extends ListenerOptions<HttpsLimits> {
  /** The JSON text that `GET /v1/keys` serves; asked for on each request, since keys change. */
  readonly discovery: () => string
}

/**
 * Listen for merchants that send one sealed message in each HTTPS request.
 *
 * `POST /v1/messages` takes and gives `application/jose`: 200 with a sealed answer, or a plain
 * refusal with the status that its code asks for. `GET /v1/keys` gives the discovery JSON. Anything
 * else is 404, 405, 413 or 415 with a JSON body and the end of the connection. What is not HTTP, or
 * too slow, is destroyed without a word.
 *
 * @throws the system's error when the port cannot be had
 * @see specs/protocol.md, "HTTPS"
 */
export async function listenHttps(options: HttpsOptions, answer: AnswerMessage): Promise<Listener> {
  const { limits } = options
  const counters = zeroCounters()
  const parts: HttpsConnectionParts = { ...options, answer, counters }
  const server = createServer({
    ...tlsOptionsOf(options.tls, limits.handshakeTimeoutMs),
    ...httpTimes(limits),
    maxHeaderSize: limits.headerBytesMax,
    noDelay: true,
    insecureHTTPParser: false,
  })
  const connections = new WeakMap<Socket, HttpsConnection>()
  server.on('request', (request, response) => {
    connections.get(request.socket)?.receive(request, response)
  })
  return serveConnections(server, options, {
    counters,
    clientErrorEvent: 'clientError',
    timeoutsMs: [limits.writeTimeoutMs],
    open(socket, visitor) {
      const connection = new HttpsConnection(socket, visitor, parts)
      connections.set(socket, connection)
      return connection
    },
  })
}

/** Node keeps these times itself, and looks as often as we do at ours. */
function httpTimes(limits: HttpsLimits) {
  const { headerTimeoutMs, frameTimeoutMs, idleTimeoutMs } = limits
  return {
    headersTimeout: headerTimeoutMs,
    requestTimeout: headerTimeoutMs + frameTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    keepAliveTimeoutBuffer: 0,
    connectionsCheckingInterval: sweepPeriodMs([headerTimeoutMs, frameTimeoutMs]),
  }
}
