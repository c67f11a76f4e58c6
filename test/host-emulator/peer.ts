import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type HostEmulatorOptions, startHostEmulator } from '#host-emulator'
import { silentLog } from '#platform'
import { CARDS, CONDUCT, DIALECT, fakeClock, HEADER } from './meridian.ts'

export const LISTEN = { kind: 'listen', host: '127.0.0.1', port: 0, connectionsMax: 16 } as const

/** An emulator on a free port, its book in memory. */
export function startEmulator(options: Partial<HostEmulatorOptions> = {}) {
  return startHostEmulator({
    dialect: DIALECT,
    header: HEADER,
    conduct: CONDUCT,
    cards: CARDS,
    bookFile: ':memory:',
    wire: LISTEN,
    clock: fakeClock(),
    log: silentLog,
    ...options,
  })
}

/** A scripted gateway's end of a line. Its framing is its own: two bytes of length, by hand. */
export interface Peer {
  readonly socket: Socket
  send(...messages: readonly Uint8Array[]): void
  /** The next message, as upper-case hex. Rejects when the line ends first. */
  next(): Promise<string>
  /** What came behind the last whole message when the line has ended. */
  rest(): Promise<Buffer>
}

export function createPeer(socket: Socket): Peer {
  let received = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
  })
  socket.on('error', () => {})
  const whole = (): boolean =>
    received.length >= 2 && received.length >= 2 + received.readUInt16BE()
  return {
    socket,
    send: (...messages) => void socket.write(Buffer.concat(messages.map(frame))),
    async next() {
      while (!whole()) {
        if (socket.destroyed || socket.readableEnded) throw new Error('the line ended')
        await Promise.race([once(socket, 'data'), once(socket, 'close')])
      }
      const end = 2 + received.readUInt16BE()
      const message = received.subarray(2, end)
      received = received.subarray(end)
      return message.toString('hex').toUpperCase()
    },
    async rest() {
      if (!socket.destroyed) await once(socket, 'close')
      return received
    },
  }
}

export function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(2)
  header.writeUInt16BE(message.length)
  return Buffer.concat([header, message])
}
