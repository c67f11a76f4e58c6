/**
 * A composite written as hex text: its characters become bytes, which are read as a message of
 * their own, and what is wrong in them is told of its place on the line.
 */
import type { FieldPlan } from '../specification/plan.ts'
import { prefixCount } from '../specification/sizes.ts'
import type { CompositeBody } from './composite.ts'
import { type HexEncoding, hexDigits, hexFault, hexValues } from './hex.ts'
import { bytesOfCount, checkLength } from './length.ts'
import {
  type Counted,
  compileOpen,
  compositeOf,
  createSource,
  type Forms,
  letThrough,
  refuseBytes,
  type Sink,
  type Source,
  take,
} from './line.ts'
import { type Move, movedError } from './places.ts'

export function hexComposite(
  plan: FieldPlan,
  encoding: HexEncoding,
  { objects, forms }: { objects: CompositeBody; forms: Forms },
): Counted {
  const { length, path } = plan
  const values = hexValues(encoding)
  const digits = hexDigits(encoding)
  const inner = createSource()
  const open = compileOpen(forms)
  return {
    readCounted: (source, count) => {
      const start = take(source, 2 * bytesOfCount(source, count, plan), path)
      const fault = hexFault(source.bytes, values, { at: start, end: source.at })
      if (fault >= 0) refuseBytes('CONTENT_INVALID', fault, path)
      open(inner, decoded(source, start, values))
      const move: Move = (place) => ({ ...place, offset: start + 2 * place.offset })
      try {
        const composite = objects.read(inner)
        for (const leniency of inner.lenient ?? []) letThrough(source, move(leniency))
        return composite
      } catch (error) {
        throw movedError(error, move)
      }
    },
    writeCounted: (sink, value) => {
      const start = sink.at
      objects.write(sink, compositeOf(value, path))
      const bytes = sink.at - start
      checkLength(bytes, length, path)
      encode(sink, start, digits)
      return prefixCount(plan, bytes)
    },
  }
}

/** The bytes whose hex stands from `start` to the source's place. */
function decoded(source: Source, start: number, values: Int8Array): Buffer {
  const bytes = Buffer.allocUnsafe((source.at - start) / 2)
  for (let index = 0; index < bytes.length; index += 1) {
    const high = values[source.bytes[start + 2 * index] as number] as number
    const low = values[source.bytes[start + 2 * index + 1] as number] as number
    bytes[index] = (high << 4) | low
  }
  return bytes
}

/** Spreads what was written since `start` over twice the room, from its end on. */
function encode(sink: Sink, start: number, digits: Uint8Array): void {
  const { bytes } = sink
  const count = sink.at - start
  for (let index = count - 1; index >= 0; index -= 1) {
    const byte = bytes[start + index] as number
    bytes[start + 2 * index] = digits[byte >> 4] as number
    bytes[start + 2 * index + 1] = digits[byte & 15] as number
  }
  sink.at += count
}
