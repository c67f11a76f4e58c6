/** Composites whose parts are announced by a bitmap of their own, such as DE62 of some hosts. */
import { type Composite, isNumberKey } from '../message.ts'
import type { BitmappedPlan, FieldPlan } from '../specification/plan.ts'
import { compileBitmap, hasBit, setBit, unknownBit, WORDS_MAX } from './bitmap.ts'
import { checkGrowth, countedComposite, type Parts, partOf } from './composite.ts'
import {
  type CompilePart,
  type Counted,
  type FieldCodec,
  refuseBytes,
  refuseValue,
} from './line.ts'

export function compileBitmapped(
  plan: FieldPlan,
  body: BitmappedPlan,
  compilePart: CompilePart,
): Counted {
  const { path } = plan
  const bitmap = compileBitmap(body.bitmap, path)
  const codecs = body.parts.map(compilePart)
  const numbers = body.parts.map(({ key }) => Number(key))
  const words = new Int32Array(WORDS_MAX)
  const known = new Int32Array(WORDS_MAX)
  for (const number of numbers) setBit(known, number)
  return countedComposite(plan, {
    read: (source) => {
      const parts: Parts = {}
      const start = source.at
      bitmap.read(source, words)
      const unknown = unknownBit(words, known)
      if (unknown !== 0) {
        refuseBytes('FIELD_UNKNOWN', start + bitmap.offsetOf(unknown), `${path}.${unknown}`)
      }
      for (let index = 0; index < codecs.length; index += 1) {
        const number = numbers[index] as number
        if (hasBit(words, number)) parts[number] = (codecs[index] as FieldCodec).read(source)
      }
      if (source.at !== source.end) refuseBytes('TRAILING_BYTES', source.at, path)
      return parts
    },
    write: (sink, value) => {
      const start = sink.at
      let present = 0
      let last = 1
      words.fill(0)
      for (const number of numbers) {
        if (!Object.hasOwn(value, number)) continue
        setBit(words, number)
        present += 1
        last = number
      }
      if (present !== Object.keys(value).length) refuseStray(value, body, path)
      bitmap.write(sink, words, body.bitmap.count === 1 ? 1 : (last + 63) >> 6)
      for (const codec of codecs) {
        const { key } = codec.plan
        if (!Object.hasOwn(value, key)) continue
        codec.write(sink, partOf(value, key))
        checkGrowth(sink, { start, plan })
      }
    },
  })
}

/** The path names a part only where the key is a number: a key may hold anything. */
function refuseStray(value: Composite, { parts }: BitmappedPlan, path: string): never {
  const stray = Object.keys(value).find((key) => !parts.some((part) => part.key === key))
  return refuseValue('FIELD_UNKNOWN', isNumberKey(stray ?? '') ? `${path}.${stray}` : path)
}
