/** The limits of a value's length, held the same way on the line and before it. */
import type { FieldPlan, LengthPlan } from '../specification/plan.ts'
import { refuseBytes, refuseValue, type Source } from './line.ts'

/** Reports a length out of its limits where it stood on the line. */
export function refuseLength(source: Source, positions: number, plan: FieldPlan): never {
  const code = positions > plan.length.max ? 'LENGTH_OVER_MAX' : 'LENGTH_UNDER_MIN'
  return refuseBytes(code, source.lengthAt, plan.path)
}

/** The bytes that a count stands for, of binary values and of what is written in hex. */
export function bytesOfCount(source: Source, count: number, plan: FieldPlan): number {
  const { min, max, unit } = plan.length
  const perByte = unit === 'bytes' ? 1 : 2
  if (count % perByte === 1) refuseBytes('LENGTH_INVALID', source.lengthAt, plan.path)
  const bytes = count / perByte
  if (bytes < min || bytes > max) refuseLength(source, bytes, plan)
  return bytes
}

export function checkLength(positions: number, { min, max }: LengthPlan, path: string): void {
  if (positions > max) refuseValue('LENGTH_OVER_MAX', path)
  if (positions < min) refuseValue('LENGTH_UNDER_MIN', path)
}
