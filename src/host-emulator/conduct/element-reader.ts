import { contentTest, DATE_LAYOUTS, type Dialect, type FieldFacts } from '#iso8583'
import type { DocumentReader } from '../document-reader.ts'

/** Reads members that name elements of a dialect, or hold values of them. */
export interface ElementReader {
  /** An element or part that holds text. */
  textElement(read: DocumentReader, member: string): string
  textElements(read: DocumentReader, member: string): readonly string[]
  /** One such or a list of them; none when the member is not there. */
  textElementsIfAny(read: DocumentReader, member: string): readonly string[]
  /** An element or part that holds a date with month and day. */
  dateElement(read: DocumentReader, member: string): string
  /** An element or part that digits can be written into. */
  filledElement(read: DocumentReader, member: string): string
  /** An element that repeats amounts; empty when it is none. */
  amountsElement(read: DocumentReader, member: string): string
  /** Note at `member` when an element holds anything but digits. */
  checkDigits(read: DocumentReader, member: string, path: string): void
  /** Elements, composite or not. */
  anyElements(read: DocumentReader, member: string): readonly string[]
  /** Every member is a name for an element that holds text. */
  carriers<Name extends string>(read: DocumentReader): Partial<Record<Name, string>>
  /** A value for which each of these elements has room. */
  value(read: DocumentReader, member: string, elements: readonly string[]): string
  /** Note at `member` when an element does not exist, or has no room for one of these values. */
  check(read: DocumentReader, member: string, path: string, values: readonly string[]): void
}

const PATH = /^[1-9][0-9]{0,2}(\.[A-Za-z0-9]{1,32}){0,8}$/

export function createElementReader(dialect: Dialect): ElementReader {
  const check: ElementReader['check'] = (read, member, path, values) => {
    const facts = dialect.field(path)
    if (facts === undefined) {
      return read.refuse(member, `the dialect ${dialect.name} has no element ${path}`)
    }
    if (facts.parts) return read.refuse(member, `element ${path} has parts: name one of them`)
    for (const value of values) {
      if (!fits(value, facts)) read.refuse(member, `${value} does not fit element ${path}`)
    }
  }
  const checked = (read: DocumentReader, member: string, path: string): string => {
    if (path !== '') check(read, member, path, [])
    return path
  }
  const textElement = (read: DocumentReader, member: string): string =>
    checked(read, member, read.text(member, PATH))

  return {
    textElement,
    textElements: (read, member) =>
      read.texts(member, PATH).map((path) => checked(read, member, path)),
    textElementsIfAny: (read, member) =>
      read.textsIfAny(member, PATH).map((path) => checked(read, member, path)),
    filledElement(read, member) {
      const path = textElement(read, member)
      const facts = dialect.field(path)
      if (facts && !facts.parts && !fits('0'.repeat(Math.max(facts.min, 1)), facts)) {
        read.refuse(member, `element ${path} has no room for digits`)
      }
      return path
    },
    amountsElement: (read, member) => amountsIn(read, member, dialect),
    checkDigits(read, member, path) {
      const facts = dialect.field(path)
      if (facts === undefined || facts.parts || facts.content === 'n') return
      read.refuse(member, `element ${facts.path} holds ${facts.content}, no number`)
    },
    anyElements: (read, member) =>
      read.texts(member, PATH).map((path) => {
        if (path !== '' && dialect.field(path) === undefined) {
          read.refuse(member, `the dialect ${dialect.name} has no element ${path}`)
        }
        return path
      }),
    carriers<Name extends string>(read: DocumentReader) {
      const entries = read.members().map((member) => [member, textElement(read, member)])
      return Object.fromEntries(entries) as Partial<Record<Name, string>>
    },
    value(read, member, elements) {
      const value = read.text(member, /^[ -~]+$/)
      if (value === '') return value
      for (const path of new Set(elements)) if (path !== '') check(read, member, path, [value])
      return value
    },
    check,
    dateElement(read, member) {
      const path = textElement(read, member)
      const facts = dialect.field(path)
      if (facts && !facts.parts && dateLayoutOf(facts) === undefined) {
        read.refuse(member, `element ${path} is none of ${DATES.join(', ')} in the dialect`)
      }
      return path
    },
  }
}

function amountsIn(read: DocumentReader, member: string, dialect: Dialect): string {
  const path = read.text(member, PATH)
  if (path === '' || dialect.field(`${path}.1.amount`) !== undefined) return path
  read.refuse(member, `element ${path} repeats no amounts`)
  return ''
}

/** How an element writes a date: as its content class says, or by the number of its digits. */
export function dateLayoutOf({ content, min, max }: FieldFacts): string | undefined {
  if (DATES.includes(content)) return content
  if (content !== 'n' || min !== max) return undefined
  return DATES.find((layout) => layout.length === max)
}

/** The layouts that a business date is written in. */
const DATES = DATE_LAYOUTS.filter((layout) => layout.endsWith('MMDD'))

/** Whether an element has room for a text. */
export function fits(text: string, { content, min, max, unit, pad }: FieldFacts): boolean {
  const length = unit === 'bytes' ? text.length / 2 : text.length
  if (length > max || (length < min && pad === undefined)) return false
  return contentTest(content)(text)
}
