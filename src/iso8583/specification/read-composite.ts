/** Elements made of parts: in a fixed order, repeated, announced by a bitmap, or tagged. */
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
import type {
  BitmappedPlan,
  CompositePlan,
  FieldPlan,
  PositionalPlan,
  PrefixPlan,
  RepeatedPlan,
} from './plan.ts'
import { compositeBitmapAt, numberFault } from './read-bitmap.ts'
import { type FieldContext, readField } from './read-field.ts'
import { berAt, taggedAt } from './read-tagged.ts'

const SETTINGS: Readonly<Record<CompositePlan['kind'], readonly string[]>> = {
  positional: ['kind', 'parts'],
  repeated: ['kind', 'max', 'part'],
  bitmap: ['kind', 'bitmap', 'parts'],
  tagged: ['kind', 'tag', 'prefix', 'parts', 'other'],
  ber: ['kind', 'encoding', 'parts', 'other'],
}
const KINDS = ['positional', 'repeated', 'bitmap', 'tagged', 'ber'] as const

const PART_KEY = /^[A-Za-z0-9]{1,32}$/
/** How often one part can repeat: a key of three digits says which. */
const REPEATS_MAX = 999

export function readComposite(place: Place, context: FieldContext): CompositePlan | undefined {
  const any = anyMembersOf(place)
  const kind = any && choiceAt(required(place, any, 'kind'), KINDS)
  const members = kind && membersOf(place, SETTINGS[kind])
  if (!members) return undefined
  switch (kind) {
    case 'positional':
      return positionalAt(place, members, context)
    case 'repeated':
      return repeatedAt(place, members, context)
    case 'bitmap':
      return bitmappedAt(place, members, context)
    case 'tagged':
      return taggedAt(place, members, context)
    case 'ber':
      return berAt(place, members, context)
  }
}

/** How a part is read: under its key, by the rules of the kind of composite around it. */
export function partContext(
  context: FieldContext,
  { key, inside, prefix, isLast = false }: PartContext,
): FieldContext {
  return { ...context, key, path: `${context.path}.${key}`, inside, isLast, outerPrefix: prefix }
}

interface PartContext {
  readonly key: string
  readonly inside: CompositePlan['kind']
  readonly prefix?: PrefixPlan
  readonly isLast?: boolean
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
  const keys = new Set<string>()
  for (const item of items) {
    const keyPlace = anyMembersOf(item)
    const key = keyPlace && textAt(required(item, keyPlace, 'key'))
    if (key === undefined) continue
    if (!PART_KEY.test(key)) fault(item, 'must be 1 to 32 letters and digits', 'key')
    if (keys.has(key)) fault(item, 'is the key of an earlier part', 'key')
    keys.add(key)
    const isLast = item === items.at(-1)
    const plan = readField(item, partContext(context, { key, inside: 'positional', isLast }))
    if (plan !== undefined) parts.push(plan)
  }
  return { kind: 'positional', parts }
}

function repeatedAt(
  place: Place,
  members: Members,
  context: FieldContext,
): RepeatedPlan | undefined {
  const max = integerAt(required(place, members, 'max'), { min: 1, max: REPEATS_MAX })
  const partPlace = required(place, members, 'part')
  const part =
    partPlace && readField(partPlace, partContext(context, { key: '1', inside: 'repeated' }))
  return max && part ? { kind: 'repeated', max, part } : undefined
}

function bitmappedAt(
  place: Place,
  members: Members,
  context: FieldContext,
): BitmappedPlan | undefined {
  const bitmap = compositeBitmapAt(required(place, members, 'bitmap'))
  const partsPlace = required(place, members, 'parts')
  const byNumber = partsPlace && anyMembersOf(partsPlace)
  if (!byNumber) return undefined
  const parts: FieldPlan[] = []
  for (const [key, part] of byNumber) {
    const reason = bitmap && numberFault(key, bitmap, 1)
    if (reason !== undefined) fault(part, reason)
    const plan = readField(part, partContext(context, { key, inside: 'bitmap' }))
    if (plan !== undefined) parts.push(plan)
  }
  parts.sort((left, right) => Number(left.key) - Number(right.key))
  return bitmap && { kind: 'bitmap', bitmap, parts }
}
