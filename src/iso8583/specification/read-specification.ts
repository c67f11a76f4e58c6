/** A dialect file to a plan, or all of its faults. */
import { CHARACTER_SETS } from '../character-sets.ts'
import { contentOf } from '../content.ts'
import {
  anyMembersOf,
  choiceAt,
  fault,
  membersOf,
  type Place,
  readDocument,
  required,
  textAt,
} from './members.ts'
import type { BitmapPlan, DialectPlan, ElementPlan } from './plan.ts'
import { messageBitmapAt, numberFault } from './read-bitmap.ts'
import { type Defaults, type FieldContext, readField } from './read-field.ts'
import { type NamedMeanings, readMeanings, readNamedMeanings } from './read-meanings.ts'
import { PREFIX_ENCODINGS, VALUE_ENCODINGS, valueBody } from './read-value.ts'

const DIALECT_SETTINGS = [
  '$schema',
  'name',
  'title',
  'meanings',
  'mti',
  'bitmap',
  'defaults',
  'fields',
]

/** Checks a dialect file. Throws `DialectError` with every fault. */
export function readSpecification(document: unknown): DialectPlan {
  return readDocument(document, dialectAt)
}

function dialectAt(place: Place): DialectPlan | undefined {
  const members = membersOf(place, DIALECT_SETTINGS)
  if (members === undefined) return undefined
  textAt(members.get('$schema'))
  const name = textAt(required(place, members, 'name'))
  const title = textAt(members.get('title'))
  const named = readNamedMeanings(members.get('meanings'))
  const mti = mtiAt(required(place, members, 'mti'), named)
  const bitmap = messageBitmapAt(required(place, members, 'bitmap'))
  const defaults = defaultsAt(members.get('defaults'))
  const fieldsPlace = required(place, members, 'fields')
  const fields = fieldsPlace && fieldsAt(fieldsPlace, bitmap, { defaults, named })
  if (!name || !mti || !bitmap || !fields) return undefined
  return { name, title, mti, bitmap, fields }
}

function mtiAt(place: Place | undefined, named: NamedMeanings): DialectPlan['mti'] | undefined {
  const members = place && membersOf(place, ['encoding', 'meanings'])
  if (!members) return undefined
  const encoding = choiceAt(required(place, members, 'encoding'), [...CHARACTER_SETS, 'bcd'])
  const meanings = readMeanings(members.get('meanings'), named)
  const digits = contentOf('n')
  const body = digits && encoding && valueBody(digits, encoding)
  return body && { encoding, body, meanings }
}

function defaultsAt(place: Place | undefined): Defaults {
  const members = place && membersOf(place, ['encoding', 'prefixEncoding'])
  return {
    encoding: choiceAt(members?.get('encoding'), VALUE_ENCODINGS),
    prefixEncoding: choiceAt(members?.get('prefixEncoding'), PREFIX_ENCODINGS),
  }
}

/** Element 1 is the bit that announces the second bitmap, even where there is none. */
const FIRST_ELEMENT = 2
const TOP_LEVEL = { inside: 'message', isLast: false, outerPrefix: undefined, depth: 0 } as const

function fieldsAt(
  place: Place,
  bitmap: BitmapPlan | undefined,
  shared: Pick<FieldContext, 'defaults' | 'named'>,
): ElementPlan[] | undefined {
  const members = anyMembersOf(place)
  if (members === undefined) return undefined
  const elements: ElementPlan[] = []
  for (const [key, member] of members) {
    const reason = bitmap && numberFault(key, bitmap, FIRST_ELEMENT)
    if (reason !== undefined) fault(member, reason)
    const plan = readField(member, { ...shared, ...TOP_LEVEL, key, path: key })
    if (plan !== undefined) elements.push({ ...plan, number: Number(key) })
  }
  return elements.sort((left, right) => left.number - right.number)
}
