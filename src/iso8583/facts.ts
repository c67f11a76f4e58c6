/** What a dialect can say of its elements, for those that check mappings and fill in forms. */
import type { FieldFacts } from './message.ts'
import { partAt } from './parts.ts'
import { type FieldPlan, isComposite } from './specification/plan.ts'

/**
 * The facts of a path such as "4", "48.92", "43.city" or "54.2.amount"; a tag that is not listed
 * has those of `other`.
 */
export function factsAt(fields: readonly FieldPlan[], path: string): FieldFacts | undefined {
  const [first, ...rest] = path.split('.')
  let plan = fields.find((field) => field.key === first)
  for (const key of rest) plan = plan && partAt(plan.body, key)
  return plan && factsOf(plan, path)
}

function factsOf(plan: FieldPlan, path: string): FieldFacts {
  const { body, length } = plan
  const parts = partsOf(plan)
  return {
    path,
    name: plan.name,
    content: isComposite(body) ? 'composite' : body.content.name,
    min: length.min,
    max: length.max,
    unit: isComposite(body) || body.kind === 'binary' ? 'bytes' : 'characters',
    sensitive: plan.mask,
    ...(body.kind === 'text' && body.pad !== undefined ? { pad: body.pad } : {}),
    ...(isComposite(body) ? { composite: body.kind } : {}),
    ...(parts ? { parts: parts.map((part) => factsOf(part, `${path}.${part.key}`)) } : {}),
  }
}

/** Of a repeated part the first stands for all. */
function partsOf({ body }: FieldPlan): readonly FieldPlan[] | undefined {
  if (!isComposite(body)) return undefined
  return body.kind === 'repeated' ? [body.part] : body.parts
}
