import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'

export interface FramedOptions extends ConnectionOptions {
  /** Where to call from: Linux has all of 127.0.0.0/8 on its loopback. */
  readonly localAddress?: string
}

interface Answered {
  readonly correlation: number
  readonly text: string
}

/** A merchant's connection, written without the product's own framing. */
export interface FramedClient {
  readonly socket: TLSSocket
  send(correlation: number, text: string): void
  /** The next answer; rejects when the connection ends first. */
  next(): Promise<Answered>
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>
}

export async function connectFramed(options: FramedOptions): Promise<FramedClient> {
  const socket = connect({ host: '127.0.0.1', ...options })
  const answers: Answered[] = []
  const waiting: { resolve(answer: Answered): void; reject(reason: Error): void }[] = []
  const closed = Promise.withResolvers<void>()
  let bytes = Buffer.alloc(0)

  function read(chunk: Buffer): void {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
      const end = 4 + bytes.readUInt32BE(0)
      const answer = { correlation: bytes.readUInt32BE(4), text: bytes.toString('latin1', 8, end) }
      bytes = bytes.subarray(end)
      const waiter = waiting.shift()
      if (waiter) waiter.resolve(answer)
      else answers.push(answer)
    }
  }

  socket.on('data', read)
  socket.on('error', () => {})
  socket.on('close', () => {
    closed.resolve()
    for (const { reject } of waiting.splice(0)) reject(new Error('closed'))
  })
  const connected = new Promise((resolve) => socket.once('secureConnect', resolve))
  await Promise.race([connected, closed.promise])
  return {
    socket,
    closed: closed.promise,
    send: (correlation, text) => socket.write(frameOf(correlation, text)),
    next() {
      const answer = answers.shift()
      if (answer) return Promise.resolve(answer)
      if (socket.destroyed) return Promise.reject(new Error('closed'))
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
  }
}

export function frameOf(correlation: number, text: string): Buffer {
  const frame = Buffer.alloc(8 + text.length)
  frame.writeUInt32BE(4 + text.length, 0)
  frame.writeUInt32BE(correlation, 4)
  frame.write(text, 8, 'latin1')
  return frame
}
