/** The limits of a value's length, held the same way on the line and before it. */
import type { FieldPlan, LengthPlan } from '../specification/plan.ts'
import { refuseBytes, refuseValue, type Source } from './line.ts'

/** Reports a length out of its limits where it stood on the line. */
export function refuseLength(source: Source, positions: number, plan: FieldPlan): never {
  const code = positions > plan.length.max ? 'LENGTH_OVER_MAX' : 'LENGTH_UNDER_MIN'
  return refuseBytes(code, source.lengthAt, plan.path)
}

export function checkLength(positions: number, { min, max }: LengthPlan, path: string): void {
  if (positions > max) refuseValue('LENGTH_OVER_MAX', path)
  if (positions < min) refuseValue('LENGTH_UNDER_MIN', path)
}
