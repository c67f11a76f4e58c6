import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { createFramer, FrameError, type FrameHeader } from '#iso8583'
import type { Session } from './core-host.ts'

/** One connection to a gateway: whole messages in, frames out, written together at each flush. */
export interface Line {
  readonly session: Session
  readonly open: boolean
  /** Put a message into the next write. */
  send(message: Uint8Array): void
  /**
   * Put the first bytes of the message's frame into the next write and end the connection there.
   */
  sendCut(message: Uint8Array, afterBytes: number): void
  flush(): void
}

export interface LineEvents {
  onMessage(message: Uint8Array): void
  /** The stream can no longer be cut into frames. The line is closed already. */
  onUnframed(): void
  onClose(): void
}

export interface LineOptions {
  readonly header: FrameHeader
  readonly frameBytesMax: number
}

export function createLine(socket: Socket, options: LineOptions, events: LineEvents): Line {
  const { header } = options
  const framer = createFramer(header, { frameBytesMax: options.frameBytesMax })
  let outgoing: Uint8Array[] = []
  let ended = false

  socket.setNoDelay(true)
  socket.on('data', (chunk) => {
    try {
      for (const message of framer.push(chunk)) events.onMessage(message)
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
    send(message) {
      if (!ended) outgoing.push(header.wrap(message))
    },
    sendCut(message, afterBytes) {
      if (ended) return
      outgoing.push(header.wrap(message).subarray(0, afterBytes))
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
