/** What every composite shares: its own length in bytes, and reading within it only. */
import type { Composite, FieldValue } from '../message.ts'
import type { FieldPlan } from '../specification/plan.ts'
import { checkLength, refuseLength } from './length.ts'
import { type Counted, compositeOf, refuseValue, type Sink, type Source, take } from './line.ts'

/** A composite being read: filled part by part, handed out read-only. */
export type Parts = Record<string, FieldValue>

export interface CompositeBody {
  /** Reads from `source.at` to `source.end`, which is the composite's own end. */
  readonly read: (source: Source) => Composite
  readonly write: (sink: Sink, value: Composite) => void
}

export function countedComposite(plan: FieldPlan, body: CompositeBody): Counted {
  const { length, path } = plan
  const { min, max } = length
  return {
    readCounted: (source, bytes) => {
      if (bytes < min || bytes > max) refuseLength(source, bytes, plan)
      const outerEnd = source.end
      const start = take(source, bytes, path)
      source.end = source.at
      source.at = start
      const composite = body.read(source)
      source.end = outerEnd
      return composite
    },
    writeCounted: (sink, value) => {
      const start = sink.at
      body.write(sink, compositeOf(value, path))
      const bytes = sink.at - start
      checkLength(bytes, length, path)
      return bytes
    },
  }
}

/** One composite being written: how far it may grow. */
export interface Growth {
  readonly start: number
  readonly plan: FieldPlan
}

/** Stops writing where the composite has outgrown its maximum, by one part at most. */
export function checkGrowth(sink: Sink, { start, plan }: Growth): void {
  if (sink.at - start > plan.length.max) refuseValue('LENGTH_OVER_MAX', plan.path)
}

/** The codec refuses what is no value, such as a part that is there and undefined. */
export function partOf(value: Composite, key: string): FieldValue {
  return value[key] as FieldValue
}
