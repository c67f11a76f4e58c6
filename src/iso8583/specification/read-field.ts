/** One element or part of a dialect file to a plan. */
import type { Mask } from '../message.ts'
import { checkField } from './check-field.ts'
import {
  choiceAt,
  fault,
  itemsOf,
  type Members,
  membersOf,
  type Place,
  required,
  textAt,
} from './members.ts'
import type { BodyPlan, CompositePlan, FieldPlan, LenientRule, PrefixPlan } from './plan.ts'
import { readComposite } from './read-composite.ts'
import { lengthAt } from './read-length.ts'
import { type NamedMeanings, readMeanings } from './read-meanings.ts'
import { type PrefixEncoding, readValue, type ValueEncoding } from './read-value.ts'

export interface Defaults {
  readonly encoding: ValueEncoding | undefined
  readonly prefixEncoding: PrefixEncoding | undefined
}

export interface FieldContext {
  readonly key: string
  readonly path: string
  readonly defaults: Defaults
  readonly named: NamedMeanings
  /**
   * What stands around the field: a tagged composite or BER says the length of each part itself.
   */
  readonly inside: 'message' | CompositePlan['kind']
  /** Whether it is the last of positional parts, which may run to the end of its composite. */
  readonly isLast: boolean
  /** The prefix that a tagged composite puts before each part. */
  readonly outerPrefix: PrefixPlan | undefined
  /** How many composites stand around the field. */
  readonly depth: number
}

/** Deeper than any host has been seen to go; a bound on what one element can cost to read. */
const COMPOSITE_DEPTH_MAX = 8

const COMMON = ['name', 'length', 'mask', 'meanings', 'lenient', 'note']
const VALUE_SETTINGS = [...COMMON, 'content', 'encoding', 'pad', 'sign']
const COMPOSITE_SETTINGS = [...COMMON, 'composite']
const PART_SETTINGS = ['key']
const MASKS: readonly Mask[] = ['pan', 'sad', 'secret']
const LENIENT_RULES: readonly LenientRule[] = ['content', 'pad', 'length']

export function readField(place: Place, context: FieldContext): FieldPlan | undefined {
  const isComposite =
    typeof place.value === 'object' && place.value !== null && 'composite' in place.value
  const settings = isComposite ? COMPOSITE_SETTINGS : VALUE_SETTINGS
  const own = context.inside === 'positional' ? PART_SETTINGS : []
  const members = membersOf(place, [...own, ...settings])
  if (members === undefined) return undefined
  const { key, path } = context
  const name = textAt(required(place, members, 'name'))
  const body = isComposite ? compositeBody(members, context) : readValue(place, members, context)
  const length = lengthAt(required(place, members, 'length'), context, body)
  const mask = choiceAt(members.get('mask'), MASKS) ?? false
  const meanings = readMeanings(members.get('meanings'), context.named)
  const lenient = lenientAt(members.get('lenient'))
  noteAt(members.get('note'))
  if (!name || !body || !length) return undefined
  const plan: FieldPlan = { key, path, name, mask, meanings, lenient, length, body }
  checkField(place, plan, context)
  return plan
}

function compositeBody(members: Members, context: FieldContext): BodyPlan | undefined {
  const place = members.get('composite')
  if (place === undefined) return undefined
  if (context.depth === COMPOSITE_DEPTH_MAX) {
    return fault(place, `composites nest at most ${COMPOSITE_DEPTH_MAX} deep`)
  }
  return readComposite(place, { ...context, depth: context.depth + 1 })
}

function lenientAt(place: Place | undefined): readonly LenientRule[] {
  const items = place && itemsOf(place)
  const rules = items?.map((item) => choiceAt(item, LENIENT_RULES)) ?? []
  return LENIENT_RULES.filter((rule) => rules.includes(rule))
}

/** For whoever reads the file. */
function noteAt(place: Place | undefined): void {
  if (place !== undefined && typeof place.value !== 'string') fault(place, 'must be a text')
}
