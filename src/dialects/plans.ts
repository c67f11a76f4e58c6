/** Walking a dialect's plan. */
import {
  type BodyPlan,
  type ByteEncoding,
  type CompositePlan,
  type FieldPlan,
  isComposite,
} from '#iso8583'

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

/** What an element is, as people write it: `n`, `ans`, `MMDDhhmmss` or `composite`. */
export function classNameOf(body: BodyPlan): string {
  return isComposite(body) ? 'composite' : body.content.name
}

/** How the bytes of a composite as a whole stand on the line: BER-TLV may be hex text. */
export function byteEncodingOf(body: BodyPlan): ByteEncoding {
  return body.kind === 'ber' ? body.encoding : 'binary'
}
