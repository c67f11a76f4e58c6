/** Composites of one part that repeats to the end, such as the amounts of DE54. */
import { type FieldValue, isNumberKey } from '../message.ts'
import type { FieldPlan, RepeatedPlan } from '../specification/plan.ts'
import { checkGrowth, countedComposite, type Parts, partOf } from './composite.ts'
import {
  type CompilePart,
  type Counted,
  refuseBytes,
  refuseValue,
  type Sink,
  type Source,
} from './line.ts'
import { type Move, movedError, moveLeniencies, renamedError } from './places.ts'

export function compileRepeated(
  plan: FieldPlan,
  body: RepeatedPlan,
  compilePart: CompilePart,
): Counted {
  const { path } = plan
  const { max } = body
  const codec = compilePart(body.part)
  const pathAt = (place: number, first: string) =>
    `${path}.${place}${first.slice(body.part.path.length)}`

  /** The part is compiled as the first: what it says of its path is told of the others' places. */
  const readAt = (source: Source, place: number): FieldValue => {
    const before = source.lenient?.length ?? 0
    const move: Move = (fault) => ({ ...fault, path: pathAt(place, fault.path) })
    try {
      const value = codec.read(source)
      moveLeniencies(source, before, move)
      return value
    } catch (error) {
      throw movedError(error, move)
    }
  }

  const writeAt = (sink: Sink, value: FieldValue, place: number): void => {
    try {
      codec.write(sink, value)
    } catch (error) {
      throw renamedError(error, (first) => pathAt(place, first))
    }
  }

  return countedComposite(plan, {
    read: (source) => {
      const parts: Parts = {}
      for (let place = 1; place === 1 || source.at < source.end; place += 1) {
        if (place > max) refuseBytes('TRAILING_BYTES', source.at, path)
        parts[place] = readAt(source, place)
      }
      return parts
    },
    write: (sink, value) => {
      const start = sink.at
      const keys = Object.keys(value)
      if (!keys.every((key) => isPlace(key, max))) refuseValue('PART_UNKNOWN', path)
      for (let place = 1; place === 1 || place <= keys.length; place += 1) {
        const key = String(place)
        if (!Object.hasOwn(value, key)) refuseValue('PART_MISSING', `${path}.${place}`)
        writeAt(sink, partOf(value, key), place)
        checkGrowth(sink, { start, plan })
      }
    },
  })
}

/** Whether a key is a place from 1. */
export function isPlace(key: string, max: number): boolean {
  return isNumberKey(key) && Number(key) <= max
}
