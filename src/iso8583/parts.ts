/** Which part of a composite a key names, for those that go by path. */
import { isBerTag } from './codec/ber.ts'
import { isPlace } from './codec/repeated.ts'
import { fitsTag } from './codec/tagged.ts'
import type { BodyPlan, FieldPlan } from './specification/plan.ts'

/**
 * The part by its key; of a tag that is not listed, what the composite says of all others.
 * Undefined when the composite can have no such part, or is none.
 */
export function partAt(body: BodyPlan, key: string): FieldPlan | undefined {
  switch (body.kind) {
    case 'text':
    case 'packed':
    case 'binary':
      return undefined
    case 'positional':
    case 'bitmap':
      return listed(body.parts, key)
    case 'repeated':
      return isPlace(key, body.max) ? body.part : undefined
    case 'tagged':
      return listed(body.parts, key) ?? (fitsTag(key, body.tag) ? body.other : undefined)
    case 'ber':
      return listed(body.parts, key) ?? (isBerTag(key) ? body.other : undefined)
  }
}

function listed(parts: readonly FieldPlan[], key: string): FieldPlan | undefined {
  return parts.find((part) => part.key === key)
}
