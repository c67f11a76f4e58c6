import { createServer } from 'node:https'
import { TLSSocket } from 'node:tls'
import { atMost } from '../deadline.ts'
import { startSweep } from '../sweep.ts'
import { acceptSockets } from './accepted-sockets.ts'
import { HttpsConnection, type HttpsConnectionParts } from './https-connection.ts'
import {
  type AnswerMessage,
  type ConnectionLimits,
  type Listener,
  type ListenerOptions,
  zeroCounters,
} from './listener.ts'
import { peerOf, tlsOptionsOf } from './tls.ts'

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
  const { limits, clock } = options
  const counters = zeroCounters()
  const connections = new Map<TLSSocket, HttpsConnection>()
  const drained = Promise.withResolvers<void>()
  let draining = false

  const parts: HttpsConnectionParts = { ...options, answer, counters }
  const server = createServer({
    ...tlsOptionsOf(options.tls, limits.handshakeTimeoutMs),
    ...httpTimes(limits),
    maxHeaderSize: limits.headerBytesMax,
    noDelay: true,
    insecureHTTPParser: false,
  })

  function welcome(socket: TLSSocket): void {
    const peer = peerOf(socket, options.tls)
    if (peer === undefined) counters.clientErrors += 1
    if (peer === undefined || draining) {
      socket.destroy()
      return
    }
    connections.set(socket, new HttpsConnection(socket, peer, parts))
    socket.once('close', () => {
      connections.delete(socket)
      if (draining && connections.size === 0) drained.resolve()
    })
  }

  server.on('secureConnection', welcome)
  server.on('request', (request, response) => {
    const connection =
      request.socket instanceof TLSSocket ? connections.get(request.socket) : undefined
    connection?.receive(request, response)
  })
  const sockets = await acceptSockets(server, options, {
    counters,
    clientErrorEvent: 'clientError',
  })
  const stopSweep = startSweep(clock, [limits.writeTimeoutMs], (nowMs) => {
    for (const connection of connections.values()) connection.sweep(nowMs)
  })

  return {
    port: sockets.port,
    async drain(deadlineMs) {
      draining = true
      // With this Node stops looking at its own time limits: whoever has no whole request here goes
      // now.
      sockets.acceptNoMore()
      for (const connection of connections.values()) connection.drain()
      if (connections.size === 0) drained.resolve()
      await atMost(clock, deadlineMs, drained.promise)
      sockets.destroyAll()
      stopSweep()
    },
    counters: () => ({ ...counters }),
  }
}

/** Node keeps these times itself and looks four times in the shortest, within 10 ms to 1 s. */
function httpTimes(limits: HttpsLimits) {
  const { headerTimeoutMs, frameTimeoutMs, idleTimeoutMs } = limits
  const shortestMs = Math.min(headerTimeoutMs, frameTimeoutMs)
  return {
    headersTimeout: headerTimeoutMs,
    requestTimeout: headerTimeoutMs + frameTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    keepAliveTimeoutBuffer: 0,
    connectionsCheckingInterval: Math.max(10, Math.min(1000, shortestMs / 4)),
  }
}
