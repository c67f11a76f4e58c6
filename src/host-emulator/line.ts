import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { createFramer, FrameError, type FrameHeader } from '#iso8583'
import type { Session } from './core-host.ts'

/** One connection to a gateway: whole messages in, frames out, written together at each flush. */
export interface Line {
  readonly session: Session
  readonly open: boolean
  /** Put a message into the next write; `replyTo` is the TPDU of what it answers. */
  send(message: Uint8Array, replyTo?: Uint8Array): void
  /**
   * Put the first bytes of the message's frame into the next write and end the connection there.
   */
  sendCut(message: Uint8Array, replyTo: Uint8Array, afterBytes: number): void
  flush(): void
}

export interface LineEvents {
  /** With its TPDU, which is empty where the header has none. */
  onMessage(message: Uint8Array, tpdu: Uint8Array): void
  /** The stream can no longer be cut into frames. The line is closed already. */
  onUnframed(): void
  onClose(): void
}

export interface LineOptions {
  readonly header: FrameHeader
  readonly frameBytesMax: number
}

const NO_TPDU = new Uint8Array(0)

export function createLine(socket: Socket, options: LineOptions, events: LineEvents): Line {
  const { header } = options
  const framer = createFramer(header, { frameBytesMax: options.frameBytesMax })
  let outgoing: Uint8Array[] = []
  let ended = false

  socket.setNoDelay(true)
  socket.on('data', (chunk) => {
    try {
      const messages = framer.push(chunk)
      const { tpdus } = framer
      messages.forEach((message, index) => {
        events.onMessage(message, tpdus[index] ?? NO_TPDU)
      })
    } catch (fault) {
      if (!(fault instanceof FrameError)) throw fault
      socket.destroy()
      events.onUnframed()
    }
  })
  socket.on('drain', () => socket.resume())
  // A connection that fails also closes; there is nothing more to say about it.
  socket.on('error', () => {})
  socket.on('close', events.onClose)

  return {
    session: { signedOn: false },
    get open() {
      return !ended && !socket.destroyed
    },
    send(message, replyTo) {
      if (!ended) outgoing.push(header.wrap(message, replyTo))
    },
    sendCut(message, replyTo, afterBytes) {
      if (ended) return
      outgoing.push(header.wrap(message, replyTo).subarray(0, afterBytes))
      ended = true
    },
    flush() {
      if (outgoing.length > 0 && !socket.destroyed) {
        const [only] = outgoing
        const bytes = outgoing.length === 1 && only ? only : Buffer.concat(outgoing)
        // A gateway that does not read its answers is not read from either.
        if (!socket.write(bytes)) socket.pause()
      }
      outgoing = []
      if (ended) socket.destroySoon()
    },
  }
}
