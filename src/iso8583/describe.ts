/**
 * A message for people: one line an element and a part, masked unless asked otherwise.
 *
 * It fails closed. A value is shown only when the dialect could put it on the line as it stands and
 * asks for no mask; an element that the dialect does not have, or a value it would refuse, is
 * masked whole.
 */
import type { FieldCodec, Sink } from './codec/line.ts'
import { masked, maskedWhole } from './mask.ts'
import type { Composite, DescribedField, FieldValue, Mask, Message } from './message.ts'
import type { FieldPlan, Meanings } from './specification/plan.ts'

export interface DescribeParts {
  readonly mti: FieldCodec
  readonly elements: readonly (FieldCodec | undefined)[]
  readonly scratch: Sink
}

export function describeMessage(
  message: Message,
  { mti, elements, scratch }: DescribeParts,
  isUnmasked: boolean,
): DescribedField[] {
  const lines: DescribedField[] = []
  const fits = (codec: FieldCodec, value: FieldValue) => fitsLine(codec, value, scratch)
  const top = fits(mti, message.mti)
  lines.push(leafLine(top ? mti.plan : undefined, { path: 'mti', value: message.mti, isUnmasked }))
  for (const [key, value] of Object.entries(message.fields ?? {})) {
    const codec = elements[Number(key)]
    const plan = codec !== undefined && fits(codec, value) ? codec.plan : undefined
    addLines(lines, plan, { path: elementPath(key), value, isUnmasked, mask: plan?.mask ?? false })
  }
  return lines
}

interface Shown {
  readonly path: string
  readonly value: FieldValue
  readonly isUnmasked: boolean
  /** The mask of the composite around it: it holds for every part. */
  readonly mask?: Mask | false
}

function addLines(lines: DescribedField[], plan: FieldPlan | undefined, shown: Shown): void {
  const { path, value, isUnmasked } = shown
  const mask = shown.mask || plan?.mask || false
  const parts = plan && partsOf(plan)
  if (typeof value === 'string' || value === null || typeof value !== 'object') {
    lines.push(leafLine(plan, { ...shown, mask }))
    return
  }
  if (parts === undefined && !isUnmasked) {
    lines.push(leafLine(undefined, { path, value: '', isUnmasked }))
    return
  }
  lines.push({ path, name: plan?.name ?? 'not in the dialect', value: '', masked: false })
  for (const [key, part] of inLineOrder(value, plan)) {
    const found = parts?.(key)
    addLines(lines, found, { path: `${path}.${found ? key : '?'}`, value: part, isUnmasked, mask })
  }
}

function leafLine(plan: FieldPlan | undefined, shown: Shown): DescribedField {
  const { path, isUnmasked } = shown
  const value = typeof shown.value === 'string' ? shown.value : ''
  const name = plan?.name ?? 'not as the dialect says'
  const mask = shown.mask || plan?.mask || false
  const isMasked = !isUnmasked && (plan === undefined || mask !== false)
  const meaning = isMasked || plan === undefined ? undefined : meaningOf(plan.meanings, value)
  const text = !isMasked ? value : mask === false ? maskedWhole(value) : masked(value, mask)
  return { path, name, value: text, ...(meaning ? { meaning } : {}), masked: isMasked }
}

/**
 * Parts as they stand on the line, where their order is the dialect's; what it lacks comes last.
 */
function inLineOrder(value: Composite, plan: FieldPlan | undefined): [string, FieldValue][] {
  const entries = Object.entries(value)
  if (plan?.body.kind !== 'positional') return entries
  const places = new Map(plan.body.parts.map((part, index) => [part.key, index]))
  const placeOf = (key: string) => places.get(key) ?? places.size
  return entries.sort(([a], [b]) => placeOf(a) - placeOf(b))
}

/** How a composite's keys are looked up. */
function partsOf({ body }: FieldPlan): ((key: string) => FieldPlan | undefined) | undefined {
  if (body.kind === 'positional') return (key) => body.parts.find((part) => part.key === key)
  if (body.kind !== 'tagged' && body.kind !== 'ber') return undefined
  return (key) => body.parts.find((part) => part.key === key) ?? body.other
}

function meaningOf(meanings: Meanings, value: string): string | undefined {
  const found = meanings.map(({ from, to, values }) => values.get(value.slice(from, to)))
  const known = found.filter((meaning) => meaning !== undefined)
  return known.length === 0 ? undefined : known.join(', ')
}

/** A key may hold anything; only a number is repeated. */
function elementPath(key: string): string {
  return /^\d{1,3}$/.test(key) ? key : '?'
}

function fitsLine(codec: FieldCodec, value: FieldValue, scratch: Sink): boolean {
  scratch.at = 0
  try {
    codec.write(scratch, value)
    return true
  } catch {
    return false
  }
}
