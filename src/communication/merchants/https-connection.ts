import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Clock, Log } from '#platform'
import { createGrowingBuffer } from './growing-buffer.ts'
import type { AnswerMessage, ConnectionLimits, ListenerCounters } from './listener.ts'
import { readPlainRefusal } from './plain-refusal.ts'
import { Visit, type Visitor } from './visitor.ts'

/** What the connections of one HTTPS listener share. */
export interface HttpsConnectionParts {
  readonly limits: ConnectionLimits
  readonly answer: AnswerMessage
  readonly discovery: () => string
  readonly clock: Clock
  readonly log: Log
  readonly counters: ListenerCounters
}

/** One merchant's HTTPS connection: what its requests are answered, and how many at once. */
export class HttpsConnection {
  readonly #socket: TLSSocket
  readonly #visitor: Visitor
  readonly #parts: HttpsConnectionParts
  /** Requests read while as many as allowed were in flight; the socket is not read meanwhile. */
  readonly #waiting: (() => void)[] = []
  #inFlight = 0
  /** Of these, the ones whose message was read to its end. */
  #answering = 0
  #draining = false
  #unwrittenBytes = 0
  #blockedAtMs: number | undefined
  /** Of messages that are not whole yet. */
  #bodyBytes = 0
  #bodyBegunAtMs = 0

  constructor(socket: TLSSocket, visitor: Visitor, parts: HttpsConnectionParts) {
    this.#socket = socket
    this.#visitor = visitor
    this.#parts = parts
    socket.disableRenegotiation()
    socket.on('close', () => this.#account())
  }

  get keepsWaitingSinceMs(): number | undefined {
    if (this.#socket.destroyed) return undefined
    if (this.#bodyBytes > 0) return this.#bodyBegunAtMs
    return this.#socket.writableLength > 0 ? (this.#blockedAtMs ?? 0) : undefined
  }

  shed(): void {
    this.#parts.counters.connectionsShed += 1
    this.#socket.destroy()
    this.#account()
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

  /**
   * Answer what was read to its end; then close. Whoever has no whole request here goes now, for
   * Node no longer looks at its own time limits once its server is closed.
   */
  drain(): void {
    this.#draining = true
    this.#endWhenAnswered()
  }

  /** Destroy the connection when, for too long, not one more byte could be handed to its client. */
  sweep(nowMs: number): void {
    const { counters, limits } = this.#parts
    if (this.#socket.destroyed) return
    this.#account()
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
    const body = createGrowingBuffer(frameBytesMax)
    let heldBytes = 0
    let tooLong = false
    let answering = false
    response.once('close', () => this.#release(answering))
    request.once('close', () => this.#holdBody(-heldBytes))
    request.on('data', (chunk: Buffer) => {
      if (tooLong) return
      tooLong = body.bytes + chunk.byteLength > frameBytesMax
      if (tooLong) {
        this.#refuseLength(response)
        return
      }
      body.add(chunk, 0, chunk.byteLength)
      heldBytes += chunk.byteLength
      this.#holdBody(chunk.byteLength)
    })
    request.on('end', () => {
      // Reading the body made Node read the socket again.
      if (this.#waiting.length > 0) this.#socket.pause()
      if (tooLong) return
      this.#holdBody(-heldBytes)
      heldBytes = 0
      answering = true
      this.#answering += 1
      this.#converse(body.take(), response)
    })
  }

  #holdBody(moreBytes: number): void {
    if (this.#bodyBytes === 0) this.#bodyBegunAtMs = this.#parts.clock.elapsedMs()
    this.#bodyBytes += moreBytes
    this.#account()
  }

  /** Tell how much memory this connection takes. */
  #account(): void {
    const { destroyed, writableLength } = this.#socket
    this.#visitor.holding.set(destroyed ? 0 : this.#bodyBytes + writableLength)
  }

  #release(answered: boolean): void {
    this.#inFlight -= 1
    if (answered) this.#answering -= 1
    const next = this.#waiting.shift()
    if (this.#draining) this.#endWhenAnswered()
    else if (next !== undefined) next()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  #converse(message: Uint8Array, response: ServerResponse): void {
    const { answer, counters, log } = this.#parts
    const visit = this.#visitor.enter(message)
    if (!(visit instanceof Visit)) {
      this.#tell(response, visit)
      return
    }
    answer(message, visit).then(
      (bytes) => {
        visit.end()
        if (response.destroyed) counters.answersUndelivered += 1
        else this.#tell(response, bytes)
      },
      (fault) => {
        visit.end()
        log.error('answer-failed', { fault })
        this.#socket.destroy()
      },
    )
  }

  /** Send the answer to a message. */
  #tell(response: ServerResponse, answer: Uint8Array): void {
    if (!isPlainJson(answer)) {
      this.#respond(response, 200, answer)
      return
    }
    const { status, retryAfterSeconds } = readPlainRefusal(answer)
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds)
    this.#respond(response, status, answer)
  }

  #endWhenAnswered(): void {
    if (this.#answering === 0) this.#socket.destroySoon()
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
    // Of several answers under way, only the last may end the connection.
    if (this.#draining && this.#answering <= 1) response.shouldKeepAlive = false
    response.writeHead(status, {
      'content-type': isPlainJson(body) ? 'application/json' : 'application/jose',
      'content-length': body.byteLength,
      'cache-control': 'no-store',
    })
    response.end(body)
    this.#account()
  }
}

/** The one method that a path takes, and what it does. */
interface Route {
  readonly method: string
  serve(connection: HttpsConnection, request: IncomingMessage, response: ServerResponse): void
}

const ROUTES: ReadonlyMap<string, Route> = new Map([
  [
    '/v1/messages',
    {
      method: 'POST',
      serve: (connection, request, response) => connection.receiveMessage(request, response),
    },
  ],
  [
    '/v1/keys',
    { method: 'GET', serve: (connection, _request, response) => connection.tellKeys(response) },
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
