/** Composites of parts in a fixed order, such as DE43 and DE90. */
import type { Composite } from '../message.ts'
import type { FieldPlan, PositionalPlan } from '../specification/plan.ts'
import { countedComposite, type Parts } from './composite.ts'
import {
  type CompilePart,
  type Counted,
  type FieldCodec,
  refuseBytes,
  refuseValue,
  type Sink,
} from './line.ts'

export function compilePositional(
  plan: FieldPlan,
  body: PositionalPlan,
  compilePart: CompilePart,
): Counted {
  const codecs = body.parts.map(compilePart)
  return countedComposite(plan, {
    read: (source) => {
      const parts: Parts = {}
      for (const codec of codecs) parts[codec.plan.key] = codec.read(source)
      if (source.at !== source.end) refuseBytes('TRAILING_BYTES', source.at, plan.path)
      return parts
    },
    write: (sink, value) => writeParts(sink, value, { codecs, path: plan.path }),
  })
}

/** A part that may be empty may also be left out: it goes on the line as its padding. */
function writeParts(
  sink: Sink,
  value: Composite,
  { codecs, path }: { codecs: readonly FieldCodec[]; path: string },
): void {
  let present = 0
  for (const { plan, write } of codecs) {
    const part = Object.hasOwn(value, plan.key) ? value[plan.key] : undefined
    if (part !== undefined) present += 1
    else if (plan.length.min > 0 || plan.body.kind !== 'text') {
      refuseValue('PART_MISSING', plan.path)
    }
    write(sink, part ?? '')
  }
  if (Object.keys(value).length !== present) refuseValue('PART_UNKNOWN', path)
}
