import {
  anyMembersOf,
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
  text(name: string, pattern: RegExp): string
  /** An object of element numbers and the text that each is to hold. */
  texts(name: string): Readonly<Record<string, string>>
  /** The number of one element of the dialect that has no parts. */
  element(name: string): string
  /** A list of such, each once, at least `countMin` of them. */
  elements(name: string, countMin: number): readonly string[]
  object(name: string, known: readonly string[]): SpecReader
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
    element: (name) => elementAt(at(name), dialect),
    elements(name, countMin) {
      const found = at(name)
      const items = found && itemsOf(found)
      if (found === undefined || items === undefined) return []
      if (items.length < countMin) fault(found, `must be a list of at least ${countMin} elements`)
      const isTwice = new Set(items.map(({ value }) => value)).size < items.length
      if (isTwice) fault(found, 'must not name an element twice')
      return items.map((item) => elementAt(item, dialect))
    },
    object: (name, names) => createSpecReader(at(name), names, dialect),
  }
}

function matchingAt(place: Place | undefined, pattern: RegExp): string {
  if (place === undefined) return ''
  const { value } = place
  if (typeof value === 'string' && pattern.test(value)) return value
  return fault(place, `must be text that matches ${pattern.source}`) ?? ''
}

function elementAt(place: Place | undefined, dialect: Dialect): string {
  if (place === undefined) return ''
  const { value } = place
  const isNumber = typeof value === 'string' && /^[0-9]{1,3}$/.test(value)
  const facts = isNumber ? dialect.field(value) : undefined
  if (isNumber && facts && !facts.parts) return value
  const reason = 'must be the number of an element of the dialect that has no parts'
  return fault(place, reason) ?? ''
}
