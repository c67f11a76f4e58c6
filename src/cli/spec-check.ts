import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { reviewDialect } from '#dialects'
import { type LocatedFault, locateFaults } from '#processing'
import { ProfileError, readEmulatedHost, readHostProfile, readMessages } from '../host-profile.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { type Outside, say } from './outside.ts'
import { checkedPlan, isFolder, specNamed } from './spec-file.ts'

interface Found {
  readonly file: string
  readonly faults: readonly LocatedFault[]
  readonly warnings: readonly LocatedFault[]
}

/** `sallyport spec check`: a dialect file, or all that a host's folder says. */
export function checkSpec(
  name: string,
  { json }: { readonly json?: true },
  outside: Outside,
): ExitCode {
  const path = specNamed(name)
  const found = isFolder(path) ? checkFolder(path) : [checkDialect(path)]
  const isFine = found.every(({ faults }) => faults.length === 0)
  if (json) say(outside, JSON.stringify(found))
  else for (const line of found.flatMap(foundLines)) say(outside, line)
  return isFine ? EXIT.done : EXIT.refused
}

function checkDialect(file: string): Found {
  const checked = checkedPlan(file)
  if (checked.kind === 'faulty') return { file, faults: checked.faults, warnings: [] }
  const warnings = locateFaults(checked.text, reviewDialect(checked.plan))
  return { file, faults: [], warnings }
}

/** The other files speak of the dialect's elements, so they are read when it can be. */
function checkFolder(folder: string): Found[] {
  const dialect = checkDialect(join(folder, 'dialect.json'))
  if (dialect.faults.length > 0) return [dialect]
  try {
    const profile = readHostProfile(resolve(folder), readMessages())
    const others = BESIDE.filter((name) => existsSync(join(folder, name)))
    if (others.includes(CONDUCT)) readEmulatedHost(profile)
    return [dialect, ...others.map((name) => ({ file: join(folder, name), ...FINE }))]
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    const name = BESIDE.find((it) => error.message.startsWith(join(resolve(folder), it))) ?? ''
    return [dialect, { file: join(folder, name), ...FINE, faults: error.faults }]
  }
}

/** Only the emulator reads it, and a host need not have one. */
const CONDUCT = 'conduct.json'
const BESIDE = ['mapping.json', 'link.json', CONDUCT]
const FINE = { faults: [], warnings: [] }

function foundLines({ file, faults, warnings }: Found): string[] {
  if (faults.length > 0) return faults.map((fault) => `${placeText(file, fault)}: ${fault.reason}`)
  const lines = warnings.map((it) => `${placeText(file, it)}: warning: ${it.reason}`)
  const told = warnings.length === 0 ? '' : `; warnings: ${warnings.length}`
  return [...lines, `${file} can be used${told}`]
}

function placeText(file: string, { line, column, path }: LocatedFault): string {
  return `${file}:${line}:${column} ${path}`
}
