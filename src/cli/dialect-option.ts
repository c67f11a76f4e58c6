import { type Command, Option } from 'commander'
import type { Dialect } from '#iso8583'
import { dialectFileOf, readDialect } from '../host-profile.ts'

export interface DialectChoice {
  readonly host?: string
  readonly dialect?: string
}

/** `--host NAME` or `--dialect FILE`, as decode and encode take them. */
export function addDialectChoice(command: Command): Command {
  return command
    .addOption(new Option('--host <name>', 'a host profile under specs/hosts').conflicts('dialect'))
    .addOption(new Option('--dialect <file>', 'a dialect file'))
}

/** @throws ProfileError when the dialect cannot be used */
export function dialectChosen(command: Command, choice: DialectChoice): Dialect {
  if (choice.dialect !== undefined) return readDialect(choice.dialect)
  if (choice.host !== undefined) return readDialect(dialectFileOf(choice.host))
  return command.error('error: one of --host NAME and --dialect FILE is needed')
}
