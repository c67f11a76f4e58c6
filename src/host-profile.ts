import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { compileLinkProfile, type LinkProfile, LinkProfileError } from '#communication'
import type { JsonObject } from '#domain'
import {
  type Conduct,
  ConductError,
  compileConduct,
  deriveConduct,
  parseSandbox,
} from '#host-emulator'
import { compileDialect, type Dialect, DialectError, type SpecFault } from '#iso8583'
import {
  compileMapping,
  compileMessages,
  type LocatedFault,
  locateFaults,
  type Mapping,
  MappingError,
  type Messages,
  parseSpec,
} from '#processing'

/** Everything that one folder of specs/hosts says of a core host, compiled. */
export interface HostProfile {
  readonly name: string
  readonly folder: string
  readonly dialect: Dialect
  readonly mapping: Mapping
  readonly link: LinkProfile
}

/** A file of a host profile cannot be used; `faults` lists all that is wrong with it, by line. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError'
  readonly code = 'PROFILE_INVALID'
  readonly faults: readonly LocatedFault[]

  constructor(file: string, faults: readonly LocatedFault[]) {
    const lines = faults.map(
      ({ line, column, path, reason }) => `  ${file}:${line}:${column} ${path}: ${reason}`,
    )
    super([`${file} cannot be used:`, ...lines].join('\n'))
    this.faults = faults
  }
}

const SPECS = resolve(import.meta.dirname, '../specs')

/** The messages of specs/messages, compiled. */
export function readMessages(): Messages {
  const folder = join(SPECS, 'messages')
  const schemas = readdirSync(folder)
    .filter((file) => file.endsWith('.schema.json'))
    .map((file) => [
      file.slice(0, -'.schema.json'.length),
      JSON.parse(readFileSync(join(folder, file), 'utf8')),
    ])
  return compileMessages(Object.fromEntries(schemas))
}

/**
 * Read a host's dialect, mapping and link.
 *
 * @param profile a folder of specs/hosts by its name, or any folder by its path
 * @throws ProfileError naming file, line and reason of every fault of the first file at fault
 */
export function readHostProfile(profile: string, messages: Messages): HostProfile {
  const folder = folderOf(profile)
  const dialect = readDialect(join(folder, 'dialect.json'))
  const name = basename(folder)
  const mapping = compiled(join(folder, 'mapping.json'), (spec) => {
    const compiled = compileMapping(spec, { dialect, messages, schema: readSchema('mapping') })
    // The journal knows the host by this name: two would give it two sets of trace numbers.
    const reason = `must be the name of the folder, ${name}`
    if (compiled.exchange.host !== name) throw new MappingError([{ path: ['host'], reason }])
    return compiled
  })
  const link = compiled(join(folder, 'link.json'), (spec) => compileLinkProfile(spec, dialect))
  return { name, folder, dialect, mapping, link }
}

/** Read a dialect file. @throws ProfileError */
export function readDialect(file: string): Dialect {
  return compiled(file, compileDialect)
}

/** The editions of the standard in specs/editions, by name. */
export const EDITIONS: readonly string[] = [
  '1987-ascii',
  '1987-binary',
  '1993-ascii',
  '1993-binary',
  '2003-ascii',
]

/** The dialect file of an edition, for `readDialect`. */
export function editionFileOf(name: string): string {
  return join(SPECS, 'editions', `${name}.json`)
}

/** How the emulator conducts itself: by the host's own file, or as far as one can tell. */
export interface EmulatedHost {
  readonly conduct: Conduct
  readonly origin: 'own' | 'derived'
}

/**
 * Read the conduct.json of a host's folder; without one, derive the conduct from mapping and link.
 *
 * @throws ProfileError with every fault of the first file at fault
 */
export function readEmulatedHost({ folder, dialect }: HostProfile): EmulatedHost {
  const own = join(folder, 'conduct.json')
  if (existsSync(own)) {
    const conduct = compiled(own, (spec) => compileConduct(spec, dialect))
    return { conduct, origin: 'own' }
  }
  return { conduct: derivedConduct(folder, dialect), origin: 'derived' }
}

function derivedConduct(folder: string, dialect: Dialect): Conduct {
  const files = { mapping: join(folder, 'mapping.json'), link: join(folder, 'link.json') }
  const texts = { mapping: readText(files.mapping), link: readText(files.link) }
  const documents = { mapping: JSON.parse(texts.mapping), link: JSON.parse(texts.link) }
  try {
    return deriveConduct(documents, dialect)
  } catch (error) {
    if (!(error instanceof ConductError)) throw error
    const of = error.faults.some(({ path }) => path[0] === 'mapping') ? 'mapping' : 'link'
    const faults = error.faults.filter(({ path }) => path[0] === of)
    const located = faults.map(({ path, reason }) => ({ path: path.slice(1), reason }))
    throw new ProfileError(files[of], locateFaults(texts[of], located))
  }
}

/** The cards that all emulated hosts have that have none of their own. */
const SANDBOX_CARDS = join(SPECS, 'sandbox-cards.json')

/** The list of cards for a host's emulator: the folder's own cards.json, else the common one. */
export function cardsFileOf({ folder }: HostProfile): string {
  const own = join(folder, 'cards.json')
  return existsSync(own) ? own : SANDBOX_CARDS
}

/** The card numbers of every sandbox under specs: production takes none of them. */
export function readSandboxPans(): ReadonlySet<string> {
  const hosts = join(SPECS, 'hosts')
  const own = readdirSync(hosts).map((name) => join(hosts, name, 'cards.json'))
  const cards = [SANDBOX_CARDS, ...own.filter((file) => existsSync(file))].flatMap(
    (file) => parseSandbox(JSON.parse(readFileSync(file, 'utf8'))).cards,
  )
  return new Set(cards.map((card) => card.pan))
}

/** The dialect file of a host profile. */
export function dialectFileOf(profile: string): string {
  return join(folderOf(profile), 'dialect.json')
}

function folderOf(profile: string): string {
  return isAbsolute(profile) || profile.includes('/')
    ? resolve(profile)
    : join(SPECS, 'hosts', profile)
}

function readSchema(name: string): JsonObject {
  return JSON.parse(readFileSync(join(SPECS, `${name}.schema.json`), 'utf8'))
}

function compiled<T>(file: string, compile: (spec: unknown) => T): T {
  const text = readText(file)
  const parsed = parseSpec(text)
  if (parsed.kind === 'faulty') throw new ProfileError(file, parsed.faults)
  try {
    return compile(parsed.spec)
  } catch (error) {
    if (!isSpecError(error)) throw error
    throw new ProfileError(file, locateFaults(text, error.faults))
  }
}

function isSpecError(error: unknown): error is { readonly faults: readonly SpecFault[] } {
  return (
    error instanceof ConductError ||
    error instanceof DialectError ||
    error instanceof MappingError ||
    error instanceof LinkProfileError
  )
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new ProfileError(file, [{ line: 1, column: 1, path: '(file)', reason: 'cannot be read' }])
  }
}
