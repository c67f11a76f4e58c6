import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { reviewDialect } from '#dialects'
import { isJsonObject } from '#domain'
import { compileDialect, type Dialect, readSpecification } from '#iso8583'
import { type LocatedFault, locateFaults } from '#processing'
import { readCards, readEmulatedHost } from '../../emulated-host.ts'
import { readLink, readMapping, readMessages } from '../../host-profile.ts'
import { faultyAsWhole, ProfileError, readCompiled } from '../../spec-files.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { withMeantName } from '../meant-name.ts'
import { type Outside, say } from '../outside.ts'
import { isFolder, NAMED, specNamed } from './spec-file.ts'

interface Found {
  readonly file: string
  readonly faults: readonly LocatedFault[]
  readonly warnings: readonly LocatedFault[]
  /** Only that it is JSON was seen: what it says of the dialect has to wait for the dialect. */
  readonly unchecked?: true
}

const CHECK_EXAMPLE = `
Examples:
  sallyport spec check my-host/dialect.json
  sallyport spec check ./my-host        its dialect, mapping, link and conduct
  sallyport spec check meridian

Exit code 0 when it can be used, 1 when it has faults; warnings do not count.`

/** `sallyport spec check`: a dialect file, or all that a host's folder says. */
export function addCheck(spec: Command, outside: Outside, finish: Finish): void {
  spec
    .command('check')
    .argument('<dialect>', NAMED)
    .description('explain every fault of a dialect file, or of all files of a host')
    .option('--json', 'print JSON')
    .addHelpText('after', CHECK_EXAMPLE)
    .action((name: string, options: { json?: true }) => finish(checkSpec(name, options, outside)))
}

function checkSpec(name: string, { json }: { readonly json?: true }, outside: Outside): ExitCode {
  const found = foundOf(name).map((it) => ({
    ...it,
    faults: it.faults.map(withMeantName),
  }))
  const isFine = found.every(({ faults }) => faults.length === 0)
  if (json) say(outside, JSON.stringify(found))
  else for (const line of found.flatMap(foundLines)) say(outside, line)
  return isFine ? EXIT.done : EXIT.refused
}

function foundOf(name: string): Found[] {
  const { found, value: path } = checked(name, specNamed)
  if (path === undefined) return [found]
  if (isFolder(path)) return checkFolder(path)
  return [otherFile(path) ?? checkDialect(path).found]
}

/** Files of a host by the member that each has and a dialect has not. */
const OTHERS = { messages: 'mapping', header: 'link', payments: 'conduct', cards: 'list of cards' }

/** A host's file that is no dialect is read with its dialect, by its folder. */
function otherFile(file: string): Found | undefined {
  const { value } = checked(file, readAnything)
  const spec = isJsonObject(value) ? value : {}
  const [, kind] = Object.entries(OTHERS).find(([member]) => Object.hasOwn(spec, member)) ?? []
  if (kind === undefined || Object.hasOwn(spec, 'fields')) return undefined
  const reason = `is a ${kind}; check its folder: sallyport spec check ${join(dirname(file), '.')}/`
  return { file, faults: faultyAsWhole(file, reason).faults, warnings: [] }
}

function readAnything(file: string): unknown {
  return readCompiled(file, (spec) => spec)
}

/** Every file for itself, so that a fault in one hides none in another. */
function checkFolder(folder: string): Found[] {
  const { found, value: dialect } = checkDialect(join(folder, 'dialect.json'))
  return [found, ...(dialect ? checkBeside(folder, dialect) : checkWithoutDialect(folder))]
}

function checkDialect(file: string): Checked<Dialect> {
  const { found, value } = checked(file, () =>
    readCompiled(file, (spec, text) => ({
      dialect: compileDialect(spec),
      warnings: locateFaults(text, reviewDialect(readSpecification(spec))),
    })),
  )
  return { found: { ...found, warnings: value?.warnings ?? [] }, value: value?.dialect }
}

/** What a host's files say of its dialect and of one another; a conduct or cards it may lack. */
function checkBeside(folder: string, dialect: Dialect): Found[] {
  const home = resolve(folder)
  const file = (name: string) => join(folder, name)
  const mapping = checked(file('mapping.json'), () => readMapping(home, dialect, readMessages()))
  const link = checked(file('link.json'), () => readLink(home, dialect, mapping.value))
  const isOwn = existsSync(file('conduct.json'))
  const canBeDerived = mapping.value !== undefined && link.value !== undefined
  const conduct = checked(file('conduct.json'), () =>
    isOwn || canBeDerived ? readEmulatedHost({ folder: home, dialect }).conduct : undefined,
  )
  const cards = file('cards.json')
  return [
    mapping.found,
    link.found,
    ...(isOwn ? [conduct.found] : []),
    ...(existsSync(cards) ? [checked(cards, () => readCards(cards, conduct.value)).found] : []),
  ]
}

function checkWithoutDialect(folder: string): Found[] {
  const file = (name: string) => join(folder, name)
  const ifThere = (name: string) => (existsSync(file(name)) ? [file(name)] : [])
  const speaking = [file('mapping.json'), file('link.json'), ...ifThere('conduct.json')]
  return [
    ...speaking.map((it) => ({ ...checked(it, readAnything).found, unchecked: true as const })),
    ...ifThere('cards.json').map((it) => checked(it, (cards) => readCards(cards)).found),
  ]
}

interface Checked<T> {
  readonly found: Found
  /** Undefined when there are faults. */
  readonly value: T | undefined
}

function checked<T>(file: string, read: (file: string) => T): Checked<T> {
  try {
    return { found: { file, faults: [], warnings: [] }, value: read(file) }
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    return { found: { file, faults: error.faults, warnings: [] }, value: undefined }
  }
}

function foundLines({ file, faults, warnings, unchecked }: Found): string[] {
  if (faults.length > 0) return faults.map((fault) => `${placeText(file, fault)}: ${fault.reason}`)
  if (unchecked) return [`${file} is JSON; what it says of the dialect was not checked`]
  const lines = warnings.map((it) => `${placeText(file, it)}: warning: ${it.reason}`)
  const told = warnings.length === 0 ? '' : `; warnings: ${warnings.length}`
  return [...lines, `${file} can be used${told}`]
}

function placeText(file: string, { line, column, path }: LocatedFault): string {
  return `${file}:${line}:${column} ${path}`
}
