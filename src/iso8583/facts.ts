/** What a dialect can say of its elements, for those that check mappings and fill in forms. */
import type { FieldFacts } from './message.ts'
import type { FieldPlan } from './specification/plan.ts'

/**
 * The facts of a path such as "4", "48.92" or "43.city"; a tag that is not listed has those of
 * `other`.
 */
export function factsAt(fields: readonly FieldPlan[], path: string): FieldFacts | undefined {
  const [first, ...rest] = path.split('.')
  let plan = fields.find((field) => field.key === first)
  for (const key of rest) plan = plan && partOf(plan, key)
  return plan && factsOf(plan)
}

function partOf({ body }: FieldPlan, key: string): FieldPlan | undefined {
  return partsOf(body).find((part) => part.key === key)
}

function partsOf(body: FieldPlan['body']): readonly FieldPlan[] {
  return body.kind === 'positional' || body.kind === 'tagged' || body.kind === 'ber'
    ? body.parts
    : []
}

function factsOf(plan: FieldPlan): FieldFacts {
  const { body, length } = plan
  const isComposite = body.kind === 'positional' || body.kind === 'tagged' || body.kind === 'ber'
  return {
    path: plan.path,
    name: plan.name,
    content: isComposite ? 'composite' : body.content.name,
    min: length.min,
    max: length.max,
    unit: isComposite || body.kind === 'binary' ? 'bytes' : 'characters',
    sensitive: plan.mask,
    ...(body.kind === 'text' && body.pad !== undefined ? { pad: body.pad } : {}),
    ...(isComposite ? { parts: body.parts.map(factsOf) } : {}),
  }
}
