import { contentTest, DATE_LAYOUTS, type FieldFacts } from '#iso8583'
import type { ValueFacts } from '../messages/members.ts'

/** Whether every text of class `inner` is one of class `outer`. */
export function classHolds(outer: string, inner: string): boolean {
  if (outer === inner) return true
  if (DATE_LAYOUTS.includes(inner)) return classHolds(outer, 'n')
  const outerSets = setsOf(outer)
  const innerSets = inner === 'base64' ? ['a', 'n', 's'] : setsOf(inner)
  if (outerSets === undefined || innerSets === undefined) return false
  // The special characters have the pad space among them.
  return innerSets.every(
    (set) => outerSets.includes(set) || (set === 'p' && outerSets.includes('s')),
  )
}

/**
 * A check of texts against an element, compiled: class and length, filling that the dialect adds
 * allowed for.
 */
export function compileFit(element: FieldFacts): (text: string) => boolean {
  const least = leastOf(element)
  const positions = element.unit === 'bytes' ? 2 : 1
  const isOfClass = contentTest(element.content)
  return (text) => {
    const length = text.length / positions
    return length >= least && length <= element.max && isOfClass(text)
  }
}

/** Why texts of `value` cannot all be carried by `element`; undefined when they can. */
export function misfitOf(value: ValueFacts, element: FieldFacts): string | undefined {
  if (!classHolds(element.content, value.content)) {
    return `is ${value.content}, which element ${element.path} (${element.content}) cannot hold`
  }
  if (value.max > element.max || value.min < leastOf(element)) {
    const own = range(value.min, value.max)
    const wanted = range(element.min, element.max)
    return `has ${own} ${element.unit}, element ${element.path} has ${wanted}`
  }
  return undefined
}

/** Why a text that the mapping itself writes cannot stand in the element. */
export function textMisfit(text: string, facts: FieldFacts): string | undefined {
  if (!contentTest(facts.content)(text)) {
    return `is not ${facts.content}, as element ${facts.path} is`
  }
  return compileFit(facts)(text) ? undefined : `has not the length of element ${facts.path}`
}

/**
 * The shortest text that may be put into an element: one that the dialect fills up may be
 * shorter.
 */
function leastOf(element: FieldFacts): number {
  return element.pad ? Math.min(1, element.min) : element.min
}

function range(min: number, max: number): string {
  return min === max ? `${min}` : `${min} to ${max}`
}

/** Letters, digits, special characters, the pad space: classes of text are unions of these. */
const SETS = 'ansp'

function setsOf(content: string): readonly string[] | undefined {
  const sets = [...content]
  return sets.every((set) => SETS.includes(set)) ? sets : undefined
}
