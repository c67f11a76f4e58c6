import { anyMembersOf, fault, itemsOf, membersOf, type Place } from '#iso8583'

/**
 * Reads one JSON object of a document. What does not fit is noted, with its path, and reading goes
 * on: whoever began looks at the faults when all is read. What is no object is noted once and has
 * no members.
 */
export interface DocumentReader {
  has(member: string): boolean
  /** Names of all members, in the order of the document. */
  members(): readonly string[]
  /** A number or truth value is read as its text. Empty when it is refused. */
  text(member: string, shape?: RegExp): string
  /** undefined when it is not there, empty when it is refused. */
  optional(member: string, shape?: RegExp): string | undefined
  texts(member: string, shape?: RegExp): readonly string[]
  /** A text or a list of them; none when the member is not there. */
  textsIfAny(member: string, shape?: RegExp): readonly string[]
  object(member: string): DocumentReader
  /** An object without members when the member is not there. */
  objectIfAny(member: string): DocumentReader
  list<T>(member: string, item: (read: DocumentReader) => T): readonly T[]
  /** Note every member but these as unknown. */
  onlyMembers(members: readonly string[]): void
  refuse(member: string, reason: string): void
}

/** @param place of the object; undefined for what is not there, which is not noted again */
export function createDocumentReader(place: Place | undefined): DocumentReader {
  const members = place && anyMembersOf(place)
  const refuse = (member: string, reason: string): undefined =>
    place && members && fault(place, reason, member)
  const at = (member: string): Place | undefined =>
    members?.get(member) ?? refuse(member, 'is missing')
  const list = <T>(member: string, item: (place: Place) => T): readonly T[] => {
    const found = at(member)
    return (found && itemsOf(found)?.map(item)) ?? []
  }

  return {
    has: (member) => members?.has(member) === true,
    members: () => [...(members?.keys() ?? [])],
    text: (member, shape) => textOf(at(member), shape),
    optional(member, shape) {
      const found = members?.get(member)
      return found && textOf(found, shape)
    },
    texts: (member, shape) => list(member, (it) => textOf(it, shape)),
    textsIfAny(member, shape) {
      const found = members?.get(member)
      const several = Array.isArray(found?.value) ? itemsOf(found) : found && [found]
      return several?.map((it) => textOf(it, shape)) ?? []
    },
    object: (member) => createDocumentReader(at(member)),
    objectIfAny: (member) => createDocumentReader(members?.get(member)),
    list: (member, item) => list(member, (it) => item(createDocumentReader(it))),
    onlyMembers(known) {
      if (place && members) membersOf(place, known)
    },
    refuse,
  }
}

function textOf(place: Place | undefined, shape?: RegExp): string {
  if (place === undefined) return ''
  if (typeof place.value === 'object') return fault(place, 'must be a text') ?? ''
  const text = String(place.value)
  if (shape === undefined || shape.test(text)) return text
  return fault(place, `must be of the form ${shape.source}`) ?? ''
}
