import { createFramer, FrameError, type FrameHeader, type Framer } from '#iso8583'
import type { Clock } from '#platform'
import type { Connection } from './connection.ts'

/** One message on its way to the host. */
export interface OutgoingFrame {
  /** In its frame. */
  readonly bytes: Uint8Array
  /** Set when the socket is given the bytes: from then on one may have reached the host. */
  left: boolean
  /** Set by whoever no longer wants it sent; of no use once it has left. */
  withdrawn: boolean
}

/** Why a connection ended: `unreadable` when the host sent what is no frame, or half of one. */
export type LineEnd = 'lost' | 'unreadable'

export interface FramedSocketOptions {
  readonly header: FrameHeader
  readonly frameBytesMax: number
  readonly frameTimeoutMs: number
  readonly clock: Clock
}

export interface FramedSocketEvents {
  /** `tpdu` is what the answer's frame has to carry back; empty where the header has none. */
  onMessage(message: Uint8Array, tpdu: Uint8Array): void
  /** Once, when the connection is gone. Frames that have not left by now never will. */
  onEnd(why: LineEnd): void
}

/** Frames that wait because the host takes none; past it, the host is not read either. */
const OUTBOX_READING_MAX = 1024

const NO_TPDU = new Uint8Array(0)

/** A byte stream to the host as messages, frames put on and taken off. */
export class FramedSocket {
  readonly #socket: Connection
  readonly #options: FramedSocketOptions
  readonly #events: FramedSocketEvents
  readonly #framer: Framer
  #outbox: OutgoingFrame[] = []
  #flushDue = false
  #why: LineEnd = 'lost'
  /** Bytes of a frame whose rest has not come, and when the first of them came. */
  #begunBytes = 0
  #begunAtMs = 0
  /** Elapsed time when a byte was last heard. */
  heardAtMs: number

  /** @param socket connected; this owns it from here on */
  constructor(socket: Connection, options: FramedSocketOptions, events: FramedSocketEvents) {
    this.#socket = socket
    this.#options = options
    this.#events = events
    this.#framer = createFramer(options.header, { frameBytesMax: options.frameBytesMax })
    this.heardAtMs = options.clock.elapsedMs()
    socket.setNoDelay(true)
    socket.setKeepAlive(true)
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.on('drain', () => this.#unblock())
    socket.on('error', () => this.destroy('lost'))
    socket.on('end', () => this.destroy('lost'))
    socket.on('close', () => events.onEnd(this.#why))
  }

  /**
   * Have it sent, with all else of this turn of the event loop, as soon as the socket takes more.
   */
  send(frame: OutgoingFrame): void {
    this.#outbox.push(frame)
    const isBlocked = this.#socket.writableNeedDrain
    if (isBlocked && this.#outbox.length > OUTBOX_READING_MAX) this.#socket.pause()
    if (this.#flushDue) return
    this.#flushDue = true
    this.#options.clock.soon(() => this.#flush())
  }

  /** Hang up when what was sent is out. */
  end(): void {
    this.#flush()
    this.#socket.end()
  }

  destroy(why: LineEnd): void {
    if (this.#socket.destroyed) return
    this.#why = why
    this.#socket.destroy()
  }

  /** Destroy it when the host has begun a frame and not ended it in time. */
  sweep(nowMs: number): void {
    const isLate = nowMs - this.#begunAtMs >= this.#options.frameTimeoutMs
    if (this.#begunBytes > 0 && isLate) this.destroy('unreadable')
  }

  #hear(chunk: Buffer): void {
    this.heardAtMs = this.#options.clock.elapsedMs()
    const isReadable = this.#unframe(chunk)
    const { messages, tpdus } = this.#framer
    this.#timeFrame(chunk, messages)
    for (const [index, message] of messages.entries()) {
      if (this.#socket.destroyed) return
      // A frame of no bytes only says that the host is there.
      if (message.byteLength > 0) this.#events.onMessage(message, tpdus[index] ?? NO_TPDU)
    }
    if (!isReadable) this.destroy('unreadable')
  }

  /** @returns false when the bytes end in no frame: then nothing after them can be read either. */
  #unframe(chunk: Buffer): boolean {
    try {
      this.#framer.push(chunk)
      return true
    } catch (fault) {
      if (!(fault instanceof FrameError)) throw fault
      return false
    }
  }

  #timeFrame(chunk: Buffer, messages: readonly Uint8Array[]): void {
    if (this.#begunBytes === 0 || messages.length > 0) this.#begunAtMs = this.heardAtMs
    this.#begunBytes += chunk.byteLength
    for (const message of messages) {
      this.#begunBytes -= this.#options.header.bytes + message.byteLength
    }
  }

  #flush(): void {
    this.#flushDue = false
    const socket = this.#socket
    if (socket.destroyed || socket.writableNeedDrain) return
    const leaving = this.#outbox.filter((frame) => !frame.withdrawn)
    this.#outbox = []
    if (leaving.length === 0) return
    for (const frame of leaving) frame.left = true
    socket.write(Buffer.concat(leaving.map((frame) => frame.bytes)))
  }

  #unblock(): void {
    this.#flush()
    if (this.#socket.isPaused()) this.#socket.resume()
  }
}
