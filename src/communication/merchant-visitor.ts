import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Log } from '#platform'
import type { Admission } from './admission.ts'
import { createGathering } from './gathering.ts'
import type { AnswerMessage, ConnectionLimits, ListenerCounters, Peer } from './listener.ts'

/** What the connections of one HTTPS listener share. */
export interface VisitorParts {
  readonly limits: ConnectionLimits
  readonly admission: Admission
  readonly answer: AnswerMessage
  readonly discovery: () => string
  readonly log: Log
  readonly counters: ListenerCounters
  /** Whether the listener is closing: then each answer ends its connection. */
  draining(): boolean
}

/** One merchant's HTTPS connection: what its requests are answered, and how many at once. */
export class MerchantVisitor {
  readonly #socket: TLSSocket
  readonly #peer: Peer
  readonly #parts: VisitorParts
  /** Requests read while as many as allowed were in flight; the socket is not read meanwhile. */
  readonly #waiting: (() => void)[] = []
  #inFlight = 0
  #unwrittenBytes = 0
  #blockedAtMs: number | undefined

  constructor(socket: TLSSocket, peer: Peer, parts: VisitorParts) {
    this.#socket = socket
    this.#peer = peer
    this.#parts = parts
    socket.disableRenegotiation()
  }

  /** Serve one request, whatever it asks for. */
  receive(request: IncomingMessage, response: ServerResponse): void {
    const route = ROUTES.get(request.url ?? '')
    if (route === undefined) this.#refuse(response, 404, 'NOT_FOUND')
    else if (route.method === request.method) route.serve(this, request, response)
    else {
      response.setHeader('allow', route.method)
      this.#refuse(response, 405, 'METHOD_NOT_ALLOWED')
    }
  }

  tellKeys(response: ServerResponse): void {
    this.#respond(response, 200, Buffer.from(this.#parts.discovery()))
  }

  receiveMessage(request: IncomingMessage, response: ServerResponse): void {
    const { frameBytesMax, requestsInFlightPerConnectionMax } = this.#parts.limits
    if (mediaTypeOf(request) !== 'application/jose') {
      this.#refuse(response, 415, 'MEDIA_TYPE_NOT_SUPPORTED')
    } else if (Number(request.headers['content-length'] ?? 0) > frameBytesMax) {
      this.#refuseLength(response)
    } else if (this.#inFlight < requestsInFlightPerConnectionMax) {
      this.#read(request, response)
    } else {
      this.#waiting.push(() => this.#read(request, response))
      this.#socket.pause()
    }
  }

  /** Destroy the connection when, for too long, not one more byte could be handed to its client. */
  sweep(nowMs: number): void {
    const { counters, limits } = this.#parts
    if (this.#socket.destroyed) return
    const unwrittenBytes = this.#socket.writableLength
    if (unwrittenBytes === 0 || unwrittenBytes !== this.#unwrittenBytes) {
      this.#unwrittenBytes = unwrittenBytes
      this.#blockedAtMs = nowMs
    } else if (nowMs - (this.#blockedAtMs ?? nowMs) >= limits.writeTimeoutMs) {
      counters.slowReaders += 1
      this.#socket.destroy()
    }
  }

  #read(request: IncomingMessage, response: ServerResponse): void {
    const { frameBytesMax } = this.#parts.limits
    this.#inFlight += 1
    response.once('close', () => this.#release())
    const body = createGathering(frameBytesMax)
    let tooLong = false
    request.on('data', (chunk: Buffer) => {
      if (tooLong) return
      tooLong = body.bytes + chunk.byteLength > frameBytesMax
      if (tooLong) this.#refuseLength(response)
      else body.add(chunk, 0, chunk.byteLength)
    })
    request.on('end', () => {
      // Reading the body made Node read the socket again.
      if (this.#waiting.length > 0) this.#socket.pause()
      if (!tooLong) this.#converse(body.take(), response)
    })
  }

  #release(): void {
    this.#inFlight -= 1
    const next = this.#waiting.shift()
    if (next !== undefined) next()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  #converse(message: Uint8Array, response: ServerResponse): void {
    const { admission, answer, counters, log } = this.#parts
    counters.requests += 1
    if (!admission.enter()) {
      counters.requestsBusy += 1
      this.#respond(response, 503, admission.busyAnswer)
      return
    }
    counters.requestsInFlight += 1
    answer(message, this.#peer).then(
      (bytes) => {
        this.#leave()
        if (response.destroyed) counters.answersUndelivered += 1
        else this.#respond(response, isPlainJson(bytes) ? 400 : 200, bytes)
      },
      (fault) => {
        this.#leave()
        log.error('answer-failed', { fault })
        this.#socket.destroy()
      },
    )
  }

  #leave(): void {
    this.#parts.admission.leave()
    this.#parts.counters.requestsInFlight -= 1
  }

  #refuseLength(response: ServerResponse): void {
    this.#parts.counters.framesRefused += 1
    this.#refuse(response, 413, 'MESSAGE_TOO_LONG')
  }

  #refuse(response: ServerResponse, status: number, code: string): void {
    response.shouldKeepAlive = false
    this.#respond(response, status, Buffer.from(JSON.stringify({ error: { code } })))
  }

  #respond(response: ServerResponse, status: number, body: Uint8Array): void {
    if (this.#parts.draining()) response.shouldKeepAlive = false
    response.writeHead(status, {
      'content-type': isPlainJson(body) ? 'application/json' : 'application/jose',
      'content-length': body.byteLength,
      'cache-control': 'no-store',
    })
    response.end(body)
  }
}

/** The one method that a path takes, and what it does. */
interface Route {
  readonly method: string
  serve(visitor: MerchantVisitor, request: IncomingMessage, response: ServerResponse): void
}

const ROUTES: ReadonlyMap<string, Route> = new Map([
  [
    '/v1/messages',
    {
      method: 'POST',
      serve: (visitor, request, response) => visitor.receiveMessage(request, response),
    },
  ],
  [
    '/v1/keys',
    { method: 'GET', serve: (visitor, _request, response) => visitor.tellKeys(response) },
  ],
] satisfies [string, Route][])

function mediaTypeOf(request: IncomingMessage): string {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1)
  return type.trim().toLowerCase()
}

/** A sealed answer is a compact JWE, which never starts with a brace. */
function isPlainJson(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7b
}
