/** A message to bytes. Refuses whatever `unpack` would refuse to read back. */
import { type FieldValue, isNumberKey, type Message } from '../message.ts'
import type { DialectPlan } from '../specification/plan.ts'
import { setBit, WORDS_MAX } from './bitmap.ts'
import { type FieldCodec, refuseValue, type Sink } from './line.ts'
import { messageRoomFor } from './room.ts'
import { inheritsNothing } from './straight/pieces.ts'
import { createShapes } from './straight/shapes.ts'
import { compileWrite, type FieldsShape } from './straight/write.ts'
import type { MessageCodecs } from './unpack.ts'

type Fields = Readonly<Record<string, FieldValue>>

/**
 * Elements are written after the room for the bitmaps that are sure to be there; the first element
 * of a further bitmap moves what is written on, which few messages need. Counting the values first
 * tells when every element is written, or that one is unknown.
 */
export function compilePack(
  plan: DialectPlan,
  { mti, bitmap, elements }: MessageCodecs,
  sink: Sink,
): (message: Message) => Buffer {
  const words = new Int32Array(WORDS_MAX)
  const codecs = elements.filter((codec) => codec !== undefined)
  const bitmapsMin = plan.bitmap.secondary === 'always' ? 2 : 1
  const shapes = createShapes(isSameShape, (shape) => compileWrite(shape, mti, elements))

  const widen = (bitmaps: number, wanted: number, bitmapAt: number): number => {
    const from = bitmapAt + bitmaps * bitmap.width
    const by = (wanted - bitmaps) * bitmap.width
    sink.bytes.copyWithin(from + by, from, sink.at)
    sink.at += by
    return wanted
  }

  const writeEach = (message: Message, fields: Fields, count: number): FieldsShape => {
    const numbers: number[] = []
    sink.at = 0
    words.fill(0)
    mti.write(sink, message.mti)
    const bitmapAt = sink.at
    let bitmaps = bitmapsMin
    sink.at += bitmaps * bitmap.width
    for (let index = 0; numbers.length < count && index < codecs.length; index += 1) {
      const codec = codecs[index] as FieldCodec
      const number = Number(codec.plan.key)
      const value = Object.hasOwn(fields, number) ? fields[number] : undefined
      if (value === undefined) continue
      const wanted = (number + 63) >> 6
      if (wanted > bitmaps) bitmaps = widen(bitmaps, wanted, bitmapAt)
      setBit(words, number)
      codec.write(sink, value)
      numbers.push(number)
    }
    if (numbers.length < count) refuseUnknown(fields, elements)
    const end = sink.at
    sink.at = bitmapAt
    bitmap.write(sink, words, bitmaps)
    const written = Uint8Array.from(sink.bytes.subarray(bitmapAt, sink.at))
    sink.at = end
    return { bitmap: written, numbers }
  }

  return (message) => {
    const fields = fieldsOf(message)
    const count = Object.keys(fields).length
    const hash = hashOf(message, count)
    const straight = inheritsNothing(fields) ? shapes.codeAt(hash) : undefined
    if (straight?.(sink, message, fields, count) !== true) {
      shapes.note(hash, writeEach(message, fields, count))
    }
    const packed = Buffer.allocUnsafe(sink.at)
    sink.bytes.copy(packed, 0, 0, sink.at)
    return packed
  }
}

/** Messages of one type with as many elements most often have the same ones. */
function hashOf({ mti }: Message, count: number): number {
  if (typeof mti !== 'string') return 0
  return 10 * mti.charCodeAt(1) + mti.charCodeAt(2) + 5 * mti.charCodeAt(3) + 7 * count
}

function isSameShape(left: FieldsShape, right: FieldsShape): boolean {
  return (
    left.numbers.length === right.numbers.length &&
    left.numbers.every((number, index) => number === right.numbers[index])
  )
}

/** Room to write the longest message of a dialect. */
export function createSink({ elements }: MessageCodecs): Sink {
  const plans = elements.flatMap((codec) => codec?.plan ?? [])
  return { bytes: Buffer.alloc(messageRoomFor(plans)), at: 0 }
}

function fieldsOf(message: Message): Fields {
  const fields: unknown = (message as Message | null | undefined)?.fields
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    refuseValue('VALUE_TYPE', 'message')
  }
  return message.fields
}

/** The path names an element only where the key is a number: a key may hold anything. */
function refuseUnknown(fields: Fields, elements: readonly (FieldCodec | undefined)[]): never {
  for (const [key, value] of Object.entries(fields)) {
    const path = isNumberKey(key) ? key : 'message'
    if (path === 'message' || elements[Number(key)] === undefined) {
      refuseValue('FIELD_UNKNOWN', path)
    }
    if (value === undefined) refuseValue('VALUE_TYPE', path)
  }
  return refuseValue('FIELD_UNKNOWN', 'message')
}
