import { connect, type TLSSocket } from 'node:tls'
import { tlsOptions } from './gateway-address.ts'
import type { UnreachableReason } from './results.ts'
import type { Delivery, Transport, TransportOptions } from './transport.ts'

/**
 * One pipelined connection: 4-byte length of what follows, 4-byte correlation number, payload, both
 * numbers big-endian; answers come in any order. It connects when there is something to send, and
 * again after a loss.
 */
export function createFramedLine(options: TransportOptions): Transport {
  const waiting = new Map<number, (delivery: Delivery) => void>()
  let socket: TLSSocket | undefined
  let correlation = 0
  let heardAtMs = -1
  let closed = false

  function settle(number: number, delivery: Delivery): void {
    const resolve = waiting.get(number)
    waiting.delete(number)
    resolve?.(delivery)
  }

  function lose(lost: TLSSocket): void {
    if (socket !== lost) return
    socket = undefined
    for (const number of [...waiting.keys()]) settle(number, LOST)
  }

  /**
   * A line on which nothing came while a message waited is taken for dead: the next opens another.
   */
  function giveUp(number: number, sinceMs: number): void {
    settle(number, lost('timeout'))
    if (heardAtMs < sinceMs) socket?.destroy()
  }

  function connected(): TLSSocket {
    if (socket !== undefined) return socket
    const fresh = connect(tlsOptions(options.gateway))
    const reader = createAnswerReader(options.answerBytesMax, (number, payload) =>
      settle(number, { kind: 'answered', payload }),
    )
    fresh.setNoDelay(true)
    fresh.on('data', (chunk) => {
      heardAtMs = options.clock.elapsedMs()
      if (!reader.read(chunk)) fresh.destroy()
    })
    fresh.on('error', () => fresh.destroy())
    fresh.on('end', () => fresh.destroy())
    fresh.on('close', () => lose(fresh))
    socket = fresh
    return fresh
  }

  return {
    exchange(token) {
      if (closed) return Promise.resolve(lost('closed'))
      return new Promise((resolve) => {
        correlation = (correlation + 1) >>> 0
        const number = correlation
        const sinceMs = options.clock.elapsedMs()
        const cancel = options.clock.after(options.timeoutMs, () => giveUp(number, sinceMs))
        waiting.set(number, (delivery) => {
          cancel()
          resolve(delivery)
        })
        connected().write(frameOf(number, token))
      })
    },
    close() {
      closed = true
      for (const number of [...waiting.keys()]) settle(number, lost('closed'))
      socket?.destroy()
    },
  }
}

const HEAD_BYTES = 8
const CORRELATION_BYTES = 4
const lost = (reason: UnreachableReason): Delivery => ({ kind: 'lost', reason })
const LOST = lost('connection-lost')

function frameOf(correlation: number, token: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + token.length)
  frame.writeUInt32BE(CORRELATION_BYTES + token.length, 0)
  frame.writeUInt32BE(correlation, CORRELATION_BYTES)
  frame.set(token, HEAD_BYTES)
  return frame
}

/** Cuts the stream into answers; `read` is false when a frame lies about its length. */
function createAnswerReader(bytesMax: number, take: (number: number, payload: Buffer) => void) {
  let rest: Buffer = Buffer.alloc(0)

  return {
    read(chunk: Buffer): boolean {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      while (bytes.length >= HEAD_BYTES) {
        const length = bytes.readUInt32BE(0)
        if (length < CORRELATION_BYTES || length - CORRELATION_BYTES > bytesMax) return false
        const end = CORRELATION_BYTES + length
        if (bytes.length < end) break
        take(bytes.readUInt32BE(CORRELATION_BYTES), bytes.subarray(HEAD_BYTES, end))
        bytes = bytes.subarray(end)
      }
      rest = bytes
      return true
    },
  }
}
