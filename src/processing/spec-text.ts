import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parse,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import type { SpecFault } from '#iso8583'

/** A fault with its place in the file, as an editor counts: lines and columns from 1. */
export interface LocatedFault {
  readonly line: number
  readonly column: number
  /** JSON pointer (RFC 6901) of what is at fault; `(file)` when that is the whole. */
  readonly path: string
  readonly reason: string
}

export type ParsedSpec =
  | { readonly kind: 'parsed'; readonly spec: unknown }
  | { readonly kind: 'faulty'; readonly faults: readonly LocatedFault[] }

/** Parse a specification file: JSON without comments; every syntax error is told with its place. */
export function parseSpec(text: string): ParsedSpec {
  const errors: ParseError[] = []
  const spec: unknown = parse(text, errors, { disallowComments: true })
  if (errors.length === 0) return { kind: 'parsed', spec }
  const faults = errors.map(({ error, offset }) => ({
    ...placeOf(text, offset),
    path: WHOLE,
    reason: `is no JSON: ${printParseErrorCode(error)}`,
  }))
  return { kind: 'faulty', faults }
}

/**
 * Find where in a JSON text the faults of its document are. A fault about something that is not
 * there is shown at what should contain it.
 */
export function locateFaults(text: string, faults: readonly SpecFault[]): readonly LocatedFault[] {
  const tree = parseTree(text)
  return faults.map(({ path, reason }) => ({
    ...placeOf(text, offsetOf(tree, path)),
    path: pointerOf(path),
    reason,
  }))
}

const WHOLE = '(file)'

/** A path as a JSON pointer. */
export function pointerOf(path: SpecFault['path']): string {
  const segments = path.map((it) => String(it).replaceAll('~', '~0').replaceAll('/', '~1'))
  return segments.length === 0 ? WHOLE : `/${segments.join('/')}`
}

function offsetOf(tree: Node | undefined, path: SpecFault['path']): number {
  if (!tree) return 0
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length))
    if (!node) continue
    return node.parent?.type === 'property' ? node.parent.offset : node.offset
  }
  return tree.offset
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
