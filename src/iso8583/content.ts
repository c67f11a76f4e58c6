/**
 * Content classes of ISO 8583: which characters a value may hold.
 *
 * `a` letters, `n` digits, `s` special characters (printable ASCII that is neither, the space
 * among them), `p` the pad space, and their unions; `z` the track code set with its separator as
 * `=` or `D`; `b` binary, shown as hex; `x+n` a sign `C` or `D`, then digits. Dates and times are
 * digits with ranges, named by their layout; a day is one that its month has. (ISO 8583:1987 clause
 * 4.3, 1993 clause 4.2.)
 */

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

const DATE_LAYOUTS = [
  'MMDD',
  'DDMM',
  'YYMM',
  'hhmm',
  'YYMMDD',
  'YYYYMM',
  'hhmmss',
  'DDhhmmss',
  'YYYYMMDD',
  'MMDDhhmm',
  'MMDDhhmmss',
  'YYMMDDhhmm',
  'YYMMDDhhmmss',
  'YYYYMMDDhhmmss',
]

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

/** The days of each month by its number, those of February in a leap year. */
export const MONTH_DAYS = Uint8Array.of(0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

/**
 * Two digits are a year of this century, in which every fourth is a leap year; so is the year 0,
 * and a date without a year may be of any.
 */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
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
