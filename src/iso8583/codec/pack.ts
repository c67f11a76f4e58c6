/** A message to bytes. Refuses whatever `unpack` would refuse to read back. */
import type { FieldValue, Message } from '../message.ts'
import type { DialectPlan } from '../specification/plan.ts'
import { WORDS_MAX } from './bitmap.ts'
import { type FieldCodec, refuseValue, type Sink } from './line.ts'
import type { MessageCodecs } from './unpack.ts'

type Fields = Readonly<Record<string, FieldValue>>

/**
 * Elements are written after the room for the bitmaps that are sure to be there; the first element
 * of a further bitmap moves what is written on, which few messages need. Counting the values first
 * costs less than listing the keys and tells when every element is written, or that one is unknown.
 */
export function compilePack(
  plan: DialectPlan,
  { mti, bitmap, elements }: MessageCodecs,
  sink: Sink,
): (message: Message) => Buffer {
  const words = new Int32Array(WORDS_MAX)
  const codecs = elements.filter((codec) => codec !== undefined)
  const numbers = codecs.map((codec) => Number(codec.plan.key))
  const bitmapsMin = plan.bitmap.secondary === 'always' ? 2 : 1

  const widen = (bitmaps: number, wanted: number, bitmapAt: number): number => {
    const from = bitmapAt + bitmaps * bitmap.width
    const by = (wanted - bitmaps) * bitmap.width
    sink.bytes.copyWithin(from + by, from, sink.at)
    sink.at += by
    return wanted
  }

  return (message) => {
    const fields = fieldsOf(message)
    let left = Object.values(fields).length
    sink.at = 0
    words.fill(0)
    mti.write(sink, message.mti)
    const bitmapAt = sink.at
    let bitmaps = bitmapsMin
    sink.at += bitmaps * bitmap.width
    for (let index = 0; left > 0 && index < numbers.length; index += 1) {
      const number = numbers[index] as number
      const value = fields[number]
      if (value === undefined) continue
      const wanted = (number + 63) >> 6
      if (wanted > bitmaps) bitmaps = widen(bitmaps, wanted, bitmapAt)
      const word = (number - 1) >> 5
      words[word] = (words[word] as number) | (0x80000000 >>> (number - 1))
      ;(codecs[index] as FieldCodec).write(sink, value)
      left -= 1
    }
    if (left > 0) refuseUnknown(fields, elements)
    const end = sink.at
    for (let index = 0; index + 1 < bitmaps; index += 1) {
      words[2 * index] = (words[2 * index] as number) | 0x80000000
    }
    sink.at = bitmapAt
    bitmap.write(sink, words, bitmaps)
    const packed = Buffer.allocUnsafe(end)
    sink.bytes.copy(packed, 0, 0, end)
    return packed
  }
}

/** Room to write the longest message of a dialect. */
export function createSink({ elements }: MessageCodecs): Sink {
  return { bytes: Buffer.alloc(lineBytesMax(elements)), at: 0 }
}

function fieldsOf(message: Message): Fields {
  const fields: unknown = message.fields
  if (typeof fields !== 'object' || fields === null) refuseValue('VALUE_TYPE', 'message')
  return message.fields
}

/** The path names an element only where the key is a number: a key may hold anything. */
function refuseUnknown(fields: Fields, elements: readonly (FieldCodec | undefined)[]): never {
  for (const [key, value] of Object.entries(fields)) {
    const path = /^[1-9]\d{0,2}$/.test(key) ? key : 'message'
    if (path === 'message' || elements[Number(key)] === undefined) {
      refuseValue('FIELD_UNKNOWN', path)
    }
    if (value === undefined) refuseValue('VALUE_TYPE', path)
  }
  return refuseValue('FIELD_UNKNOWN', 'message')
}

/**
 * Room for every element at its longest, and for a composite to outgrow its maximum by one part
 * before it is refused.
 */
function lineBytesMax(elements: readonly (FieldCodec | undefined)[]): number {
  const headBytes = 4 + 3 * 16
  return elements.reduce(
    (sum, codec) => sum + (codec === undefined ? 0 : roomFor(codec.plan)),
    headBytes,
  )
}

function roomFor(plan: FieldCodec['plan']): number {
  const prefixBytes = 8
  const { body, length } = plan
  const own = prefixBytes + 2 * length.max
  switch (body.kind) {
    case 'positional':
      return own + body.parts.reduce((sum, part) => sum + roomFor(part), 0)
    case 'tagged':
    case 'ber': {
      const tagBytes = 32
      const parts = body.other === undefined ? body.parts : [...body.parts, body.other]
      return own + tagBytes + Math.max(0, ...parts.map(roomFor))
    }
    default:
      return own
  }
}
