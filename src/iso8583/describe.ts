/**
 * A message for people: one line an element and a part, masked unless asked otherwise.
 *
 * It fails closed. A value is shown only when the dialect could put it on the line as it stands and
 * asks for no mask, and then without the card numbers in it; an element that the dialect does not
 * have, or a value it would refuse, is masked whole.
 */
import { cardNumbersIn, holdsCardNumber } from './card-numbers.ts'
import type { FieldCodec, Sink } from './codec/line.ts'
import { ORDER_KEY } from './codec/tags.ts'
import type { DecodeErrorCode } from './errors.ts'
import { masked, maskedWhole, standardMaskOf, withoutCardNumbers } from './mask.ts'
import {
  type Composite,
  type DescribedField,
  type FieldValue,
  isNumberKey,
  type Leniency,
  type Mask,
  type Message,
} from './message.ts'
import { partAt } from './parts.ts'
import type { FieldPlan, Meanings } from './specification/plan.ts'

export interface DescribeParts {
  readonly mti: FieldCodec
  readonly elements: readonly (FieldCodec | undefined)[]
  readonly scratch: Sink
}

/** The name of what the dialect does not have, or would refuse. */
export const NAMELESS = 'not as the dialect says'

/** Whatever a caller gives: nothing of a message is taken on trust here. */
type Suspect<T> = { readonly [Key in keyof T]?: unknown }

export function describeMessage(
  message: Message,
  { mti, elements, scratch }: DescribeParts,
  isUnmasked: boolean,
): DescribedField[] {
  const { mti: type, fields, lenient }: Suspect<Message> = message ?? {}
  const lines: DescribedField[] = []
  const known = (codec: FieldCodec | undefined, value: unknown) =>
    codec !== undefined && fitsLine(codec, value, scratch) ? codec.plan : undefined
  const shown = { isUnmasked, depth: 0 }
  addLines(lines, { ...shown, path: 'mti', plan: known(mti, type), value: type, mask: false })
  for (const [key, value] of Object.entries(isObject(fields) ? fields : {})) {
    const number = isNumberKey(key) ? Number(key) : 0
    const plan = known(elements[number], value)
    const mask = maskOf(plan, 'message', key)
    addLines(lines, { ...shown, path: number === 0 ? '?' : key, plan, value, mask })
  }
  return withLeniency(lines, lenient)
}

interface Shown {
  readonly path: string
  /** Undefined when the dialect has no such element, or would refuse its value. */
  readonly plan: FieldPlan | undefined
  readonly value: unknown
  /** The part's own mask, or that of a composite around it: it holds for every part. */
  readonly mask: Mask | false
  readonly isUnmasked: boolean
  readonly depth: number
}

/** Deeper than any dialect: only a message that no dialect has checked goes on. */
const DEPTH_MAX = 8

function addLines(lines: DescribedField[], shown: Shown): void {
  const { path, plan, value, isUnmasked, depth } = shown
  if (!isObject(value) || (plan === undefined && !isUnmasked) || depth === DEPTH_MAX) {
    lines.push(leafLine(shown))
    return
  }
  const name = plan?.name ?? NAMELESS
  lines.push({ path, name, value: '', masked: false, composite: true })
  for (const [key, part] of inLineOrder(value, plan)) {
    addLines(lines, partShown(key, part, shown))
  }
}

/** A key that no dialect lists may hold anything, a card number too. */
function partShown(key: string, value: unknown, around: Shown): Shown {
  const { plan: composite, path, mask, isUnmasked, depth } = around
  const plan = composite && partAt(composite.body, key)
  const isSafe = plan !== undefined && (plan.key === key || cardNumbersIn(key).length === 0)
  const inside = composite?.body.kind === 'ber' ? 'ber' : 'composite'
  return {
    path: `${path}.${isSafe || isUnmasked ? key : '?'}`,
    plan,
    value,
    mask: mask || maskOf(plan, inside, key),
    isUnmasked,
    depth: depth + 1,
  }
}

/** `key` is that on the line, which a plan for tags that are not listed does not have. */
function maskOf(
  plan: FieldPlan | undefined,
  inside: 'message' | 'ber' | 'composite',
  key: string,
): Mask | false {
  return plan === undefined ? false : plan.mask || standardMaskOf({ ...plan, key }, inside)
}

function leafLine({ path, plan, value, mask, isUnmasked }: Shown): DescribedField {
  const text = typeof value === 'string' ? value : ''
  const name = plan?.name ?? NAMELESS
  const shown = isUnmasked ? undefined : maskedLeaf(plan, text, mask)
  if (shown !== undefined) return { path, name, value: shown, masked: true }
  const meaning = plan && meaningOf(plan.meanings, text)
  return { path, name, value: text, ...(meaning ? { meaning } : {}), masked: false }
}

/** Undefined when the value may be shown as it is. */
function maskedLeaf(
  plan: FieldPlan | undefined,
  text: string,
  mask: Mask | false,
): string | undefined {
  if (plan === undefined) return maskedWhole(text)
  if (mask !== false) return masked(text, mask)
  if (plan.body.kind === 'binary') return holdsCardNumber(text) ? maskedWhole(text) : undefined
  const isDate = 'content' in plan.body && plan.body.content.ranges.length > 0
  return isDate ? undefined : withoutCardNumbers(text)
}

/**
 * Parts as they stand on the line, where their order is the dialect's or was noted; what the
 * dialect lacks comes last.
 */
function inLineOrder(value: object, plan: FieldPlan | undefined): [string, unknown][] {
  const { [ORDER_KEY]: noted, ...parts } = value as Composite
  const entries = Object.entries(parts)
  const order = orderOf(plan) ?? (typeof noted === 'string' ? noted.split(' ') : undefined)
  if (order === undefined) return entries
  const places = new Map(order.map((key, index) => [key, index]))
  const placeOf = (key: string) => places.get(key) ?? places.size
  return entries.sort(([a], [b]) => placeOf(a) - placeOf(b))
}

function orderOf(plan: FieldPlan | undefined): readonly string[] | undefined {
  return plan?.body.kind === 'positional' ? plan.body.parts.map((part) => part.key) : undefined
}

function meaningOf(meanings: Meanings, value: string): string | undefined {
  const found = meanings.map(({ from, to, values }) => values.get(value.slice(from, to)))
  const known = found.filter((meaning) => meaning !== undefined)
  return known.length === 0 ? undefined : known.join(', ')
}

/** What was read leniently, at its line, or at the nearest one around it. */
function withLeniency(lines: readonly DescribedField[], lenient: unknown): DescribedField[] {
  const notes = Array.isArray(lenient) ? lenient.filter(isLeniency) : []
  if (notes.length === 0) return [...lines]
  const byPath = new Map<string, { code: DecodeErrorCode; offset: number }[]>()
  for (const { path } of lines) if (!byPath.has(path)) byPath.set(path, [])
  for (const { path, code, offset } of notes) nearest(byPath, path)?.push({ code, offset })
  return lines.map((line) => {
    const own = byPath.get(line.path) ?? []
    byPath.delete(line.path)
    return own.length === 0 ? line : { ...line, lenient: own }
  })
}

function nearest<Notes>(byPath: ReadonlyMap<string, Notes>, path: string): Notes | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const notes = byPath.get(at)
    if (notes !== undefined) return notes
  }
  return undefined
}

const OFFSET_MAX = 999_999

function isLeniency(note: unknown): note is Leniency {
  const { path, code, offset }: Suspect<Leniency> = note ?? {}
  const isPlace = Number.isInteger(offset) && Number(offset) >= 0 && Number(offset) <= OFFSET_MAX
  return typeof path === 'string' && typeof code === 'string' && /^[A-Z_]+$/.test(code) && isPlace
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** What a value of any type comes to: `write` refuses all that the dialect cannot carry. */
function fitsLine(codec: FieldCodec, value: unknown, scratch: Sink): boolean {
  scratch.at = 0
  try {
    codec.write(scratch, value as FieldValue)
    return true
  } catch {
    return false
  }
}
