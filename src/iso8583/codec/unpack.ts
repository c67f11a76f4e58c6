/**
 * Bytes to a message: message type, bitmaps, each element that they announce, and nothing after.
 */
import type { Message } from '../message.ts'
import type { BitmapCodec } from './bitmap.ts'
import { WORDS_MAX } from './bitmap.ts'
import { compileOpen, createSource, type FieldCodec, type Forms, refuseBytes } from './line.ts'
import { createShapes } from './shapes.ts'

export interface MessageCodecs {
  readonly mti: FieldCodec
  readonly bitmap: BitmapCodec
  /** By element number. */
  readonly elements: readonly (FieldCodec | undefined)[]
  readonly forms: Forms
}

export function compileUnpack({
  mti,
  bitmap,
  elements,
  forms,
}: MessageCodecs): (bytes: Uint8Array) => Message {
  const source = createSource()
  const words = new Int32Array(WORDS_MAX)
  const known = wordsOf(elements)
  const open = compileOpen(forms)
  const readFields = createShapes(elements)
  return (bytes) => {
    open(source, bufferOf(bytes))
    const type = mti.read(source) as string
    const bitmapAt = source.at
    bitmap.read(source, words)
    for (let index = 0; index < WORDS_MAX; index += 1) {
      const unknown = (words[index] as number) & ~(known[index] as number)
      if (unknown !== 0) refuseElement(32 * index + Math.clz32(unknown) + 1, bitmapAt, bitmap)
    }
    const fields = readFields(source, words)
    if (source.at !== source.end) refuseBytes('TRAILING_BYTES', source.at, 'message')
    return { mti: type, fields }
  }
}

/** An element that the dialect does not have is refused at its place in the bitmap. */
function refuseElement(number: number, bitmapAt: number, { width }: BitmapCodec): never {
  const offset = bitmapAt + Math.floor(((number - 1) * width) / 64)
  return refuseBytes('FIELD_UNKNOWN', offset, String(number))
}

function wordsOf(elements: MessageCodecs['elements']): Int32Array {
  const words = new Int32Array(WORDS_MAX)
  elements.forEach((codec, number) => {
    const index = (number - 1) >> 5
    if (codec !== undefined) words[index] = (words[index] as number) | (0x80000000 >>> (number - 1))
  })
  return words
}

function bufferOf(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
