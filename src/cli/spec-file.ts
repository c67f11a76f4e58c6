import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DialectError, type DialectPlan, readSpecification } from '#iso8583'
import { type LocatedFault, locateFaults, parseSpec } from '#processing'
import { dialectFileOf, EDITIONS, editionFileOf, ProfileError } from '../host-profile.ts'

/** Larger or deeper is no specification, and would cost a parser its stack. */
const SPEC_FILE_LIMITS = { bytesMax: 4_194_304, depthMax: 64, syntaxFaultsMax: 10 } as const

/** The file or folder that people mean: by its path, or by the name of a host or an edition. */
export function specNamed(name: string): string {
  if (existsSync(name)) return name
  return EDITIONS.includes(name) ? editionFileOf(name) : dirname(dialectFileOf(name))
}

export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

/** The dialect file of the same; a folder is a host's. */
export function dialectFileNamed(name: string): string {
  const path = specNamed(name)
  return isFolder(path) ? join(path, 'dialect.json') : path
}

/** @throws ProfileError with every fault by its place */
export function readPlan(file: string): DialectPlan {
  const checked = checkedPlan(file)
  if (checked.kind === 'faulty') throw new ProfileError(file, checked.faults)
  return checked.plan
}

export type CheckedPlan =
  | { readonly kind: 'plan'; readonly plan: DialectPlan; readonly text: string }
  | { readonly kind: 'faulty'; readonly faults: readonly LocatedFault[] }

export function checkedPlan(file: string): CheckedPlan {
  const text = readSpecText(file)
  if (typeof text !== 'string') return { kind: 'faulty', faults: [text] }
  const parsed = parseSpec(text)
  if (parsed.kind === 'faulty') {
    // After the first of them a parser only guesses.
    return { kind: 'faulty', faults: parsed.faults.slice(0, SPEC_FILE_LIMITS.syntaxFaultsMax) }
  }
  try {
    return { kind: 'plan', plan: readSpecification(parsed.spec), text }
  } catch (error) {
    if (!(error instanceof DialectError)) throw error
    return { kind: 'faulty', faults: locateFaults(text, error.faults) }
  }
}

/** The text of a file, or why it is not read. */
function readSpecText(file: string): string | LocatedFault {
  const { bytesMax, depthMax } = SPEC_FILE_LIMITS
  let text: string
  try {
    if (statSync(file).size > bytesMax) return wholeFile(`is larger than ${bytesMax} bytes`)
    text = readFileSync(file, 'utf8')
  } catch {
    return wholeFile('cannot be read')
  }
  return isDeeper(text, depthMax) ? wholeFile(`nests deeper than ${depthMax} levels`) : text
}

function wholeFile(reason: string): LocatedFault {
  return { line: 1, column: 1, path: '(file)', reason }
}

/** Whether brackets outside of strings nest deeper. */
function isDeeper(text: string, depthMax: number): boolean {
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    if (depth > depthMax) return true
  }
  return false
}

/**
 * Write a new file; one that is there may hold somebody's work.
 *
 * @returns whether it was written
 */
export function writeNew(file: string, text: string): boolean {
  if (existsSync(file)) return false
  writeFileSync(file, text, { flag: 'wx' })
  return true
}
