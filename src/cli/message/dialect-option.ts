import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Command, Option } from 'commander'
import { isJsonObject } from '#domain'
import { compileFrameHeader, type Dialect, DialectError, type FrameHeader } from '#iso8583'
import { dialectFileOf, EDITIONS, editionFileOf, readDialect } from '../../host-profile.ts'
import { readCompiled } from '../../spec-files.ts'
import { hostNamed } from '../host-name.ts'

export interface DialectChoice {
  readonly host?: string
  readonly dialect?: string
  readonly edition?: string
}

/** `--host NAME`, `--dialect FILE` or `--edition NAME`, as decode and encode take them. */
export function addDialectChoice(command: Command): Command {
  const host = new Option('--host <name>', 'a host: its name under specs/hosts, or a path')
  const dialect = new Option('--dialect <file>', 'a dialect file')
  const edition = new Option('--edition <name>', 'an edition of the standard').choices(EDITIONS)
  return command
    .addOption(host.conflicts(['dialect', 'edition']))
    .addOption(dialect.conflicts(['host', 'edition']))
    .addOption(edition.conflicts(['host', 'dialect']))
}

/** @throws ProfileError when the dialect cannot be used */
export function dialectChosen(command: Command, choice: DialectChoice): Dialect {
  const file = fileOf(choice)
  if (file !== undefined) return readDialect(file)
  return command.error('error: one of --host NAME, --dialect FILE and --edition NAME is needed')
}

/** The frame header that `--framed` asks for. @throws ProfileError */
export function frameChosen(command: Command, choice: DialectChoice): FrameHeader {
  const header = headerOf(choice)
  return header ?? command.error('error: --framed needs a host: a link.json beside the dialect')
}

/**
 * The frame header of the dialect's host.
 *
 * @returns undefined when the dialect is no host's: there is no link.json beside it
 * @throws ProfileError when link.json has no header that can be used
 */
export function headerOf(choice: DialectChoice): FrameHeader | undefined {
  const file = fileOf(choice)
  return file === undefined ? undefined : headerBeside(file)
}

/** The same of a dialect file. */
export function headerBeside(dialectFile: string): FrameHeader | undefined {
  const file = join(dirname(dialectFile), 'link.json')
  if (!existsSync(file)) return undefined
  return readCompiled(file, (spec) => {
    try {
      return compileFrameHeader(isJsonObject(spec) ? spec['header'] : undefined)
    } catch (error) {
      if (!(error instanceof DialectError)) throw error
      throw new DialectError(error.faults.map((it) => ({ ...it, path: ['header', ...it.path] })))
    }
  })
}

function fileOf({ host, dialect, edition }: DialectChoice): string | undefined {
  if (dialect !== undefined) return dialect
  if (host !== undefined) return dialectFileOf(hostNamed(host))
  return edition === undefined ? undefined : editionFileOf(edition)
}
