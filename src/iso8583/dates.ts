/**
 * Dates and times as hosts write them: layouts of pairs of digits, named by what they hold
 * (ISO 8583:1987 clause 4.3), and moments in them. The calendar is Gregorian; moments are given as
 * milliseconds since 1970, and nothing here asks what time it is.
 */

/** Every layout that an element can have. */
export const DATE_LAYOUTS: readonly string[] = [
  'YYYYMMDDhhmmss',
  'YYMMDDhhmmss',
  'YYMMDDhhmm',
  'MMDDhhmmss',
  'MMDDhhmm',
  'DDhhmmss',
  'YYYYMMDD',
  'YYMMDD',
  'YYYYMM',
  'YYMM',
  'MMDD',
  'DDMM',
  'hhmmss',
  'hhmm',
]

/** The layout of stamps: a whole moment, of which each other layout is a piece. */
export const STAMP_LAYOUT = 'YYYYMMDDhhmmss'

/** The moment's stamp in UTC. */
export function utcStamp(ms: number): string {
  const days = Math.floor(ms / DAY_MS)
  const { year, month, day } = civilDate(days)
  const second = Math.floor((ms - days * DAY_MS) / 1000)
  return (
    padded(year, 4) +
    padded(month, 2) +
    padded(day, 2) +
    padded(Math.floor(second / 3600), 2) +
    padded(Math.floor(second / 60) % 60, 2) +
    padded(second % 60, 2)
  )
}

/** The moment in UTC, in a layout such as `MMDDhhmmss`. Throws `TypeError` for another layout. */
export function momentText(ms: number, layout: string): string {
  const cut = dateCut(STAMP_LAYOUT, layout)
  if (cut === undefined) throw new TypeError(`${layout} is no layout of dates and times`)
  return cut(utcStamp(ms))
}

/**
 * Cuts a date out of one of another layout, `MMDD` out of `YYMMDD` or `DDMM`; undefined when it is
 * not in there, or when either is no layout.
 */
export function dateCut(layout: string, wanted: string): ((date: string) => string) | undefined {
  if (!DATE_LAYOUTS.includes(layout) || !DATE_LAYOUTS.includes(wanted)) return undefined
  // The last place, for YY are the last two digits of YYYY.
  const at = layout.lastIndexOf(wanted)
  if (at >= 0) return (date) => date.slice(at, at + wanted.length)
  const units = wanted.match(UNIT) ?? []
  const places = units.map((unit) => ({ at: layout.lastIndexOf(unit), digits: unit.length }))
  if (places.some((place) => place.at < 0)) return undefined
  return (date) => places.map((place) => date.slice(place.at, place.at + place.digits)).join('')
}

/**
 * How many days a month has, 0 where there is no such month. Two digits are a year of this century,
 * in which every fourth is a leap year; so is the year 0, for dates without a year.
 */
export function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0)
}

const DAY_MS = 86_400_000
const UNIT = /YYYY|YY|MM|DD|hh|mm|ss/g
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const DAYS_TO_1970 = 719_468
const ERA_DAYS = 146_097

/** Years start in March, so that the leap day is last. */
function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + DAYS_TO_1970
  const era = Math.floor(shifted / ERA_DAYS)
  const dayOfEra = shifted - era * ERA_DAYS
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / (ERA_DAYS - 1))) /
      365,
  )
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  const dayFromMarch = dayOfEra - (365 * yearOfEra + leapDays)
  const monthFromMarch = Math.floor((5 * dayFromMarch + 2) / 153)
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const day = dayFromMarch - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  return { year: yearOfEra + era * 400 + (month < 3 ? 1 : 0), month, day }
}

function padded(value: number, width: number): string {
  return value.toString().padStart(width, '0')
}
