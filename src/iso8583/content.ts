/**
 * Content classes of ISO 8583: which characters a value may hold.
 *
 * `a` letters, `n` digits, `s` special characters (printable ASCII that is neither, the space
 * among them), `p` the pad space, and their unions; `z` the track code set with its separator as
 * `=` or `D`; `b` binary, shown as hex; `x+n` a sign `C` or `D`, then digits. Dates and times are
 * digits with ranges, named by their layout. (ISO 8583:1987 clause 4.3, 1993 clause 4.2.)
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
}

export interface DateRange {
  readonly at: number
  readonly min: number
  readonly max: number
}

const DIGITS = '0123456789'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SPECIALS = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

const DATE_LAYOUTS = [
  'MMDD',
  'YYMM',
  'hhmm',
  'YYMMDD',
  'hhmmss',
  'YYYYMMDD',
  'MMDDhhmm',
  'MMDDhhmmss',
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
    ...DATE_LAYOUTS.map((layout) => contentClass(layout, 'digits', DIGITS, dateRanges(layout))),
  ].map((content) => [content.name, content]),
)

export const CONTENT_NAMES: readonly string[] = [...CLASSES.keys()]

export function contentOf(name: string): ContentClass | undefined {
  return CLASSES.get(name)
}

function contentClass(
  name: string,
  kind: ContentClass['kind'],
  characters: string,
  ranges: readonly DateRange[] = [],
): ContentClass {
  const table = new Uint8Array(256)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return Object.freeze({ name, kind, characters: table, ranges })
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
