import {
  anyMembersOf,
  booleanAt,
  choiceAt,
  type Dialect,
  fault,
  integerAt,
  itemsOf,
  membersOf,
  type Place,
  required,
} from '#iso8583'

/**
 * Reads one object of a link.json. What is missing or wrong is noted as a fault and read as an
 * empty value, so that all faults are found in one pass; what is no object is noted once.
 */
export interface SpecReader {
  /** What there is, if anything. */
  member(name: string): unknown
  fault(name: string, reason: string): void
  integer(name: string, min: number, max: number): number
  /** Undefined when it is not there. */
  integerIfAny(name: string, min: number, max: number): number | undefined
  boolean(name: string): boolean
  choice<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice
  /** A list of such, each once. */
  choices<Choice extends string>(name: string, choices: readonly Choice[]): readonly Choice[]
  text(name: string, pattern: RegExp): string
  /** An object of element numbers and the text that each is to hold. */
  texts(name: string): Readonly<Record<string, string>>
  /** The number of one element of the dialect that has no parts, or another word that may be. */
  element(name: string, others?: readonly string[]): string
  /** A list of such, each once, at least `countMin` of them. */
  elements(name: string, countMin: number, others?: readonly string[]): readonly string[]
  object(name: string, known: readonly string[]): SpecReader
  /** Undefined when it is not there. */
  objectIfAny(name: string, known: readonly string[]): SpecReader | undefined
}

/**
 * @param place of the object; undefined for what is not there, which is not noted again
 * @param known the members that it may have
 */
export function createSpecReader(
  place: Place | undefined,
  known: readonly string[],
  dialect: Dialect,
): SpecReader {
  const members = place && membersOf(place, known)
  const at = (name: string): Place | undefined => place && members && required(place, members, name)

  return {
    member: (name) => members?.get(name)?.value,
    fault(name, reason) {
      if (place) fault(place, reason, name)
    },
    integer: (name, min, max) => integerAt(at(name), { min, max }) ?? min,
    integerIfAny: (name, min, max) => integerAt(members?.get(name), { min, max }),
    boolean: (name) => booleanAt(at(name)) ?? false,
    choice: (name, choices) => choiceAt(at(name), choices) ?? choices[0],
    choices: (name, choices) => listAt(at(name)).flatMap((it) => choiceAt(it, choices) ?? []),
    text: (name, pattern) => matchingAt(at(name), pattern),
    texts(name) {
      const found = at(name)
      const entries = [...((found && anyMembersOf(found)) ?? [])]
      return Object.fromEntries(
        entries.map(([element, text]) => [
          elementAt({ ...text, value: element }, dialect),
          typeof text.value === 'string' ? text.value : (fault(text, 'must be text') ?? ''),
        ]),
      )
    },
    element: (name, others) => elementAt(at(name), dialect, others),
    elements(name, countMin, others) {
      const found = at(name)
      const items = listAt(found)
      if (found && Array.isArray(found.value) && items.length < countMin) {
        fault(found, `must be a list of at least ${countMin} elements`)
      }
      return items.map((item) => elementAt(item, dialect, others))
    },
    object: (name, names) => createSpecReader(at(name), names, dialect),
    objectIfAny(name, names) {
      const found = members?.get(name)
      return found && createSpecReader(found, names, dialect)
    },
  }
}

/** The items of a list that has each but once; none of what is no list. */
function listAt(place: Place | undefined): readonly Place[] {
  const items = (place && itemsOf(place)) ?? []
  const isTwice = new Set(items.map(({ value }) => value)).size < items.length
  if (place && isTwice) fault(place, 'must not name one of them twice')
  return items
}

function matchingAt(place: Place | undefined, pattern: RegExp): string {
  if (place === undefined) return ''
  const { value } = place
  if (typeof value === 'string' && pattern.test(value)) return value
  return fault(place, `must be text that matches ${pattern.source}`) ?? ''
}

function elementAt(
  place: Place | undefined,
  dialect: Dialect,
  others: readonly string[] = [],
): string {
  if (place === undefined) return ''
  const { value } = place
  if (typeof value === 'string' && others.includes(value)) return value
  const isNumber = typeof value === 'string' && /^[0-9]{1,3}$/.test(value)
  const facts = isNumber ? dialect.field(value) : undefined
  if (isNumber && facts && !facts.parts) return value
  const reason = 'must be the number of an element of the dialect that has no parts'
  return fault(place, reason) ?? ''
}
