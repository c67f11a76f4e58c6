/** Composites of parts in a fixed order, such as DE43 and DE90. */
import type { Composite } from '../message.ts'
import { type FieldPlan, isOpenEnded, type PositionalPlan } from '../specification/plan.ts'
import { checkGrowth, countedComposite, type Parts } from './composite.ts'
import {
  type CompilePart,
  type Counted,
  type FieldCodec,
  type Read,
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
  const readers = codecs.map((codec) => ({
    key: codec.plan.key,
    read: isOpenEnded(codec.plan) ? toEnd(codec) : codec.read,
  }))
  return countedComposite(plan, {
    read: (source) => {
      const parts: Parts = {}
      for (const { key, read } of readers) parts[key] = read(source)
      if (source.at !== source.end) refuseBytes('TRAILING_BYTES', source.at, plan.path)
      return parts
    },
    write: (sink, value) => writeParts(sink, value, { codecs, plan }),
  })
}

/** Reads a last part that runs to the end of its composite. */
function toEnd({ readCounted }: FieldCodec): Read {
  return (source) => {
    source.lengthAt = source.at
    return readCounted(source, source.end - source.at)
  }
}

/** A part that may be empty may also be left out: it goes on the line as its padding. */
function writeParts(
  sink: Sink,
  value: Composite,
  { codecs, plan }: { codecs: readonly FieldCodec[]; plan: FieldPlan },
): void {
  const growth = { start: sink.at, plan }
  let present = 0
  for (const codec of codecs) {
    const part = Object.hasOwn(value, codec.plan.key) ? value[codec.plan.key] : undefined
    if (part !== undefined) present += 1
    else if (!mayBeLeftOut(codec.plan)) refuseValue('PART_MISSING', codec.plan.path)
    codec.write(sink, part ?? '')
    checkGrowth(sink, growth)
  }
  if (Object.keys(value).length !== present) refuseValue('PART_UNKNOWN', plan.path)
}

function mayBeLeftOut({ body, length }: FieldPlan): boolean {
  return length.min === 0 && body.kind === 'text'
}
