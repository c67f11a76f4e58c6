import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import { tlsOptions } from './gateway-address.ts'
import type { Delivery, Transport, TransportOptions } from './transport.ts'

/** `POST /v1/messages`, one message each, over connections that are kept alive. */
export function createHttpsTransport(options: TransportOptions): Transport {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections })
  const post: RequestOptions = {
    ...tlsOptions(options.gateway),
    agent,
    method: 'POST',
    path: '/v1/messages',
  }
  const inFlight = new Set<ClientRequest>()
  let closed = false

  return {
    exchange(token) {
      if (closed) return Promise.resolve({ kind: 'lost', reason: 'closed' })
      return new Promise((resolve) => {
        const sent = request({ ...post, headers: headersFor(token) })
        const end = (delivery: Delivery) => {
          cancel()
          inFlight.delete(sent)
          resolve(delivery)
          if (delivery.kind === 'lost') sent.destroy()
        }
        const cancel = options.clock.after(options.timeoutMs, () =>
          end({ kind: 'lost', reason: 'timeout' }),
        )
        inFlight.add(sent)
        const lose = () => end({ kind: 'lost', reason: closed ? 'closed' : 'connection-lost' })
        sent.on('error', lose)
        sent.on('response', (response) => {
          readBody(response, options.answerBytesMax, (payload) =>
            payload === undefined ? lose() : end({ kind: 'answered', payload }),
          )
        })
        sent.end(token)
      })
    },
    close() {
      closed = true
      for (const sent of inFlight) sent.destroy()
      agent.destroy()
    },
  }
}

/** Calls `done` once, with nothing when the body is too long or breaks off. */
export function readBody(
  response: IncomingMessage,
  bytesMax: number,
  done: (body: Buffer | undefined) => void,
): void {
  const chunks: Buffer[] = []
  let length = 0
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > bytesMax) response.destroy()
    else chunks.push(chunk)
  })
  response.on('error', () => response.destroy())
  response.on('close', () => {
    const whole = response.complete && length <= bytesMax
    done(whole ? Buffer.concat(chunks) : undefined)
  })
}

function headersFor(token: Uint8Array) {
  return { 'content-type': 'application/jose', 'content-length': token.length }
}
