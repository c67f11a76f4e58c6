import {
  findNodeAtLocation,
  type Node,
  type ParseError,
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

/** Larger or deeper is no specification, and would cost a parser its stack. */
export const SPEC_TEXT_LIMITS = { bytesMax: 4_194_304, depthMax: 64, syntaxFaultsMax: 10 } as const

/**
 * Parse a specification file: JSON without comments, and without two members of one name, of which
 * a parser would drop one unseen. Every fault is told with its place.
 */
export function parseSpec(text: string): ParsedSpec {
  const { bytesMax, depthMax, syntaxFaultsMax } = SPEC_TEXT_LIMITS
  if (Buffer.byteLength(text) > bytesMax)
    return faultyAt(text, 0, `is larger than ${bytesMax} bytes`)
  const tooDeep = offsetDeeper(text, depthMax)
  if (tooDeep !== undefined) return faultyAt(text, tooDeep, `nests deeper than ${depthMax} levels`)
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { disallowComments: true })
  if (errors.length > 0 || tree === undefined) {
    // After the first of them a parser only guesses.
    const first = errors.slice(0, syntaxFaultsMax).map(({ error, offset }) => ({
      ...placeOf(text, offset),
      path: WHOLE,
      reason: `is no JSON: ${syntaxFault(error)}`,
    }))
    return { kind: 'faulty', faults: first }
  }
  const faults: LocatedFault[] = []
  const spec = specOf(tree, [], (path, { offset }) => {
    faults.push({ ...placeOf(text, offset), path: pointerOf(path), reason: 'is there twice' })
  })
  return faults.length === 0 ? { kind: 'parsed', spec } : { kind: 'faulty', faults }
}

/** What a text that is no JSON has wrong, in words, by the parser's code. */
export function syntaxFault(code: ParseError['error']): string {
  return SYNTAX_FAULTS[printParseErrorCode(code)] ?? 'cannot be read'
}

const SYNTAX_FAULTS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word that JSON does not have',
  InvalidNumberFormat: 'a number that is written wrongly',
  PropertyNameExpected: 'the name of a member in double quotes is missing',
  ValueExpected: 'a value is missing',
  ColonExpected: 'a colon is missing',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'there is more behind the end',
  InvalidCommentToken: 'a comment, which JSON does not have',
  UnexpectedEndOfComment: 'a comment that does not end',
  UnexpectedEndOfString: 'a text that does not end',
  UnexpectedEndOfNumber: 'a number that does not end',
  InvalidUnicode: 'a \\u without four hex digits',
  InvalidEscapeCharacter: 'an escape that JSON does not have',
  InvalidCharacter: 'a control character in a text',
}

function faultyAt(text: string, offset: number, reason: string): ParsedSpec {
  return { kind: 'faulty', faults: [{ ...placeOf(text, offset), path: WHOLE, reason }] }
}

/** Where brackets outside of strings begin to nest deeper. */
function offsetDeeper(text: string, depthMax: number): number | undefined {
  let depth = 0
  let isInString = false
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset]
    if (character === '\\' && isInString) offset += 1
    else if (character === '"') isInString = !isInString
    else if (isInString) continue
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth > depthMax) return offset
  }
  return undefined
}

type Path = SpecFault['path']

/** The value of a node; a member's name may be any text, `__proto__` too. */
function specOf(
  { type, children = [], value }: Node,
  path: Path,
  tellTwice: (path: Path, node: Node) => void,
): unknown {
  if (type === 'array') return children.map((it, at) => specOf(it, [...path, at], tellTwice))
  if (type !== 'object') return value
  const members = new Map<string, unknown>()
  for (const property of children) {
    const [key, member] = property.children ?? []
    if (key === undefined || member === undefined) continue
    const name = String(key.value)
    const memberPath = [...path, name]
    if (members.has(name)) tellTwice(memberPath, property)
    members.set(name, specOf(member, memberPath, tellTwice))
  }
  return Object.fromEntries(members)
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
function pointerOf(path: Path): string {
  const segments = path.map((it) => String(it).replaceAll('~', '~0').replaceAll('/', '~1'))
  return segments.length === 0 ? WHOLE : `/${segments.join('/')}`
}

function offsetOf(tree: Node | undefined, path: Path): number {
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
