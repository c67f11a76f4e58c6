/**
 * Cuts a byte stream into frames that say their own length, for the processes of the bench that a
 * measurement stands on: no limits, no checks, and a copy only where a frame spans two chunks.
 */
export type Cutter = (chunk: Buffer) => void

/**
 * @param header how many bytes the header has, and how long the whole frame is by that header
 * @param take   called with the memory and where the frame begins and ends in it, header included
 */
export function createCutter(header: FrameLength, take: TakeFrame): Cutter {
  let rest: Buffer | undefined
  return (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (bytes.length - at >= header.bytes) {
      const end = at + header.frameBytes(bytes, at)
      if (end > bytes.length) break
      take(bytes, at, end)
      at = end
    }
    rest = at === bytes.length ? undefined : bytes.subarray(at)
  }
}

export interface FrameLength {
  readonly bytes: number
  frameBytes(bytes: Buffer, at: number): number
}

export type TakeFrame = (bytes: Buffer, at: number, end: number) => void

/** The host's line: two bytes that do not count themselves. */
export const HOST_HEADER: FrameLength = {
  bytes: 2,
  frameBytes: (bytes, at) => 2 + bytes.readUInt16BE(at),
}

/**
 * The merchants' line: four bytes that do not count themselves, then a correlation number of four.
 */
export const MERCHANT_HEADER: FrameLength = {
  bytes: 8,
  frameBytes: (bytes, at) => 4 + bytes.readUInt32BE(at),
}
