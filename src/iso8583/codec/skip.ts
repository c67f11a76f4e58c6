/** Elements that nobody wants to read, stepped over by their length alone. */
import type { FieldPlan } from '../specification/plan.ts'
import { countedBytes, lineBytes, prefixCount } from '../specification/sizes.ts'
import { refuseBytes, type Source, take } from './line.ts'
import { compilePrefix } from './prefix.ts'

/** Moves over prefix and value. The length is held to its limits; the value is not looked at. */
export function compileSkip(plan: FieldPlan): (source: Source) => void {
  const { path, lenient } = plan
  const { prefix: prefixPlan, min, max } = plan.length
  if (prefixPlan === undefined) {
    const width = lineBytes(plan.body, max)
    return (source) => {
      take(source, width, path)
    }
  }
  const prefix = compilePrefix(prefixPlan, path, lenient.includes('length'))
  const [least, most] = [prefixCount(plan, min), prefixCount(plan, max)]
  return (source) => {
    const count = prefix.read(source)
    if (count > most) refuseBytes('LENGTH_OVER_MAX', source.lengthAt, path)
    if (count < least) refuseBytes('LENGTH_UNDER_MIN', source.lengthAt, path)
    take(source, countedBytes(plan, count), path)
  }
}
