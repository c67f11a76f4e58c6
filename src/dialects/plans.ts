/** Walking a dialect's plan. */
import type { BodyPlan, ByteEncoding, CompositePlan, FieldPlan, ValuePlan } from '#iso8583'

export function isValue(body: BodyPlan): body is ValuePlan {
  return body.kind === 'text' || body.kind === 'packed' || body.kind === 'binary'
}

/** The parts of a composite in the dialect's order, the unlisted (`other`) last. */
export function partsOf(body: CompositePlan): readonly FieldPlan[] {
  switch (body.kind) {
    case 'positional':
    case 'bitmap':
      return body.parts
    case 'repeated':
      return [body.part]
    case 'tagged':
    case 'ber':
      return body.other === undefined ? body.parts : [...body.parts, body.other]
  }
}

/** Whether the last of positional parts ends only where its composite does. */
export function hasOpenEnd(parts: readonly FieldPlan[]): boolean {
  const last = parts.at(-1)
  if (last === undefined || last.length.prefix !== undefined) return false
  const isFilled = last.body.kind === 'text' && last.body.pad !== undefined
  return last.length.min !== last.length.max && !isFilled
}

/** What an element is, as people write it: `n`, `ans`, `MMDDhhmmss` or `composite`. */
export function classNameOf(body: BodyPlan): string {
  return isValue(body) ? body.content.name : 'composite'
}

/** How the bytes of a composite as a whole stand on the line: BER-TLV may be hex text. */
export function byteEncodingOf(body: BodyPlan): ByteEncoding {
  return body.kind === 'ber' ? body.encoding : 'binary'
}
