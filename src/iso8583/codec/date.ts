/** Dates and times: pairs of digits within their ranges, and days that their month has. */
import { type ContentClass, isLeapYear, MONTH_DAYS } from '../content.ts'

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
  const months = pairAt(text, from + month)
  const years = year.reduce((sum, at) => 100 * sum + pairAt(text, from + at), 0)
  const isGood = days <= (MONTH_DAYS[months] as number) && isDayOfYear(days, months, years)
  return isGood ? -1 : from + day
}

/** Whether a day that a leap year has is one of this year. */
export function isDayOfYear(day: number, month: number, year: number): boolean {
  return day !== 29 || month !== 2 || isLeapYear(year)
}

function pairAt(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
}
