import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { compileLinkProfile, type LinkProfile } from '#communication'
import type { JsonObject } from '#domain'
import { compileDialect, type Dialect } from '#iso8583'
import {
  compileMapping,
  compileMessages,
  type Mapping,
  MappingError,
  type Messages,
} from '#processing'
import { readCompiled, SPECS } from './spec-files.ts'

/** Everything that one folder of specs/hosts says of a core host, compiled. */
export interface HostProfile {
  readonly name: string
  readonly folder: string
  readonly dialect: Dialect
  readonly mapping: Mapping
  readonly link: LinkProfile
}

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
  return readCompiled(join(folder, 'mapping.json'), (spec) => {
    const compiled = compileMapping(spec, { dialect, messages, schema: readSchema('mapping') })
    // The journal knows the host by this name: two would give it two sets of trace numbers.
    const reason = `must be the name of the folder, ${basename(folder)}`
    const isNamed = compiled.exchange.host === basename(folder)
    if (!isNamed) throw new MappingError([{ path: ['host'], reason }])
    return compiled
  })
}

/**
 * Read the link of a host's folder.
 *
 * @param mapping which the link's keys must fit; one with faults, undefined, holds them to nothing
 * @throws ProfileError
 */
export function readLink(
  folder: string,
  dialect: Dialect,
  mapping: Mapping | undefined,
): LinkProfile {
  const compile = (spec: unknown) => compileLinkProfile(spec, dialect, mapping?.asked)
  return readCompiled(join(folder, 'link.json'), compile)
}

/** Read a dialect file. @throws ProfileError */
export function readDialect(file: string): Dialect {
  return readCompiled(file, compileDialect)
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

/** The hosts of specs/hosts, by name. */
export function hostNames(): readonly string[] {
  const entries = readdirSync(HOSTS, { withFileTypes: true })
  return entries.filter((it) => it.isDirectory()).map(({ name }) => name)
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
