/** How much room writing takes before a message that is too long is refused. */
import { type FieldPlan, isComposite } from '../specification/plan.ts'

const MTI_BYTES = 4
const PREFIX_BYTES = 8
const TAG_BYTES = 32
const BITMAP_BYTES = 3 * 16

/** The bytes of the longest message of these elements. */
export function messageRoomFor(elements: readonly FieldPlan[]): number {
  return elements.reduce((sum, plan) => sum + roomFor(plan), MTI_BYTES + BITMAP_BYTES)
}

/** The bytes of the longest element that can be written: a composite stops one part too late. */
function roomFor({ body, length }: FieldPlan): number {
  const own = PREFIX_BYTES + 2 * length.max
  if (!isComposite(body)) return own
  switch (body.kind) {
    case 'positional':
      return own + roomForOne(body.parts)
    case 'repeated':
      return own + roomFor(body.part)
    case 'bitmap':
      return own + BITMAP_BYTES + roomForOne(body.parts)
    case 'tagged':
    case 'ber':
      return own + TAG_BYTES + roomForOne(body.other ? [...body.parts, body.other] : body.parts)
  }
}

function roomForOne(parts: readonly FieldPlan[]): number {
  return parts.reduce((most, part) => Math.max(most, roomFor(part)), 0)
}
