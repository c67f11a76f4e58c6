/**
 * The message type and a few elements of a message, without decoding the rest: enough to know whose
 * it is. What is read is held to the dialect; what stands between is stepped over by its length,
 * and what comes after the last of these elements is not looked at, so a message may be routed that
 * `unpack` refuses.
 */
import type { FieldValue, Message } from '../message.ts'
import { compileOpen, createSource, type FieldCodec, type Source } from './line.ts'
import { compileSkip } from './skip.ts'
import { createBitmapShapes } from './straight/bitmap-shapes.ts'
import { compileRoute } from './straight/route.ts'
import { bufferOf, compileReadHead, type MessageCodecs } from './unpack.ts'

/** Throws `TypeError` for what is no element of the dialect. */
export function compileRouting(
  codecs: MessageCodecs,
  wanted: readonly string[],
): (bytes: Uint8Array) => Message {
  const { mti, bitmap, elements, forms } = codecs
  const numbers = new Set(wanted.map((element) => numberOf(element, codecs)))
  const source = createSource()
  const open = compileOpen(forms)
  const readHead = compileReadHead(codecs)
  const skips = elements.map((codec) => codec && compileSkip(codec.plan))
  const readWanted = (source: Source, present: readonly number[]) => {
    const last = present.findLast((number) => numbers.has(number)) ?? 0
    const fields: Record<string, FieldValue> = {}
    for (const number of present) {
      if (number > last) break
      if (numbers.has(number)) fields[number] = (elements[number] as FieldCodec).read(source)
      else skips[number]?.(source)
    }
    return fields
  }
  const shapes = createBitmapShapes({ mti, bitmapBytes: bitmap.width }, (shape) =>
    compileRoute(shape, { mti, elements }, numbers),
  )
  return (bytes) => {
    const buffer = bufferOf(bytes)
    const straight = shapes.codeFor(buffer)?.(buffer)
    if (straight !== undefined) return straight
    open(source, buffer)
    const head = readHead(source)
    const headBytes = source.at
    const fields = readWanted(source, head.numbers)
    if (source.lenient === undefined) shapes.note(buffer, headBytes, head.numbers)
    const lenient =
      source.lenient?.filter(({ path }) => numbers.has(Number.parseInt(path, 10))) ?? []
    return { mti: head.type, fields, ...(lenient.length > 0 ? { lenient } : {}) }
  }
}

function numberOf(element: string, { elements }: MessageCodecs): number {
  const number = Number(element)
  if (!/^\d{1,3}$/.test(element) || elements[number] === undefined) {
    throw new TypeError(`there is no element ${element} to route by`)
  }
  return number
}
