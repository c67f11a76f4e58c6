/** What the settings of a field make of a count of positions: bytes on the line, and a prefix. */
import type { BitmapPlan, BodyPlan, FieldPlan } from './plan.ts'

/** The bytes that a value of so many positions takes on the line, its prefix aside. */
export function lineBytes(body: BodyPlan, positions: number): number {
  switch (body.kind) {
    case 'packed':
      return body.content.kind === 'signed' ? 1 + (positions >> 1) : (positions + 1) >> 1
    case 'binary':
    case 'ber':
      return body.encoding === 'binary' ? positions : 2 * positions
    default:
      return positions
  }
}

/** What a prefix says of a value of so many positions, in the field's own unit. */
export function prefixCount({ body, length: { unit } }: FieldPlan, positions: number): number {
  switch (body.kind) {
    case 'packed':
      if (unit === 'bytes') return lineBytes(body, positions)
      return body.pad.counted ? filledUp(positions, body.content.kind === 'signed') : positions
    case 'binary':
    case 'ber':
      return unit === 'bytes' ? positions : 2 * positions
    default:
      return positions
  }
}

/**
 * The bytes that a value takes on the line whose prefix says so much; half a byte has the other
 * half with it.
 */
export function countedBytes({ body, length: { unit } }: FieldPlan, count: number): number {
  switch (body.kind) {
    case 'packed':
      return unit === 'bytes' ? count : lineBytes(body, count)
    case 'binary':
    case 'ber':
      if (unit === 'bytes') return lineBytes(body, count)
      return body.encoding === 'binary' ? (count + 1) >> 1 : count
    default:
      return count
  }
}

/** A sign is a byte of its own: only the digits after it are filled up. */
function filledUp(positions: number, isSigned: boolean): number {
  const digits = isSigned ? positions - 1 : positions
  return positions + (digits & 1)
}

/** The bytes that one bitmap takes on the line. */
export function bitmapBytes({ encoding, bytes }: BitmapPlan): number {
  return encoding === 'binary' ? bytes : 2 * bytes
}
