/** Calendar dates as `YYYY-MM-DD` text: all that a host's books need of time. */
import { dateCut, daysIn, utcStamp } from '#iso8583'

/** @returns the UTC date of a wall time in milliseconds since 1970. */
export function dateOf(wallMs: number): string {
  const stamp = utcStamp(wallMs)
  return `${stamp.slice(0, 4)}-${stamp.slice(4, 6)}-${stamp.slice(6, 8)}`
}

export function dayAfter(date: string): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  if (day < daysIn(year, month)) return `${date.slice(0, 8)}${twoDigits(day + 1)}`
  return month < 12 ? `${year}-${twoDigits(month + 1)}-01` : `${year + 1}-01-01`
}

/** Writes dates `YYYY-MM-DD` in a layout such as `MMDD` or `YYMMDD`. Days are long: it recalls. */
export function dateWriter(layout: string): (date: string) => string {
  const cut = dateCut('YYYYMMDD', layout)
  if (cut === undefined) throw new TypeError(`${layout} is no layout of dates`)
  let written = { date: '', text: '' }
  return (date) => {
    if (date !== written.date) written = { date, text: cut(date.replaceAll('-', '')) }
    return written.text
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
