import { createServer } from 'node:https'
import { TLSSocket } from 'node:tls'
import {
  type AnswerMessage,
  atMost,
  type ConnectionLimits,
  type Listener,
  type ListenerOptions,
  openDoorway,
  peerOf,
  tlsOptionsOf,
  zeroCounters,
} from './listener.ts'
import { MerchantVisitor, type VisitorParts } from './merchant-visitor.ts'
import { startSweep } from './sweep.ts'

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
 * `POST /v1/messages` takes and gives `application/jose`: 200 with a sealed answer, 400 with the plain
 * JSON that is given to whoever has not proved who they are, 503 when too many requests are in flight.
 * `GET /v1/keys` gives the discovery JSON. Anything else is 404, 405, 413 or 415 with a JSON body and
 * the end of the connection. What is not HTTP, or too slow, is destroyed without a word.
 *
 * @throws the system's error when the port cannot be had
 * @see specs/protocol.md, "HTTPS"
 */
export async function listenHttps(options: HttpsOptions, answer: AnswerMessage): Promise<Listener> {
  const { limits, clock } = options
  const counters = zeroCounters()
  const visitors = new Map<TLSSocket, MerchantVisitor>()
  const drained = Promise.withResolvers<void>()
  let draining = false

  const parts: VisitorParts = { ...options, answer, counters, draining: () => draining }
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
    visitors.set(socket, new MerchantVisitor(socket, peer, parts))
    socket.once('close', () => {
      visitors.delete(socket)
      if (draining && visitors.size === 0) drained.resolve()
    })
  }

  server.on('secureConnection', welcome)
  server.on('request', (request, response) => {
    const visitor = request.socket instanceof TLSSocket ? visitors.get(request.socket) : undefined
    visitor?.receive(request, response)
  })
  const doorway = await openDoorway(server, options, {
    counters,
    clientErrorEvent: 'clientError',
  })
  const stopSweep = startSweep(clock, [limits.writeTimeoutMs], (nowMs) => {
    for (const visitor of visitors.values()) visitor.sweep(nowMs)
  })

  return {
    port: doorway.port,
    async drain(deadlineMs) {
      draining = true
      doorway.shut()
      server.closeIdleConnections()
      if (visitors.size === 0) drained.resolve()
      await atMost(clock, deadlineMs, drained.promise)
      doorway.destroyAll()
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
