/**
 * Content classes of ISO 8583: which characters a value may hold.
 *
 * `a` letters, `n` digits, `s` special characters (printable ASCII that is neither, the space
 * among them), `p` the pad space, and their unions; `z` the track code set with its separator as
 * `=` or `D`; `b` binary, shown as hex; `x+n` a sign `C` or `D`, then digits. Dates and times are
 * digits with ranges, named by their layout; a day is one that its month has. (ISO 8583:1987 clause
 * 4.3, 1993 clause 4.2.)
 */
import { DATE_LAYOUTS, daysIn } from './dates.ts'

export interface ContentClass {
  readonly name: string
  /**
   * For each ASCII code 1 where the class takes the character; for `x+n` the characters after the
   * sign.
   */
  readonly characters: Uint8Array
  readonly kind: 'text' | 'digits' | 'track' | 'signed' | 'binary'
  /** The two-digit ranges a date or time must keep, by position. */
  readonly ranges: readonly DateRange[]
  /** Of a date with a day and its month. */
  readonly dayOfMonth: DayOfMonth | undefined
}

export interface DateRange {
  readonly at: number
  readonly min: number
  readonly max: number
}

/** Where the pairs of digits of a date stand; its year has none, one, or two. */
export interface DayOfMonth {
  readonly day: number
  readonly month: number
  readonly year: readonly number[]
}

const DIGITS = '0123456789'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SPECIALS = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

const CLASSES: ReadonlyMap<string, ContentClass> = new Map(
  [
    contentClass('n', 'digits', DIGITS),
    contentClass('a', 'text', LETTERS),
    contentClass('s', 'text', SPECIALS),
    contentClass('an', 'text', LETTERS + DIGITS),
    contentClass('ap', 'text', `${LETTERS} `),
    contentClass('anp', 'text', `${LETTERS}${DIGITS} `),
    contentClass('as', 'text', LETTERS + SPECIALS),
    contentClass('ns', 'text', DIGITS + SPECIALS),
    contentClass('ans', 'text', LETTERS + DIGITS + SPECIALS),
    contentClass('z', 'track', `${DIGITS}=D`),
    contentClass('b', 'binary', `${DIGITS}ABCDEFabcdef`),
    contentClass('x+n', 'signed', DIGITS),
    ...DATE_LAYOUTS.map((layout) => dateClass(layout)),
  ].map((content) => [content.name, content]),
)

export const CONTENT_NAMES: readonly string[] = [...CLASSES.keys()]

export function contentOf(name: string): ContentClass | undefined {
  return CLASSES.get(name)
}

/**
 * A test of texts for a class by its name, as values are given: signs and dates whole, binary as
 * upper-case hex. Nothing is of a class that there is not.
 */
export function contentTest(name: string): (text: string) => boolean {
  const content = contentOf(name)
  if (content === undefined) return () => false
  if (content.kind === 'binary') return (text) => /^(?:[0-9A-F]{2})*$/.test(text)
  if (content.kind === 'signed') {
    return (text) => /^[CD]/.test(text) && areOf(content, text.slice(1))
  }
  if (content.ranges.length === 0) return (text) => areOf(content, text)
  return (text) =>
    text.length === name.length && areOf(content, text) && dateFault(content, text) < 0
}

/** Where a date or time in a text is none, as an index into the text; -1 when it is one. */
export function dateFault({ ranges, dayOfMonth }: ContentClass, text: string, from = 0): number {
  for (const { at, min, max } of ranges) {
    const pair = pairAt(text, from + at)
    if (pair < min || pair > max) return from + at
  }
  if (dayOfMonth === undefined) return -1
  const { day, month, year } = dayOfMonth
  const days = pairAt(text, from + day)
  if (days < 29) return -1
  const years = year.reduce((sum, at) => 100 * sum + pairAt(text, from + at), 0)
  return days <= daysIn(years, pairAt(text, from + month)) ? -1 : from + day
}

function pairAt(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
}

function areOf({ characters }: ContentClass, text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (characters[text.charCodeAt(at)] !== 1) return false
  }
  return true
}

function contentClass(name: string, kind: ContentClass['kind'], characters: string): ContentClass {
  const table = new Uint8Array(256)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return Object.freeze({ name, kind, characters: table, ranges: [], dayOfMonth: undefined })
}

function dateClass(layout: string): ContentClass {
  const digits = contentClass(layout, 'digits', DIGITS)
  const [day, month] = [layout.indexOf('DD'), layout.indexOf('MM')]
  const year = [...layout.matchAll(/YY/g)].map(({ index }) => index)
  const dayOfMonth = day >= 0 && month >= 0 ? { day, month, year } : undefined
  return Object.freeze({ ...digits, ranges: dateRanges(layout), dayOfMonth })
}

function dateRanges(layout: string): DateRange[] {
  const ranges: DateRange[] = []
  const bounds = { MM: [1, 12], DD: [1, 31], hh: [0, 23], mm: [0, 59], ss: [0, 59] } as const
  for (let at = 0; at < layout.length; at += 2) {
    const pair = layout.slice(at, at + 2)
    const bound = Object.entries(bounds).find(([name]) => name === pair)?.[1]
    if (bound !== undefined) ranges.push({ at, min: bound[0], max: bound[1] })
  }
  return ranges
}
