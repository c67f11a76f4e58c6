import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { compileLinkProfile, type LinkProfile } from '#communication'
import type { JsonObject } from '#domain'
import {
  type Conduct,
  ConductError,
  compileConduct,
  deriveConduct,
  parseSandbox,
  parseScript,
} from '#host-emulator'
import { compileDialect, type Dialect, SpecificationError } from '#iso8583'
import {
  compileMapping,
  compileMessages,
  type LocatedFault,
  locateFaults,
  type Mapping,
  MappingError,
  type Messages,
  parseSpec,
  SPEC_TEXT_LIMITS,
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

const SPECS = resolve(import.meta.dirname, '../specs')
const HOSTS = join(SPECS, 'hosts')

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
  const mapping = readMapping(folder, dialect, messages)
  const link = readLink(folder, dialect, mapping)
  return { name: basename(folder), folder, dialect, mapping, link }
}

/** Read the mapping of a host's folder. @throws ProfileError */
export function readMapping(folder: string, dialect: Dialect, messages: Messages): Mapping {
  return compiled(join(folder, 'mapping.json'), (spec) => {
    const compiled = compileMapping(spec, { dialect, messages, schema: readSchema('mapping') })
    // The journal knows the host by this name: two would give it two sets of trace numbers.
    const reason = `must be the name of the folder, ${basename(folder)}`
    const isNamed = compiled.exchange.host === basename(folder)
    if (!isNamed) throw new MappingError([{ path: ['host'], reason }])
    return compiled
  })
}

/**
 * Read the link of a host's folder, whose keys must fit its mapping.
 *
 * @param mapping read from the folder when it is not given; one with faults is held against nothing
 * @throws ProfileError
 */
export function readLink(
  folder: string,
  dialect: Dialect,
  mapping: Mapping | undefined = mappingIfAny(folder, dialect),
): LinkProfile {
  const compile = (spec: unknown) => compileLinkProfile(spec, dialect, mapping?.asked)
  return compiled(join(folder, 'link.json'), compile)
}

function mappingIfAny(folder: string, dialect: Dialect): Mapping | undefined {
  try {
    return readMapping(folder, dialect, readMessages())
  } catch (error) {
    if (error instanceof ProfileError) return undefined
    throw error
  }
}

/** Read a dialect file. @throws ProfileError */
export function readDialect(file: string): Dialect {
  return compiled(file, compileDialect)
}

/** Read a file of specifications of any kind, whatever it says. @throws ProfileError */
export function readSpec(file: string): unknown {
  return compiled(file, (spec) => spec)
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
    const reason = fileFault(error)
    throw new ProfileError(file, [{ line: 1, column: 1, path: '(file)', reason }])
  }
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
  const isOwn = existsSync(join(folder, 'conduct.json'))
  return isOwn
    ? { conduct: readConduct(folder, dialect), origin: 'own' }
    : { conduct: derivedConduct(folder, dialect), origin: 'derived' }
}

/** Read the conduct of a host's folder. @throws ProfileError */
export function readConduct(folder: string, dialect: Dialect): Conduct {
  return compiled(join(folder, 'conduct.json'), (spec) => compileConduct(spec, dialect))
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

/**
 * Read a list of cards, as the emulator takes it.
 *
 * @param conduct of the host whose cards they are, where it is known
 * @throws ProfileError
 */
export function readCards(file: string, conduct?: Conduct): unknown {
  return compiled(file, (document) => {
    parseSandbox(document, conduct?.hasRoomFor)
    return document
  })
}

/** Read a script of faults, as the emulator takes it. @throws ProfileError */
export function readScript(file: string, conduct: Conduct): unknown {
  return compiled(file, (document) => {
    parseScript(document, conduct.hasRoomFor)
    return document
  })
}

/** The hosts of specs/hosts, by name. */
export function hostNames(): readonly string[] {
  const entries = readdirSync(HOSTS, { withFileTypes: true })
  return entries.filter((it) => it.isDirectory()).map(({ name }) => name)
}

/** The card numbers of every sandbox under specs: production takes none of them. */
export function readSandboxPans(): ReadonlySet<string> {
  const own = hostNames().map((name) => join(HOSTS, name, 'cards.json'))
  const cards = [SANDBOX_CARDS, ...own.filter((file) => existsSync(file))].flatMap(
    (file) => parseSandbox(JSON.parse(readFileSync(file, 'utf8'))).cards,
  )
  return new Set(cards.map((card) => card.pan))
}

/** The dialect file of a host profile. */
export function dialectFileOf(profile: string): string {
  return join(folderOf(profile), 'dialect.json')
}

/** The path of a host's folder made absolute; the name of one under specs/hosts stays a name. */
export function profileFrom(folder: string, profile: string): string {
  return profile.includes('/') ? resolve(folder, profile) : profile
}

function folderOf(profile: string): string {
  return resolve(HOSTS, profileFrom('.', profile))
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
    if (!(error instanceof SpecificationError)) throw error
    throw new ProfileError(file, locateFaults(text, error.faults))
  }
}
