/**
 * Elements made of parts: positional, tagged with the dialect's own tags and lengths, or BER-TLV.
 */
import { CHARACTER_SETS } from '../character-sets.ts'
import { isBerTag } from '../codec/ber.ts'
import { contentOf } from '../content.ts'
import {
  anyMembersOf,
  choiceAt,
  fault,
  integerAt,
  itemsOf,
  type Members,
  membersOf,
  type Place,
  required,
  textAt,
} from './members.ts'
import type { BerPlan, BodyPlan, FieldPlan, PositionalPlan, TaggedPlan } from './plan.ts'
import { type FieldContext, prefixAt, readField } from './read-field.ts'

const KINDS = ['positional', 'tagged', 'ber'] as const
const SETTINGS: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  positional: ['kind', 'parts'],
  tagged: ['kind', 'tag', 'prefix', 'parts', 'other'],
  ber: ['kind', 'parts', 'other'],
}
const PART_KEY = /^[A-Za-z0-9]{1,32}$/

export function readComposite(place: Place, context: FieldContext): BodyPlan | undefined {
  const any = anyMembersOf(place)
  const kind = any && choiceAt(required(place, any, 'kind'), KINDS)
  const members = kind && membersOf(place, SETTINGS[kind])
  if (!members) return undefined
  switch (kind) {
    case 'positional':
      return positionalAt(place, members, context)
    case 'tagged':
      return taggedAt(place, members, context)
    case 'ber':
      return berAt(place, members, context)
  }
}

function positionalAt(
  place: Place,
  members: Members,
  context: FieldContext,
): PositionalPlan | undefined {
  const list = required(place, members, 'parts')
  const items = list && itemsOf(list)
  if (items === undefined) return undefined
  if (items.length === 0) fault(place, 'must have at least one part', 'parts')
  const parts: FieldPlan[] = []
  for (const item of items) {
    const keyPlace = anyMembersOf(item)
    const key = keyPlace && textAt(required(item, keyPlace, 'key'))
    if (key === undefined) continue
    if (!PART_KEY.test(key)) fault(item, 'must be 1 to 32 letters and digits', 'key')
    if (parts.some((part) => part.key === key)) fault(item, 'is the key of an earlier part', 'key')
    const plan = readField(item, partContext(context, key, 'positional'))
    if (plan !== undefined) parts.push(plan)
  }
  return { kind: 'positional', parts }
}

function taggedAt(place: Place, members: Members, context: FieldContext): TaggedPlan | undefined {
  const tag = tagAt(required(place, members, 'tag'), context)
  const prefixPlace = required(place, members, 'prefix')
  const prefix = prefixAt(prefixPlace, context)
  const isTag = (key: string) => tag === undefined || fitsTag(key, tag)
  const parts = partsAt(place, members, { context, inside: 'tagged', isTag })
  const other = otherAt(members, context, 'tagged')
  return tag && prefix && parts && { kind: 'tagged', tag, prefix, parts, other }
}

function fitsTag(key: string, { content, length }: TaggedPlan['tag']): boolean {
  return (
    key.length === length && [...key].every((one) => content.characters[one.charCodeAt(0)] === 1)
  )
}

function berAt(place: Place, members: Members, context: FieldContext): BerPlan | undefined {
  const parts = partsAt(place, members, { context, inside: 'ber', isTag: isBerTag })
  return parts && { kind: 'ber', parts, other: otherAt(members, context, 'ber') }
}

function tagAt(
  place: Place | undefined,
  { defaults }: FieldContext,
): TaggedPlan['tag'] | undefined {
  const members = place && membersOf(place, ['content', 'length', 'encoding'])
  if (!members) return undefined
  const contentName = choiceAt(required(place, members, 'content'), ['n', 'a', 'an'] as const)
  const length = integerAt(required(place, members, 'length'), { min: 1, max: 16 })
  const encodingPlace = members.get('encoding')
  const encoding = encodingPlace ? choiceAt(encodingPlace, CHARACTER_SETS) : defaults.encoding
  const characterSet = CHARACTER_SETS.find((set) => set === encoding)
  if (characterSet === undefined) fault(place, 'needs a character set as its encoding')
  const content = contentName && contentOf(contentName)
  return content && length && characterSet ? { content, length, characterSet } : undefined
}

interface TaggedParts {
  readonly context: FieldContext
  readonly inside: 'tagged' | 'ber'
  readonly isTag: (key: string) => boolean
}

function partsAt(
  place: Place,
  members: Members,
  { context, inside, isTag }: TaggedParts,
): FieldPlan[] | undefined {
  const partsPlace = required(place, members, 'parts')
  const byTag = partsPlace && anyMembersOf(partsPlace)
  if (!byTag) return undefined
  const parts: FieldPlan[] = []
  for (const [key, part] of byTag) {
    if (!isTag(key)) fault(part, 'is not a tag of this composite')
    const plan = readField(part, partContext(context, key, inside))
    if (plan !== undefined) parts.push(plan)
  }
  return parts
}

/** What is not listed is kept only by a setting that says how, and is masked whole. */
function otherAt(
  members: Members,
  context: FieldContext,
  inside: 'tagged' | 'ber',
): FieldPlan | undefined {
  const place = members.get('other')
  const plan = place && readField(place, partContext(context, 'other', inside))
  return plan && { ...plan, mask: plan.mask || 'secret' }
}

function partContext(
  context: FieldContext,
  key: string,
  inside: FieldContext['inside'],
): FieldContext {
  return { ...context, key, path: `${context.path}.${key}`, inside }
}
