import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DialectPlan, readSpecification } from '#iso8583'
import { dialectFileOf, EDITIONS, editionFileOf, hostNames } from '../../host-profile.ts'
import { faultyAsWhole, readCompiled } from '../../spec-files.ts'

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
  throw faultyAsWhole(name, 'is no file, no folder, no host and no edition')
}

export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

/** The plan of the dialect that is named; a folder is a host's. @throws ProfileError */
export function readPlan(name: string): DialectPlan {
  const path = specNamed(name)
  return readCompiled(isFolder(path) ? join(path, 'dialect.json') : path, readSpecification)
}
