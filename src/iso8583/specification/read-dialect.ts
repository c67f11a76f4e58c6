/** A dialect file to a plan, or all of its faults. */
import { CHARACTER_SETS } from '../character-sets.ts'
import {
  anyMembersOf,
  choiceAt,
  fault,
  integerAt,
  type Members,
  membersOf,
  type Place,
  readDocument,
  required,
  textAt,
} from './members.ts'
import type { BitmapPlan, DialectPlan, ElementPlan } from './plan.ts'
import { type Defaults, readField } from './read-field.ts'
import { readMeanings } from './read-meanings.ts'
import { PREFIX_ENCODINGS, VALUE_ENCODINGS } from './read-value.ts'

const DIALECT_SETTINGS = ['$schema', 'name', 'title', 'mti', 'bitmap', 'defaults', 'fields']

/** Throws `DialectError`. */
export function readDialect(document: unknown): DialectPlan {
  return readDocument(document, dialectAt)
}

function dialectAt(place: Place): DialectPlan | undefined {
  const members = membersOf(place, DIALECT_SETTINGS)
  if (members === undefined) return undefined
  const name = textAt(required(place, members, 'name'))
  const mti = mtiAt(required(place, members, 'mti'))
  const bitmap = bitmapAt(required(place, members, 'bitmap'))
  const defaults = defaultsAt(members.get('defaults'))
  const fieldsPlace = required(place, members, 'fields')
  const fields = fieldsPlace && fieldsAt(fieldsPlace, bitmap, defaults)
  if (!name || !mti || !bitmap || !fields) return undefined
  return { name, mti, bitmap, fields }
}

function mtiAt(place: Place | undefined): DialectPlan['mti'] | undefined {
  const members = place && membersOf(place, ['encoding', 'meanings'])
  if (!members) return undefined
  const encoding = choiceAt(required(place, members, 'encoding'), [...CHARACTER_SETS, 'bcd'])
  const meanings = readMeanings(members.get('meanings'))
  return encoding && { encoding, meanings }
}

function bitmapAt(place: Place | undefined): BitmapPlan | undefined {
  const members = place && membersOf(place, ['encoding', 'count', 'secondary'])
  if (!members) return undefined
  const encodings = ['binary', 'hex', 'hex-ebcdic'] as const
  const encoding = choiceAt(required(place, members, 'encoding'), encodings)
  const count = integerAt(required(place, members, 'count'), { min: 1, max: 3 })
  const secondary = choiceAt(members.get('secondary'), ['needed', 'always'] as const) ?? 'needed'
  if (secondary === 'always' && count === 1)
    fault(place, 'always needs a count of 2 or 3', 'secondary')
  return encoding && count ? { encoding, count, secondary } : undefined
}

function defaultsAt(place: Place | undefined): Defaults {
  const members = place && membersOf(place, ['encoding', 'prefixEncoding'])
  return {
    encoding: choiceAt(members?.get('encoding'), VALUE_ENCODINGS),
    prefixEncoding: choiceAt(members?.get('prefixEncoding'), PREFIX_ENCODINGS),
  }
}

function fieldsAt(
  place: Place,
  bitmap: BitmapPlan | undefined,
  defaults: Defaults,
): ElementPlan[] | undefined {
  const members: Members | undefined = anyMembersOf(place)
  if (members === undefined) return undefined
  const elements: ElementPlan[] = []
  for (const [key, member] of members) {
    const reason = bitmap && numberFault(key, bitmap)
    if (reason !== undefined) fault(member, reason)
    const plan = readField(member, { key, path: key, defaults, inside: 'message', depth: 0 })
    if (plan !== undefined) elements.push({ ...plan, number: Number(key) })
  }
  return elements.sort((left, right) => left.number - right.number)
}

function numberFault(key: string, { count }: BitmapPlan): string | undefined {
  const last = 64 * count
  const number = Number(key)
  if (!/^[1-9]\d*$/.test(key) || number < 2 || number > last) {
    return `is no element number: with ${count} bitmap(s) they go from 2 to ${last}`
  }
  if (count === 3 && (number === 65 || number === 129)) {
    return 'is the first bit of a bitmap and cannot be an element'
  }
  return undefined
}
