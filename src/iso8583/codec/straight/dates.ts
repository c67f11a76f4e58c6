/** Dates and times in straight-line code. */
import { type ContentClass, MONTH_DAYS } from '../../content.ts'
import { isDayOfYear } from '../date.ts'
import type { Draft } from './draft.ts'

/**
 * Code that gives up on what is no date or time. `pairAt` makes the expression of the two digits at
 * a place of the value; the code uses `end` for what it has read.
 */
export function dateChecks(
  { ranges, dayOfMonth }: ContentClass,
  pairAt: (at: number) => string,
  draft: Draft,
): string {
  const inRange = ranges.map(
    ({ at, min, max }) => `end = ${pairAt(at)}\nif (end < ${min} || end > ${max}) return undefined`,
  )
  if (dayOfMonth === undefined) return inRange.join('\n')
  const { day, month, year } = dayOfMonth
  const days = draft.constant(MONTH_DAYS)
  const years = year.reduce((sum, at) => `(100 * ${sum} + ${pairAt(at)})`, '0')
  const isDay = `${draft.constant(isDayOfYear)}(end, ${pairAt(month)}, ${years})`
  return `${inRange.join('\n')}
    end = ${pairAt(day)}
    if (end > 28 && (end > ${days}[${pairAt(month)}] || !${isDay})) return undefined`
}
