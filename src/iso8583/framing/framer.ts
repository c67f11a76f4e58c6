/**
 * Cuts a byte stream into messages, however it is segmented.
 *
 * A frame over the limit is refused from its length field, before anything is allocated for it. A
 * frame that arrives whole is handed out without a copy; one that arrives in pieces is copied once,
 * so the cost is linear in the bytes even when they come one by one.
 */
import { FrameError } from './frame-error.ts'
import type { FrameHead, FrameHeader } from './frame-header.ts'

export interface Framer {
  /**
   * The messages that are complete with this chunk, without their headers. They may share memory
   * with the chunk. A frame without a message is a poll: an empty message, unless the header's
   * specification refuses it. Throws `FrameError`, and from then on always.
   */
  push(chunk: Uint8Array): readonly Uint8Array[]
  /** The messages of the last push; when it threw, those that were whole before the bad frame. */
  readonly messages: readonly Uint8Array[]
  /** Their TPDUs, in the same order; empty ones where there is none. */
  readonly tpdus: readonly Uint8Array[]
}

/** `frameBytesMax` limits the message, without its header. */
export function createFramer(header: FrameHeader, limits: { frameBytesMax: number }): Framer {
  const heads = createHeads(header, limits.frameBytesMax)
  let head: FrameHead | undefined
  let body: Buffer | undefined
  let bodyFilled = 0
  let broken: unknown
  // Getters would give every framer a shape of its own, which V8 holds on to for long.
  const found = { messages: [] as Uint8Array[], tpdus: [] as Uint8Array[], push }

  const takeBody = (chunk: Uint8Array, at: number, { messageBytes, tpdu }: FrameHead): number => {
    const end = Math.min(chunk.byteLength, at + messageBytes - bodyFilled)
    if (body === undefined && end - at === messageBytes) {
      deliver(chunk.subarray(at, end), tpdu)
      return end
    }
    body ??= Buffer.allocUnsafe(messageBytes)
    body.set(chunk.subarray(at, end), bodyFilled)
    bodyFilled += end - at
    if (bodyFilled === messageBytes) deliver(body, tpdu)
    return end
  }

  const deliver = (message: Uint8Array, tpdu: Uint8Array): void => {
    found.messages.push(message)
    found.tpdus.push(tpdu)
    head = undefined
    body = undefined
    bodyFilled = 0
  }

  const cut = (chunk: Uint8Array): void => {
    let at = 0
    while (at < chunk.byteLength || head?.messageBytes === 0) {
      if (head !== undefined) at = takeBody(chunk, at, head)
      else {
        const missing = heads.missing()
        head = heads.take(chunk, at)
        at = Math.min(chunk.byteLength, at + missing)
      }
    }
  }

  function push(chunk: Uint8Array): readonly Uint8Array[] {
    found.messages = []
    found.tpdus = []
    if (broken !== undefined) throw broken
    try {
      cut(chunk)
    } catch (fault) {
      broken = fault
      throw fault
    }
    return found.messages
  }

  return found
}

interface Heads {
  /** How many bytes the header being gathered still lacks. */
  missing(): number
  /**
   * Takes as many of them as there are; gives the header when it is whole and within the limits.
   */
  take(chunk: Uint8Array, at: number): FrameHead | undefined
}

function createHeads(header: FrameHeader, frameBytesMax: number): Heads {
  const gathered = Buffer.alloc(header.bytes)
  let filled = 0

  const checked = (bytes: Uint8Array): FrameHead => {
    const head = header.read(bytes)
    if (head.messageBytes > frameBytesMax) throw new FrameError('FRAME_TOO_LONG')
    if (head.messageBytes === 0 && !header.passesPolls) throw new FrameError('FRAME_EMPTY')
    return head
  }

  return {
    missing: () => header.bytes - filled,
    take: (chunk, at) => {
      if (filled === 0 && chunk.byteLength - at >= header.bytes) {
        return checked(chunk.subarray(at, at + header.bytes))
      }
      const piece = chunk.subarray(at, at + header.bytes - filled)
      gathered.set(piece, filled)
      filled += piece.byteLength
      if (filled < header.bytes) return undefined
      filled = 0
      return checked(gathered)
    },
  }
}
