/**
 * Puts together bytes that arrive in pieces; holds room for what has arrived, not for what was
 * announced.
 */
export interface GrowingBuffer {
  readonly bytes: number
  /** Memory taken, not less than what has arrived. */
  readonly roomBytes: number
  /** Append `chunk` from `from` up to `to`, both offsets into `chunk`. */
  add(chunk: Uint8Array, from: number, to: number): void
  /** The four bytes at the start as a big-endian number; there must be four. */
  firstUint32(): number
  /** All that was added; the buffer is empty again and shares no memory with it. */
  take(): Buffer
}

const FIRST_BYTES = 512
const NOTHING = Buffer.alloc(0)

/** @param bytesMax never holds more room than this; adding more is a fault of the caller */
export function createGrowingBuffer(bytesMax: number): GrowingBuffer {
  let held: Buffer = NOTHING
  let bytes = 0

  function makeRoom(needed: number): void {
    if (needed > bytesMax) throw new RangeError(`more than ${bytesMax} bytes`)
    if (needed <= held.byteLength) return
    const doubled = Math.max(FIRST_BYTES, 2 * held.byteLength)
    const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(doubled, bytesMax)))
    held.copy(grown, 0, 0, bytes)
    held = grown
  }

  return {
    get bytes() {
      return bytes
    },
    get roomBytes() {
      return held.byteLength
    },
    add(chunk, from, to) {
      makeRoom(bytes + to - from)
      held.set(chunk.subarray(from, to), bytes)
      bytes += to - from
    },
    firstUint32: () => held.readUInt32BE(0),
    take() {
      const whole = held.subarray(0, bytes)
      held = NOTHING
      bytes = 0
      return whole
    },
  }
}
