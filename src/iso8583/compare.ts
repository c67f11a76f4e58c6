/** Where two messages of one dialect differ, for people: values as `describe` shows them. */
import { ORDER_KEY } from './codec/tags.ts'
import { NAMELESS } from './describe.ts'
import type { Dialect } from './dialect.ts'
import type { DescribedField, FieldValue, Message } from './message.ts'

/**
 * One place where they differ. `value`: both have it, and not the same, though masked the two may
 * look alike. `order`: the same tags stand in another order on the line.
 */
export interface Difference {
  readonly kind: 'only-in-a' | 'only-in-b' | 'value' | 'order'
  readonly path: string
  readonly name: string
  /** Undefined where the first message has nothing. */
  readonly a: DescribedField | undefined
  readonly b: DescribedField | undefined
}

/**
 * What differs between two messages that the dialect has read, in the order of their elements.
 * Values are compared as they are and shown masked, unless `unmasked`.
 */
export function compareMessages(
  dialect: Pick<Dialect, 'describe'>,
  [a, b]: readonly [Message, Message],
  options: { readonly unmasked?: boolean } = {},
): Difference[] {
  const sides = { a: sideOf(dialect, a, options), b: sideOf(dialect, b, options) }
  const found = new Map<string, Difference>()
  for (const path of pathsOf(sides.a.leaves, sides.b.leaves)) {
    const difference = differenceAt(path, sides)
    if (difference !== undefined) found.set(difference.path, difference)
  }
  for (const path of reordered(sides.a.lines, sides.b.lines)) {
    if (!found.has(path)) found.set(path, shownAt('order', path, sides))
  }
  return [...found.values()]
}

interface Side {
  /** Every value as it is, by its path. */
  readonly leaves: ReadonlyMap<string, string>
  readonly lines: ReadonlyMap<string, DescribedField>
}

interface Sides {
  readonly a: Side
  readonly b: Side
}

function sideOf(
  dialect: Pick<Dialect, 'describe'>,
  message: Message,
  options: { readonly unmasked?: boolean },
): Side {
  const leaves = new Map([['mti', message.mti]])
  for (const [key, value] of Object.entries(message.fields)) addLeaves(leaves, key, value)
  const lines = dialect.describe(message, options).map((line) => [line.path, line] as const)
  return { leaves, lines: new Map(lines) }
}

function addLeaves(leaves: Map<string, string>, path: string, value: FieldValue): void {
  if (typeof value === 'string') {
    leaves.set(path, value)
    return
  }
  const parts = Object.entries(value).filter(([key]) => key !== ORDER_KEY)
  if (parts.length === 0) leaves.set(path, '')
  for (const [key, part] of parts) addLeaves(leaves, `${path}.${key}`, part)
}

/** The message type, then by element number; within an element those of the first message first. */
function pathsOf(a: Side['leaves'], b: Side['leaves']): string[] {
  const numberOf = (path: string) => Number.parseInt(path, 10) || 0
  return [...new Set([...a.keys(), ...b.keys()])].sort((p, q) => numberOf(p) - numberOf(q))
}

function differenceAt(path: string, sides: Sides): Difference | undefined {
  const a = sides.a.leaves.get(path)
  const b = sides.b.leaves.get(path)
  if (a === b) return undefined
  if (a === undefined) return shownAt('only-in-b', path, sides)
  return shownAt(b === undefined ? 'only-in-a' : 'value', path, sides)
}

/** A path that has no line of its own, as that of a tag which is not shown, is its composite's. */
function shownAt(kind: Difference['kind'], path: string, sides: Sides): Difference {
  const a = sides.a.lines.get(path)
  const b = sides.b.lines.get(path)
  const line = a ?? b
  if (line !== undefined) return { kind, path, name: line.name, a, b }
  const dot = path.lastIndexOf('.')
  if (dot < 0) return { kind, path: '?', name: NAMELESS, a, b }
  return shownAt('value', path.slice(0, dot), sides)
}

/** Composites whose parts, as far as both have them, stand in another order. */
function reordered(a: Side['lines'], b: Side['lines']): string[] {
  const composites = [...a.values()].filter((line) => line.composite && b.get(line.path)?.composite)
  return composites
    .map(({ path }) => path)
    .filter((path) => partsIn(a, b, path).join(' ') !== partsIn(b, a, path).join(' '))
}

function partsIn(lines: Side['lines'], others: Side['lines'], path: string): string[] {
  const isPart = (it: string) => it.slice(0, it.lastIndexOf('.')) === path
  return [...lines.keys()].filter((it) => isPart(it) && others.has(it))
}
