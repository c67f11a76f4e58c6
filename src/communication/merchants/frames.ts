import { createGrowingBuffer } from './growing-buffer.ts'

/**
 * One message on a merchant's TLS connection (specs/protocol.md, "Frames"): a 4-byte big-endian
 * length of what follows, a 4-byte big-endian correlation number, and the payload.
 */
export interface Frame {
  /** The client's own number for the request; its answer carries the same. */
  readonly correlation: number
  readonly payload: Uint8Array
}

/** `FRAME_TOO_SHORT`: no room for the correlation number and one byte of payload. */
export type FrameViolationCode = 'FRAME_TOO_SHORT' | 'FRAME_TOO_LONG'

/** A length field that no frame may have. Nothing after it can be read: the connection must end. */
export class FrameViolation extends Error {
  override readonly name = 'FrameViolation'
  readonly code: FrameViolationCode

  constructor(code: FrameViolationCode) {
    super(code)
    this.code = code
  }
}

/** Finds the frames in a stream, wherever its segments are cut. */
export interface FrameReader {
  /**
   * Whether part of a frame has arrived and its rest has not. True only once `next` has run dry.
   */
  readonly begun: boolean
  /** Memory held for what has arrived and was not given out. */
  readonly heldBytes: number
  push(chunk: Buffer): void
  /**
   * The next whole frame, or undefined until more is pushed. A frame that came in one piece shares
   * the chunk's memory; only frames cut by a segment are copied.
   *
   * @throws FrameViolation from the length field alone, before any of the frame is kept
   */
  next(): Frame | undefined
}

const LENGTH_BYTES = 4
const CORRELATION_BYTES = 4
const NOTHING = Buffer.alloc(0)

/** @param frameBytesMax largest length field accepted: bytes of correlation number and payload */
export function createFrameReader(frameBytesMax: number): FrameReader {
  const cut = createGrowingBuffer(LENGTH_BYTES + frameBytesMax)
  let chunk: Buffer = NOTHING
  let at = 0

  function lengthOf(length: number): number {
    if (length > frameBytesMax) throw new FrameViolation('FRAME_TOO_LONG')
    if (length <= CORRELATION_BYTES) throw new FrameViolation('FRAME_TOO_SHORT')
    return length
  }

  /** Move what is there of the next `count` bytes of the chunk to the frame that is cut. */
  function gather(count: number): void {
    const to = Math.min(at + count, chunk.byteLength)
    cut.add(chunk, at, to)
    at = to
  }

  function nextCut(): Frame | undefined {
    if (cut.bytes < LENGTH_BYTES) gather(LENGTH_BYTES - cut.bytes)
    if (cut.bytes < LENGTH_BYTES) return undefined
    const wholeBytes = LENGTH_BYTES + lengthOf(cut.firstUint32())
    gather(wholeBytes - cut.bytes)
    return cut.bytes < wholeBytes ? undefined : frameAt(cut.take(), 0, wholeBytes)
  }

  return {
    get begun() {
      return cut.bytes > 0
    },
    get heldBytes() {
      return cut.roomBytes + chunk.byteLength
    },
    push(more) {
      chunk = at < chunk.byteLength ? Buffer.concat([chunk.subarray(at), more]) : more
      at = 0
    },
    next() {
      const left = chunk.byteLength - at
      if (cut.bytes === 0 && left >= LENGTH_BYTES) {
        const end = at + LENGTH_BYTES + lengthOf(chunk.readUInt32BE(at))
        if (end <= chunk.byteLength) {
          const frame = frameAt(chunk, at, end)
          at = end
          return frame
        }
      }
      if (left > 0) return nextCut()
      chunk = NOTHING
      at = 0
      return undefined
    },
  }
}

function frameAt(bytes: Buffer, start: number, end: number): Frame {
  return {
    correlation: bytes.readUInt32BE(start + LENGTH_BYTES),
    payload: bytes.subarray(start + LENGTH_BYTES + CORRELATION_BYTES, end),
  }
}

/** Write frames one after the other into one buffer, so that they leave in one piece. */
export function joinFrames(frames: readonly Frame[]): Buffer {
  let bytes = 0
  for (const { payload } of frames) bytes += LENGTH_BYTES + CORRELATION_BYTES + payload.byteLength
  const joined = Buffer.allocUnsafe(bytes)
  let at = 0
  for (const { correlation, payload } of frames) {
    at = joined.writeUInt32BE(CORRELATION_BYTES + payload.byteLength, at)
    at = joined.writeUInt32BE(correlation, at)
    joined.set(payload, at)
    at += payload.byteLength
  }
  return joined
}
