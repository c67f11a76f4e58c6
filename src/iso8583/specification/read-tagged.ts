/** Composites of tags: with the dialect's own tags and lengths, or BER-TLV. */
import { isBerTag } from '../codec/ber.ts'
import { fitsTag } from '../codec/tagged.ts'
import { contentOf } from '../content.ts'
import {
  anyMembersOf,
  choiceAt,
  fault,
  integerAt,
  type Members,
  membersOf,
  type Place,
  required,
} from './members.ts'
import {
  type BerPlan,
  BYTE_ENCODINGS,
  type FieldPlan,
  type PrefixPlan,
  type TaggedPlan,
  type TagPlan,
} from './plan.ts'
import { partContext } from './read-composite.ts'
import { type FieldContext, readField } from './read-field.ts'
import { prefixAt } from './read-length.ts'
import { VALUE_ENCODINGS, valueBody } from './read-value.ts'

/** Characters, digits or bytes: no key of more is a tag. */
const TAG_LENGTH_MAX = 16

export function taggedAt(
  place: Place,
  members: Members,
  context: FieldContext,
): TaggedPlan | undefined {
  const tag = tagAt(required(place, members, 'tag'), context)
  const prefix = prefixAt(required(place, members, 'prefix'), context)
  const isTag = (key: string) => tag === undefined || fitsTag(key, tag)
  const within: Within = { context, inside: 'tagged', isTag, ...(prefix ? { prefix } : {}) }
  const parts = partsAt(place, members, within)
  const other = otherAt(members, within)
  return tag && prefix && parts && { kind: 'tagged', tag, prefix, parts, other }
}

export function berAt(place: Place, members: Members, context: FieldContext): BerPlan | undefined {
  const encodingPlace = members.get('encoding')
  const encoding = encodingPlace ? choiceAt(encodingPlace, BYTE_ENCODINGS) : 'binary'
  const within: Within = { context, inside: 'ber', isTag: isBerTag }
  const parts = partsAt(place, members, within)
  const other = otherAt(members, within)
  return encoding && parts && { kind: 'ber', encoding, parts, other }
}

function tagAt(place: Place | undefined, { defaults }: FieldContext): TagPlan | undefined {
  const members = place && membersOf(place, ['content', 'length', 'encoding'])
  if (!members) return undefined
  const contents = ['n', 'a', 'an', 'b'] as const
  const contentName = choiceAt(required(place, members, 'content'), contents)
  const length = integerAt(required(place, members, 'length'), { min: 1, max: TAG_LENGTH_MAX })
  const encodingPlace = members.get('encoding')
  const encoding = encodingPlace ? choiceAt(encodingPlace, VALUE_ENCODINGS) : defaults.encoding
  const content = contentName && contentOf(contentName)
  if (!encoding && !encodingPlace) {
    return fault(place, 'needs the setting encoding, here or in defaults')
  }
  if (!content || !length || !encoding) return undefined
  const body = valueBody(content, encoding)
  if (body === undefined) {
    return fault(place, `${content.name} cannot be encoded as ${encoding}`, 'encoding')
  }
  if (encoding === 'bcd' && length % 2 === 1) {
    return fault(place, 'a packed tag has an even count of digits', 'length')
  }
  return { content, encoding, length, body }
}

interface Within {
  readonly context: FieldContext
  readonly inside: 'tagged' | 'ber'
  readonly isTag: (key: string) => boolean
  readonly prefix?: PrefixPlan
}

function partsAt(place: Place, members: Members, within: Within): FieldPlan[] | undefined {
  const partsPlace = required(place, members, 'parts')
  const byTag = partsPlace && anyMembersOf(partsPlace)
  if (!byTag) return undefined
  const parts: FieldPlan[] = []
  for (const [key, part] of byTag) {
    if (!within.isTag(key)) fault(part, 'is not a tag of this composite')
    const plan = readField(part, partContext(within.context, { ...within, key }))
    if (plan !== undefined) parts.push(plan)
  }
  return parts
}

/** What is not listed is kept only by a setting that says how, and is masked whole. */
function otherAt(members: Members, within: Within): FieldPlan | undefined {
  const place = members.get('other')
  const plan = place && readField(place, partContext(within.context, { ...within, key: 'other' }))
  return plan && { ...plan, mask: plan.mask || 'secret' }
}
