/** Dates and times in straight-line code. */
import type { ContentClass } from '../../content.ts'
import { daysIn } from '../../dates.ts'
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
  const years = year.reduce((sum, at) => `(100 * ${sum} + ${pairAt(at)})`, '0')
  return `${inRange.join('\n')}
    end = ${pairAt(day)}
    if (end > 28 && end > ${draft.constant(daysIn)}(${years}, ${pairAt(month)})) return undefined`
}
