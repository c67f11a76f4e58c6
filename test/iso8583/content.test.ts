import test from 'ava'
import { contentTest, DATE_LAYOUTS } from '#iso8583'
import { decodeFault, dialectOf, encodeFault, HEAD } from './dialects.ts'

/** Often enough for readers and writers of their own. */
const OFTEN = 40

/** Those with a day and its month. */
const LAYOUTS = DATE_LAYOUTS.filter((layout) => /MM/.test(layout) && /DD/.test(layout))

const ENCODINGS: Readonly<Record<string, (value: string) => string>> = {
  ascii: (value) => Buffer.from(value).toString('hex'),
  'ebcdic-037': (value) => value.replace(/./g, 'f$&'),
  bcd: (value) => value,
}

const two = (number: number) => String(number).padStart(2, '0')

/** By the calendar of the runtime; a date without a year is one of a leap year. */
function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(2000, month - 1, day))
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

const YEARS = [1900, 1999, 2000, 2023, 2024, 2100]
const DAYS = [0, 1, 28, 29, 30, 31, 32]

/** Every month with the days around its ends: the text, and whether it is a date. */
function* datesOf(layout: string): Generator<readonly [value: string, isGood: boolean]> {
  const hasYear = layout.includes('YY')
  const hasCentury = layout.includes('YYYY')
  for (const year of hasYear ? YEARS : [2000]) {
    for (let month = 0; month <= 13; month += 1) {
      for (const day of DAYS) {
        const shown = hasCentury ? String(year) : two(year % 100)
        const named = layout.replace(/YY+/, shown).replace('MM', two(month))
        const value = named.replace('DD', two(day)).replace('hhmm', '2359').replace('ss', '59')
        yield [value, isDate(hasCentury ? year : 2000 + (year % 100), month, day)]
      }
    }
  }
}

for (const [encoding, hexOf] of Object.entries(ENCODINGS)) {
  for (const layout of LAYOUTS) {
    test(`${layout} in ${encoding} is a day of its month, read or written, first or often`, (t) => {
      const element = { name: 'x', content: layout, encoding, length: layout.length }
      const often = dialectOf(element)
      const good = [...datesOf(layout)].find(([, isGood]) => isGood)?.[0] ?? ''
      const message = { mti: '0200', fields: { 2: good } }
      for (let round = 0; round < OFTEN; round += 1) often.unpack(often.pack(message))
      for (const [index, [value, isGood]] of [...datesOf(layout)].entries()) {
        // One that has read few messages reads with its closures.
        const dialect = index % 2 === 0 ? often : dialectOf(element)
        const bytes = Buffer.concat([Buffer.from(HEAD), Buffer.from(hexOf(value), 'hex')])
        const written = isGood ? 'accepted' : 'CONTENT_INVALID 2'
        t.is(encodeFault(dialect, { 2: value }), written, value)
        t.is(decodeFault(dialect, bytes), refusal(layout, value, { isGood, encoding }), value)
        if (isGood) t.is(dialect.unpack(bytes).fields['2'], value)
      }
    })
  }
}

/** Where the fault is: a month out of its range before a day that is none. */
function refusal(
  layout: string,
  value: string,
  { isGood, encoding }: { isGood: boolean; encoding: string },
): string {
  if (isGood) return 'accepted'
  const [monthAt, dayAt] = [layout.indexOf('MM'), layout.indexOf('DD')]
  const outside = [
    { at: monthAt, max: 12 },
    { at: dayAt, max: 31 },
  ]
    .sort((left, right) => left.at - right.at)
    .find(({ at, max }) => {
      const pair = Number(value.slice(at, at + 2))
      return pair < 1 || pair > max
    })
  const at = outside?.at ?? dayAt
  return `CONTENT_INVALID ${HEAD.length + (encoding === 'bcd' ? at / 2 : at)} 2`
}

const KNOWN: readonly [layout: string, value: string, fault: string][] = [
  ['MMDD', '0229', 'accepted'],
  ['MMDD', '0230', 'CONTENT_INVALID 2'],
  ['MMDD', '0431', 'CONTENT_INVALID 2'],
  ['YYMMDD', '000229', 'accepted'],
  ['YYMMDD', '230229', 'CONTENT_INVALID 2'],
  ['YYYYMMDD', '19000229', 'CONTENT_INVALID 2'],
  ['YYYYMMDD', '20000229', 'accepted'],
  ['YYYYMM', '203012', 'accepted'],
  ['YYYYMM', '203013', 'CONTENT_INVALID 2'],
  ['DDhhmmss', '31235959', 'accepted'],
  ['DDhhmmss', '31240000', 'CONTENT_INVALID 2'],
  ['DDhhmmss', '00000000', 'CONTENT_INVALID 2'],
]

for (const [content, value, fault] of KNOWN) {
  test(`${value} as ${content}: ${fault}`, (t) =>
    t.is(encodeFault(dialectOf({ name: 'x', content, length: value.length }), { 2: value }), fault))
}

test('a day that its month has not is let through where content is lenient, and reported', (t) => {
  const dialect = dialectOf({ name: 'x', content: 'MMDD', length: 4, lenient: ['content'] })
  const read = dialect.unpack(Buffer.from(`${HEAD}0230`))
  t.deepEqual(read.fields, { 2: '0230' })
  t.deepEqual(read.lenient, [{ path: '2', code: 'CONTENT_INVALID', offset: 22 }])
})

const TEXTS: readonly [content: string, good: readonly string[], bad: readonly string[]][] = [
  ['n', ['', '0123456789'], ['12a', ' 1', '\u0661']],
  ['ans', ['', "A z0!~'"], ['\n', '\u00e9']],
  ['ap', ['A b'], ['A1']],
  ['z', ['4539=3012', '4539D3012'], ['4539d']],
  ['b', ['', '00FF'], ['0', '0g', 'ff']],
  ['x+n', ['C12', 'D0'], ['12', 'E1', 'C1x', '']],
  ['MMDD', ['0229', '1231'], ['0230', '1301', '229', '02291']],
  ['hhmm', ['0000', '2359'], ['2400', '0060']],
  ['composite', [], ['']],
]

for (const [content, good, bad] of TEXTS) {
  test(`what is ${content} is told from what is not`, (t) => {
    for (const text of good) t.true(contentTest(content)(text), text)
    for (const text of bad) t.false(contentTest(content)(text), text)
  })
}
