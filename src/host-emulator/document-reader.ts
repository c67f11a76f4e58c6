import type { SpecFault } from '#iso8583'

/**
 * Reads one JSON object of a document. What does not fit is noted, with its path, and reading goes
 * on: whoever began looks at the faults when all is read.
 */
export interface DocumentReader {
  has(member: string): boolean
  /** Names of all members, in the order of the document. */
  members(): readonly string[]
  /** A number or truth value is read as its text. Empty when it is refused. */
  text(member: string, shape: RegExp): string
  /** undefined when it is not there, empty when it is refused. */
  optional(member: string, shape: RegExp): string | undefined
  texts(member: string, shape: RegExp): readonly string[]
  /** A text or a list of them; none when the member is not there. */
  textsIfAny(member: string, shape: RegExp): readonly string[]
  object(member: string): DocumentReader
  list<T>(member: string, item: (read: DocumentReader) => T): readonly T[]
  /** Note every member but these as unknown. */
  onlyMembers(members: readonly string[]): void
  refuse(member: string, reason: string): void
}

export function createDocumentReader(
  value: unknown,
  faults: SpecFault[],
  path: SpecFault['path'] = [],
): DocumentReader {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const members = new Map<string, unknown>(isObject ? Object.entries(value) : [])
  const refuse = (member: string, reason: string): void => {
    faults.push({ path: [...path, member], reason })
  }
  const textOf = (member: string, found: unknown, shape: RegExp): string => {
    const text = typeof found === 'object' ? '' : String(found)
    if (shape.test(text)) return text
    refuse(member, `must be of the form ${shape.source}`)
    return ''
  }
  const listAt = (member: string): readonly unknown[] => {
    const found = members.get(member)
    if (!Array.isArray(found)) refuse(member, 'must be a list')
    return Array.isArray(found) ? found : []
  }

  return {
    has: (member) => members.has(member),
    members: () => [...members.keys()],
    text(member, shape) {
      if (members.has(member)) return textOf(member, members.get(member), shape)
      refuse(member, 'is missing')
      return ''
    },
    optional(member, shape) {
      return members.has(member) ? textOf(member, members.get(member), shape) : undefined
    },
    texts(member, shape) {
      return listAt(member).map((found) => textOf(member, found, shape))
    },
    textsIfAny(member, shape) {
      const found = members.get(member)
      if (Array.isArray(found)) return found.map((text) => textOf(member, text, shape))
      return members.has(member) ? [textOf(member, found, shape)] : []
    },
    object(member) {
      if (!members.has(member)) refuse(member, 'is missing')
      return createDocumentReader(members.get(member), faults, [...path, member])
    },
    list(member, item) {
      return listAt(member).map((found, index) =>
        item(createDocumentReader(found, faults, [...path, member, index])),
      )
    },
    onlyMembers(known) {
      for (const member of members.keys()) {
        if (known.includes(member)) continue
        refuse(member, `is not a setting here; known are ${known.join(', ')}`)
      }
    },
    refuse,
  }
}
