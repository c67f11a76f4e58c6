/** Calendar dates as `YYYY-MM-DD` text: all that a host's books need of time. */

const DAY_MS = 86_400_000

/** @returns the UTC date of a wall time in milliseconds since 1970. */
export function dateOf(wallMs: number): string {
  const { year, month, day } = civilDay(Math.floor(wallMs / DAY_MS))
  return `${year}-${twoDigits(month)}-${twoDigits(day)}`
}

export function dayAfter(date: string): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  if (day < daysOf(year, month)) return `${date.slice(0, 8)}${twoDigits(day + 1)}`
  return month < 12 ? `${year}-${twoDigits(month + 1)}-01` : `${year + 1}-01-01`
}

/** Writes dates `YYYY-MM-DD` in a layout such as `MMDD` or `YYMMDD`. Days are long: it recalls. */
export function dateWriter(layout: string): (date: string) => string {
  let written = { date: '', text: '' }
  return (date) => {
    if (date !== written.date) written = { date, text: dateText(date, layout) }
    return written.text
  }
}

function dateText(date: string, layout: string): string {
  const [year = '', month = '', day = ''] = date.split('-')
  return layout
    .replace('YYYY', year)
    .replace('YY', year.slice(-2))
    .replace('MM', month)
    .replace('DD', day)
}

/** A wall time in milliseconds, in UTC, in a layout such as `MMDDhhmmss`. */
export function momentText(wallMs: number, layout: string): string {
  const seconds = Math.floor((wallMs % DAY_MS) / 1000)
  const [hh = '', mm = '', ss = ''] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(
    (part) => twoDigits(Math.floor(part)),
  )
  const time = layout.replace('hh', hh).replace('mm', mm).replace('ss', ss)
  return dateText(dateOf(wallMs), time)
}

/**
 * Day count since 1970 to the Gregorian calendar; years begin in March so that leap days come last.
 */
function civilDay(daysSince1970: number): { year: number; month: number; day: number } {
  const days = daysSince1970 + 719_468
  const era = Math.floor(days / 146_097)
  const dayOfEra = days - era * 146_097
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524)
  const yearOfEra = Math.floor((dayOfEra - leaps - Math.floor(dayOfEra / 146_096)) / 365)
  const toYear = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  const dayOfYear = dayOfEra - toYear
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 }
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
