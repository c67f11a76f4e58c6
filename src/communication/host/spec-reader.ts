import type { Dialect, SpecFault } from '#iso8583'

type Path = readonly (string | number)[]

/**
 * Reads one object of a specification. What is missing or wrong is noted as a fault and read as an
 * empty value, so that all faults are found in one pass.
 */
export interface SpecReader {
  member(name: string): unknown
  fault(name: string, reason: string): void
  onlyMembers(names: readonly string[]): void
  integer(name: string, min: number, max: number): number
  text(name: string, pattern: RegExp): string
  /** An object of element numbers and the text that each is to hold. */
  texts(name: string): Readonly<Record<string, string>>
  /** The number of one element of the dialect that has no parts. */
  element(name: string): string
  /** A list of such, each once, at least `countMin` of them. */
  elements(name: string, countMin: number): readonly string[]
  object(name: string, members: readonly string[]): SpecReader
}

export interface SpecContext {
  readonly path: Path
  readonly faults: SpecFault[]
  readonly dialect: Dialect
}

export function createSpecReader(spec: unknown, context: SpecContext): SpecReader {
  const { path, faults, dialect } = context
  const members = isObject(spec) ? spec : {}
  if (!isObject(spec)) faults.push({ path, reason: 'must be an object' })

  function note(at: Path, reason: string): void {
    // One fault of a whole object says it all; its members are not missing each on its own.
    if (isObject(spec)) faults.push({ path: [...path, ...at], reason })
  }

  function checkElement(value: unknown, at: Path): string {
    const facts = typeof value === 'string' ? dialect.field(value) : undefined
    if (typeof value === 'string' && /^[0-9]{1,3}$/.test(value) && facts && !facts.parts) {
      return value
    }
    note(at, 'must be the number of an element of the dialect that has no parts')
    return ''
  }

  const reader: SpecReader = {
    member: (name) => members[name],
    fault: (name, reason) => note([name], reason),
    onlyMembers(names) {
      const known = `is not a setting here; known are ${names.join(', ')}`
      for (const name of Object.keys(members)) if (!names.includes(name)) note([name], known)
    },
    integer(name, min, max) {
      const value = members[name]
      if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
        return value
      }
      note([name], `must be a whole number from ${min} to ${max}`)
      return min
    },
    text(name, pattern) {
      const value = members[name]
      if (typeof value === 'string' && pattern.test(value)) return value
      note([name], `must be text that matches ${pattern.source}`)
      return ''
    },
    texts(name) {
      const value = members[name]
      const entries = isObject(value) ? Object.entries(value) : []
      if (!isObject(value)) note([name], 'must be an object')
      for (const [element, text] of entries) {
        checkElement(element, [name, element])
        if (typeof text !== 'string') note([name, element], 'must be text')
      }
      return Object.fromEntries(entries.filter(isText))
    },
    element: (name) => checkElement(members[name], [name]),
    elements(name, countMin) {
      const value = members[name]
      const list: readonly unknown[] = Array.isArray(value) ? value : []
      if (!Array.isArray(value) || list.length < countMin) {
        note([name], `must be a list of at least ${countMin} elements`)
      }
      if (new Set(list).size < list.length) note([name], 'must not name an element twice')
      return list.map((element, index) => checkElement(element, [name, index]))
    },
    object(name, names) {
      const inner = { path: [...path, name], faults, dialect }
      const found = createSpecReader(members[name], inner)
      found.onlyMembers(names)
      return found
    },
  }
  return reader
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
