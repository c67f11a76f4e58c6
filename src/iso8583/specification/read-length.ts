/** How long a value may be, and how its line says so. */
import type { LengthUnit } from '../message.ts'
import { choiceAt, fault, integerAt, membersOf, type Place, required } from './members.ts'
import type { BodyPlan, LengthPlan, PrefixPlan } from './plan.ts'
import type { FieldContext } from './read-field.ts'
import { PREFIX_ENCODINGS } from './read-value.ts'

/** The longest value of any element, in its own positions; six digits of length would say more. */
const LENGTH_MAX = 99_999

const UNITS: readonly LengthUnit[] = ['digits', 'bytes', 'characters']

/** A number is a fixed length. */
export function lengthAt(
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
  const isToEnd = context.isLast && !members.has('prefix') && pad === undefined && min !== max
  const unit = choiceAt(members.get('unit'), UNITS) ?? naturalUnit(body, context, isToEnd)
  const hasFaultyPrefix = members.has('prefix') && prefix === undefined
  if (max === undefined || hasFaultyPrefix) return undefined
  if (min > max) fault(place, 'must not be greater than max', 'min')
  return { min, max, prefix, unit }
}

/**
 * What a length counts unless the dialect says otherwise: digits of packed values, else what the
 * line carries.
 */
function naturalUnit(
  body: BodyPlan | undefined,
  { inside }: FieldContext,
  isToEnd = false,
): LengthUnit {
  if (inside === 'ber' || isToEnd) return isHexText(body) ? 'characters' : 'bytes'
  if (body?.kind === 'packed') return inside === 'tagged' ? 'bytes' : 'digits'
  return body?.kind === 'text' ? 'characters' : 'bytes'
}

/** The bytes of a length in BER-TLV, or up to the end of a composite, are those on the line. */
function isHexText(body: BodyPlan | undefined): boolean {
  return (body?.kind === 'binary' || body?.kind === 'ber') && body.encoding !== 'binary'
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
