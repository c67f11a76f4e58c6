/** One element or part of a dialect file to a plan. */
import type { LengthUnit, Mask } from '../message.ts'
import {
  choiceAt,
  fault,
  integerAt,
  type Members,
  membersOf,
  type Place,
  required,
  textAt,
} from './members.ts'
import type { BodyPlan, FieldPlan, LengthPlan, PrefixPlan } from './plan.ts'
import { readComposite } from './read-composite.ts'
import { readMeanings } from './read-meanings.ts'
import {
  PREFIX_ENCODINGS,
  type PrefixEncoding,
  readValue,
  type ValueEncoding,
} from './read-value.ts'

export interface Defaults {
  readonly encoding: ValueEncoding | undefined
  readonly prefixEncoding: PrefixEncoding | undefined
}

export interface FieldContext {
  readonly key: string
  readonly path: string
  readonly defaults: Defaults
  /**
   * What stands around the field: a tagged composite or BER says the length of each part itself.
   */
  readonly inside: 'message' | 'positional' | 'tagged' | 'ber'
  readonly depth: number
}

/** The longest value of any element, in its own positions; six digits of length would say more. */
const LENGTH_MAX = 99_999
const DEPTH_MAX = 4

const COMMON = ['name', 'length', 'mask', 'meanings', 'note']
const VALUE_SETTINGS = [...COMMON, 'content', 'encoding', 'pad']
const COMPOSITE_SETTINGS = [...COMMON, 'composite']
const PART_SETTINGS = ['key']
const MASKS: readonly Mask[] = ['pan', 'sad', 'secret']
const UNITS: readonly LengthUnit[] = ['digits', 'bytes', 'characters']

export function readField(place: Place, context: FieldContext): FieldPlan | undefined {
  const isComposite =
    typeof place.value === 'object' && place.value !== null && 'composite' in place.value
  const settings = isComposite ? COMPOSITE_SETTINGS : VALUE_SETTINGS
  const own = context.inside === 'positional' ? PART_SETTINGS : []
  const members = membersOf(place, [...own, ...settings])
  if (members === undefined) return undefined
  const name = textAt(required(place, members, 'name'))
  const body = isComposite ? compositeBody(members, context) : readValue(place, members, context)
  const length = lengthAt(required(place, members, 'length'), context, body)
  const mask = choiceAt(members.get('mask'), MASKS) ?? false
  const meanings = readMeanings(members.get('meanings'))
  if (!name || !body || !length) return undefined
  const plan: FieldPlan = {
    key: context.key,
    path: context.path,
    name,
    mask,
    meanings,
    length,
    body,
  }
  checkTogether(place, plan, context)
  return plan
}

function compositeBody(members: Members, context: FieldContext): BodyPlan | undefined {
  const place = members.get('composite')
  if (place === undefined) return undefined
  if (context.depth === DEPTH_MAX) return fault(place, `composites nest at most ${DEPTH_MAX} deep`)
  return readComposite(place, { ...context, depth: context.depth + 1 })
}

/** A number is a fixed length. */
function lengthAt(
  place: Place | undefined,
  context: FieldContext,
  body: BodyPlan | undefined,
): LengthPlan | undefined {
  if (place === undefined) return undefined
  const range = { min: 1, max: LENGTH_MAX }
  const pad = body?.kind === 'text' ? body.pad : undefined
  if (typeof place.value === 'number') {
    const fixed = integerAt(place, range)
    if (fixed === undefined) return undefined
    const min = pad === undefined ? fixed : pad.kept ? 0 : 1
    return { min, max: fixed, prefix: undefined, unit: naturalUnit(body, context) }
  }
  const members = membersOf(place, ['min', 'max', 'prefix', 'unit'])
  if (members === undefined) return undefined
  const max = integerAt(required(place, members, 'max'), range)
  const min = integerAt(members.get('min'), { min: 0, max: LENGTH_MAX }) ?? 1
  const prefix = prefixAt(members.get('prefix'), context)
  const unit = choiceAt(members.get('unit'), UNITS) ?? naturalUnit(body, context)
  if (max === undefined) return undefined
  if (min > max) fault(place, 'must not be greater than max', 'min')
  return { min, max, prefix, unit }
}

/**
 * What a length counts unless the dialect says otherwise: digits of packed values, else what the
 * line carries.
 */
function naturalUnit(body: BodyPlan | undefined, { inside }: FieldContext): LengthUnit {
  if (inside === 'ber') return 'bytes'
  if (body?.kind === 'packed') return inside === 'tagged' ? 'bytes' : 'digits'
  return body?.kind === 'text' ? 'characters' : 'bytes'
}

export function prefixAt(
  place: Place | undefined,
  { defaults }: Pick<FieldContext, 'defaults'>,
): PrefixPlan | undefined {
  const members = place && membersOf(place, ['digits', 'bytes', 'encoding'])
  if (!members) return undefined
  const encoding = choiceAt(members.get('encoding'), PREFIX_ENCODINGS) ?? defaults.prefixEncoding
  if (encoding === undefined) return fault(place, 'needs the setting encoding, here or in defaults')
  const [counted, other] = encoding === 'binary' ? ['bytes', 'digits'] : ['digits', 'bytes']
  const max = encoding === 'binary' ? 4 : 6
  const size = integerAt(required(place, members, counted), { min: 1, max })
  if (members.has(other)) fault(place, `a ${encoding} length is given in ${counted}`, other)
  return size === undefined ? undefined : { encoding, size }
}

/** What is wrong only in company: settings that are each fine and do not fit one another. */
function checkTogether(place: Place, plan: FieldPlan, context: FieldContext): void {
  const { body, length } = plan
  const { min, max, prefix } = length
  const lengthSaidOutside = context.inside === 'tagged' || context.inside === 'ber'
  if (lengthSaidOutside && prefix !== undefined) {
    fault(place, 'a tagged part has no length prefix of its own', 'length')
  }
  const isPadded = body.kind === 'text' && body.pad !== undefined
  if (!lengthSaidOutside && prefix === undefined && min !== max && !isPadded) {
    fault(place, 'a length that varies needs a prefix, or a pad that fills it up', 'length')
  }
  if (isPadded && prefix !== undefined) {
    fault(place, 'only a field without a length prefix is padded with characters', 'pad')
  }
  if (prefix !== undefined && countMax(plan) > prefixMax(prefix)) {
    fault(place, 'the prefix is too short to say the greatest length', 'length')
  }
  checkUnit(place, plan)
  checkContent(place, plan)
  checkParts(place, plan)
}

/** Parts of fixed width in an element of fixed width have to fill it. */
function checkParts(place: Place, { body, length }: FieldPlan): void {
  if (body.kind !== 'positional' || length.min !== length.max) return
  if (body.parts.some((part) => part.length.prefix !== undefined)) return
  const bytes = body.parts.reduce((sum, part) => sum + fixedBytes(part), 0)
  if (bytes === length.max) return
  fault(place, `its parts take ${bytes} bytes and it has ${length.max}`, 'length')
}

function fixedBytes({ body, length: { max } }: FieldPlan): number {
  if (body.kind === 'packed') {
    return body.content.kind === 'signed' ? 1 + (max >> 1) : (max + 1) >> 1
  }
  return body.kind === 'binary' && body.encoding !== 'binary' ? 2 * max : max
}

function checkUnit(place: Place, { body, length }: FieldPlan): void {
  const { unit, min, max } = length
  if (body.kind === 'text' && unit === 'digits' && body.content.kind === 'text') {
    fault(place, 'digits are counted of numeric values only', 'length')
  }
  if (body.kind === 'binary' && body.encoding === 'binary' && unit === 'characters') {
    fault(place, 'raw binary has no characters: count its bytes, or its digits', 'length')
  }
  const isComposite = body.kind === 'positional' || body.kind === 'tagged' || body.kind === 'ber'
  if (isComposite && unit !== 'bytes')
    fault(place, 'the length of a composite counts bytes', 'length')
  if (body.kind === 'packed' && unit === 'characters') {
    fault(place, 'packed values are counted in digits or in bytes', 'length')
  }
  const isTold = body.kind === 'packed' && (unit === 'bytes' || body.pad.counted)
  if (isTold && body.content.kind === 'signed' && min !== max) {
    fault(place, 'a packed amount with a sign has a fixed length', 'length')
  }
}

function checkContent(place: Place, { body, length, mask }: FieldPlan): void {
  const { min, max } = length
  const isComposite = body.kind === 'positional' || body.kind === 'tagged' || body.kind === 'ber'
  if (isComposite) {
    if (mask === 'pan')
      fault(place, 'a composite has no first six and last four: mask its parts', 'mask')
    return
  }
  const { content } = body
  if (content.ranges.length > 0 && (min !== max || max !== content.name.length)) {
    fault(place, `${content.name} has the fixed length ${content.name.length}`, 'length')
  }
  if (content.kind === 'signed' && min < 2) {
    fault(place, 'a sign and a digit are at least 2 positions', 'length')
  }
}

function countMax({ body, length: { max, unit } }: FieldPlan): number {
  if (body.kind === 'packed' && unit === 'bytes') return (max + 1) >> 1
  if (body.kind === 'packed' && body.pad.counted) return max + (max & 1)
  return body.kind === 'binary' && unit !== 'bytes' ? 2 * max : max
}

function prefixMax({ encoding, size }: PrefixPlan): number {
  return encoding === 'binary' ? 256 ** size - 1 : 10 ** size - 1
}
