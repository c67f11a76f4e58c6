import { closeSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { SpecificationError } from '#iso8583'
import { type LocatedFault, locateFaults, parseSpec, SPEC_TEXT_LIMITS } from '#processing'

/** The folder of specifications that are shipped. */
export const SPECS = resolve(import.meta.dirname, '../specs')

/** A file of specifications cannot be used; `faults` lists all that is wrong with it, by line. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError'
  readonly code = 'PROFILE_INVALID'
  readonly file: string
  readonly faults: readonly LocatedFault[]

  constructor(file: string, faults: readonly LocatedFault[]) {
    const lines = faults.map(
      ({ line, column, path, reason }) => `  ${file}:${line}:${column} ${path}: ${reason}`,
    )
    super([`${file} cannot be used:`, ...lines].join('\n'))
    this.file = file
    this.faults = faults
  }
}

/**
 * Read a file of specifications and make of it what it says.
 *
 * @param compile of its document, and its text for those that tell places in it
 * @throws ProfileError with every fault that it has as a text, else that `compile` throws of it
 */
export function readCompiled<T>(file: string, compile: (spec: unknown, text: string) => T): T {
  const text = readText(file)
  const parsed = parseSpec(text)
  if (parsed.kind === 'faulty') throw new ProfileError(file, parsed.faults)
  try {
    return compile(parsed.spec, text)
  } catch (error) {
    if (!(error instanceof SpecificationError)) throw error
    throw new ProfileError(file, locateFaults(text, error.faults))
  }
}

/**
 * Read a file of specifications, and of no more bytes than one may have; a byte order mark, as
 * Windows puts before a text, is left off.
 *
 * @throws ProfileError
 */
export function readText(file: string): string {
  try {
    return textIn(file, SPEC_TEXT_LIMITS.bytesMax + 1).replace(/^\uFEFF/, '')
  } catch (error) {
    throw faultyAsWhole(file, fileFault(error))
  }
}

/** What is wrong with a file as a whole. */
export function faultyAsWhole(file: string, reason: string): ProfileError {
  return new ProfileError(file, [{ line: 1, column: 1, path: '(file)', reason }])
}

/** Why the system did not give a file, as a reader is told. */
export function fileFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return FILE_FAULTS[code] ?? 'cannot be read'
}

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'is missing',
  ENOTDIR: 'is missing: a part of its path is a file',
  EACCES: 'may not be read or written by this user',
  EPERM: 'may not be read or written by this user',
  EISDIR: 'is a folder, not a file',
  EEXIST: 'is there already',
  ENOSPC: 'has no room on its disk',
  EROFS: 'is on a disk that is not written to',
}

/** Not by the size that the system tells: a pipe has none. */
function textIn(file: string, bytesMax: number): string {
  const descriptor = openSync(file, 'r')
  try {
    const chunks: Buffer[] = []
    let left = bytesMax
    while (left > 0) {
      const chunk = Buffer.allocUnsafe(Math.min(left, CHUNK_BYTES))
      const read = readSync(descriptor, chunk)
      if (read === 0) break
      chunks.push(chunk.subarray(0, read))
      left -= read
    }
    return Buffer.concat(chunks).toString('utf8')
  } finally {
    closeSync(descriptor)
  }
}

const CHUNK_BYTES = 65_536
