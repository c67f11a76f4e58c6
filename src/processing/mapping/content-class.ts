import type { FieldFacts } from '#iso8583'
import type { ValueFacts } from '../messages/members.ts'

/** Whether every text of class `inner` is one of class `outer`. */
export function classHolds(outer: string, inner: string): boolean {
  if (outer === inner) return true
  if (DATE.test(inner)) return classHolds(outer, 'n')
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
  return (text) => {
    const length = text.length / positions
    return length >= least && length <= element.max && textIsOf(element.content, text)
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
  if (!textIsOf(facts.content, text)) {
    return `is not ${facts.content}, as element ${facts.path} is`
  }
  return compileFit(facts)(text) ? undefined : `has not the length of element ${facts.path}`
}

/** Whether `text` is of the class. */
function textIsOf(content: string, text: string): boolean {
  if (DATE.test(content)) return /^[0-9]+$/.test(text) && datePartsHold(content, text)
  return patternOf(content)?.test(text) ?? false
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

const DATE = /^(?:YYYY|YY|MM|DD|hh|mm|ss)+$/

const SETS: Readonly<Record<string, string>> = {
  a: 'A-Za-z',
  n: '0-9',
  s: ' -/:-@[-`{-~',
  p: ' ',
}

function setsOf(content: string): readonly string[] | undefined {
  const sets = [...content]
  return sets.every((set) => set in SETS) ? sets : undefined
}

const PATTERNS = new Map<string, RegExp>([
  ['b', /^(?:[0-9A-F]{2})*$/],
  ['z', /^[0-9=D]*$/],
  ['x+n', /^[CD][0-9]*$/],
  ['base64', /^[A-Za-z0-9+/]*={0,2}$/],
])

function patternOf(content: string): RegExp | undefined {
  const known = PATTERNS.get(content)
  if (known) return known
  const sets = setsOf(content)
  if (!sets) return undefined
  const pattern = new RegExp(`^[${sets.map((set) => SETS[set]).join('')}]*$`)
  PATTERNS.set(content, pattern)
  return pattern
}

const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  MM: [1, 12],
  DD: [1, 31],
  hh: [0, 23],
  mm: [0, 59],
  ss: [0, 59],
}

function datePartsHold(layout: string, text: string): boolean {
  if (text.length !== layout.length) return false
  for (let at = 0; at < layout.length; at += 2) {
    const [min, max] = BOUNDS[layout.slice(at, at + 2)] ?? [0, 99]
    const value = Number(text.slice(at, at + 2))
    if (value < min || value > max) return false
  }
  return true
}
