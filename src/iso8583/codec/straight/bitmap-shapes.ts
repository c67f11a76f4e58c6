/** Code for the bitmaps that a line really carries, found by their bytes as they stand there. */
import { lineBytes } from '../../specification/sizes.ts'
import type { FieldCodec } from '../line.ts'
import { createDraft } from './draft.ts'
import { createShapes } from './shapes.ts'

/** What a bitmap announces: its bytes, where they begin, and the elements in ascending order. */
export interface BitmapShape {
  readonly bitmapAt: number
  readonly bitmap: Uint8Array
  readonly numbers: readonly number[]
}

export interface BitmapShapes<Code> {
  /** Code for such a message, or for another whose bitmap is alike; the code has to look. */
  codeFor(bytes: Uint8Array): Code | undefined
  /** Notes a message that was read whole; its bitmaps end at `headBytes`. */
  note(bytes: Uint8Array, headBytes: number, numbers: readonly number[]): void
}

export function createBitmapShapes<Code>(
  { mti, bitmapBytes }: { mti: FieldCodec; bitmapBytes: number },
  compile: (shape: BitmapShape) => Code,
): BitmapShapes<Code> {
  const bitmapAt = lineBytes(mti.plan.body, mti.plan.length.max)
  const shapes = createShapes(isSame, compile)
  const hashOf = compileHash(bitmapAt, bitmapBytes)
  return {
    codeFor: (bytes) =>
      bytes.length < bitmapAt + bitmapBytes ? undefined : shapes.codeAt(hashOf(bytes)),
    note: (bytes, headBytes, numbers) => {
      const bitmap = Uint8Array.from(bytes.subarray(bitmapAt, headBytes))
      shapes.note(hashOf(bytes), { bitmapAt, bitmap, numbers })
    },
  }
}

function isSame(left: BitmapShape, right: BitmapShape): boolean {
  return (
    left.bitmap.length === right.bitmap.length &&
    left.bitmap.every((byte, index) => byte === right.bitmap[index])
  )
}

/** Each byte with a factor of its own, so that the sum can be made of all of them at once. */
function compileHash(bitmapAt: number, bitmapBytes: number): (bytes: Uint8Array) => number {
  const terms = Array.from(
    { length: bitmapBytes },
    (_, index) => `bytes[${bitmapAt + index}] * ${2 * index * index + 13 * index + 7}`,
  )
  const code = `const sum = ${terms.join(' + ')}\nreturn sum ^ (sum >>> 6)`
  return createDraft().compile('bytes', code) as (bytes: Uint8Array) => number
}
