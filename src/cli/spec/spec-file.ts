import { existsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DialectError, type DialectPlan, readSpecification } from '#iso8583'
import { type LocatedFault, locateFaults, parseSpec } from '#processing'
import {
  dialectFileOf,
  EDITIONS,
  editionFileOf,
  hostNames,
  ProfileError,
  readText,
} from '../../host-profile.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { complain, type Outside } from '../outside.ts'

/** What a command takes for a dialect. */
export const NAMED = 'a dialect file, a host’s folder, or the name of a host or an edition'

/**
 * The file or folder that people mean: by its path, or by the name of a host or an edition.
 *
 * @throws ProfileError when there is none
 */
export function specNamed(name: string): string {
  if (existsSync(name)) return name
  if (EDITIONS.includes(name)) return editionFileOf(name)
  if (hostNames().includes(name)) return dirname(dialectFileOf(name))
  const reason = 'is no file, no folder, no host and no edition'
  throw new ProfileError(name, [{ line: 1, column: 1, path: '(file)', reason }])
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
  try {
    const text = readText(file)
    const parsed = parseSpec(text)
    if (parsed.kind === 'faulty') return parsed
    return planOf(parsed.spec, text)
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    return { kind: 'faulty', faults: error.faults }
  }
}

function planOf(spec: unknown, text: string): CheckedPlan {
  try {
    return { kind: 'plan', plan: readSpecification(spec), text }
  } catch (error) {
    if (!(error instanceof DialectError)) throw error
    return { kind: 'faulty', faults: locateFaults(text, error.faults) }
  }
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

export function refuseToReplace(file: string, outside: Outside): ExitCode {
  complain(outside, `${file} is there already and stays as it is`)
  return EXIT.refused
}
