/**
 * Bytes to a message: message type, bitmaps, each element that they announce, and nothing after.
 */
import type { FieldValue, Message } from '../message.ts'
import { type BitmapCodec, setBit, unknownBit, WORDS_MAX } from './bitmap.ts'
import {
  compileOpen,
  createSource,
  type FieldCodec,
  type Forms,
  refuseBytes,
  rewind,
  type Source,
} from './line.ts'
import { createBitmapShapes } from './straight/bitmap-shapes.ts'
import { compileRead } from './straight/read.ts'

export interface MessageCodecs {
  readonly mti: FieldCodec
  readonly bitmap: BitmapCodec
  /** By element number. */
  readonly elements: readonly (FieldCodec | undefined)[]
  readonly forms: Forms
}

export function compileUnpack(codecs: MessageCodecs): (bytes: Uint8Array) => Message {
  const { mti, bitmap, elements, forms } = codecs
  const source = createSource()
  const open = compileOpen(forms)
  const readHead = compileReadHead(codecs)
  const shapes = createBitmapShapes({ mti, bitmapBytes: bitmap.width }, (shape) =>
    compileRead(shape, mti, elements),
  )
  return (bytes) => {
    open(source, bufferOf(bytes))
    const straight = shapes.codeFor(source.bytes)?.(source)
    if (straight !== undefined) return straight
    rewind(source)
    const { type, numbers } = readHead(source)
    const headBytes = source.at
    const fields = readEach(source, numbers, elements)
    if (source.at !== source.end) refuseBytes('TRAILING_BYTES', source.at, 'message')
    const { lenient } = source
    if (lenient !== undefined) return { mti: type, fields, lenient }
    shapes.note(source.bytes, headBytes, numbers)
    return { mti: type, fields }
  }
}

export interface Head {
  readonly type: string
  /** The elements announced, in ascending order; the dialect has them all. */
  readonly numbers: readonly number[]
}

/** Reads message type and bitmaps, and refuses elements that the dialect does not have. */
export function compileReadHead({
  mti,
  bitmap,
  elements,
}: MessageCodecs): (source: Source) => Head {
  const words = new Int32Array(WORDS_MAX)
  const known = wordsOf(elements)
  return (source) => {
    const type = mti.read(source) as string
    const bitmapAt = source.at
    bitmap.read(source, words)
    const unknown = unknownBit(words, known)
    if (unknown !== 0) {
      refuseBytes('FIELD_UNKNOWN', bitmapAt + bitmap.offsetOf(unknown), String(unknown))
    }
    return { type, numbers: numbersIn(words) }
  }
}

/** Reads the elements of these numbers, one by one, with their codecs. */
function readEach(
  source: Source,
  numbers: readonly number[],
  elements: MessageCodecs['elements'],
): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {}
  for (const number of numbers) fields[number] = (elements[number] as FieldCodec).read(source)
  return fields
}

export function bufferOf(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function wordsOf(elements: MessageCodecs['elements']): Int32Array {
  const words = new Int32Array(WORDS_MAX)
  elements.forEach((codec, number) => {
    if (codec !== undefined) setBit(words, number)
  })
  return words
}

function numbersIn(words: Int32Array): number[] {
  const numbers: number[] = []
  for (let index = 0; index < words.length; index += 1) {
    let word = words[index] as number
    while (word !== 0) {
      const bit = Math.clz32(word)
      numbers.push(32 * index + bit + 1)
      word ^= 0x80000000 >>> bit
    }
  }
  return numbers
}
