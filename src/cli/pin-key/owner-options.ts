import type { Command } from 'commander'
import { type HsmKey, ownerOfTerminalKey } from '#security'
import type { Config } from '../../config.ts'
import { readHostProfile, readMessages } from '../../host-profile.ts'

/** The options that say whose a PIN key is. */
export interface OwnerOptions {
  readonly host?: true
  readonly merchant?: string
  readonly key?: string
  readonly terminal?: string
  readonly base?: true
}

export type PinKeyOwner = Pick<HsmKey, 'owner'> & {
  readonly purpose: 'terminal-pin' | 'terminal-base' | 'host-pin'
}

export function addOwnerOptions(command: Command): Command {
  return addTerminalOptions(addBaseOption(command)).option('--host', 'it is the core host’s')
}

/** Where a key may be one that others are derived from. */
export function addBaseOption(command: Command): Command {
  return command.option('--base', 'the terminals derive a key for each PIN from it (DUKPT)')
}

export function addTerminalOptions(command: Command): Command {
  return command
    .option('--merchant <id>', 'it is of terminals of this merchant')
    .option('--key <name>', 'by which the merchant’s requests name it')
    .option('--terminal <id>', 'of this terminal alone; of all of the merchant’s when not given')
}

/** Whose the key is, or what is wrong with the options. */
export function ownerOf(options: OwnerOptions, config: Config): PinKeyOwner | string {
  const { host, merchant, key, terminal, base } = options
  if (host) {
    if (merchant !== undefined) return '--host and --merchant exclude each other'
    if (base) return '--host and --base exclude each other'
    const { name } = readHostProfile(config.host.profile, readMessages())
    return { purpose: 'host-pin', owner: name }
  }
  if (merchant === undefined || key === undefined) return '--merchant and --key are needed'
  for (const [option, text] of [
    ['--merchant', merchant],
    ['--key', key],
  ] as const) {
    if (!isKeyName(text)) return `${option} must be 1 to 32 of A-Z a-z 0-9 . _ -`
  }
  if (terminal !== undefined && !TERMINAL.test(terminal)) {
    return '--terminal must be 8 printable characters'
  }
  const of = { merchant, name: key, ...(terminal === undefined ? {} : { terminal }) }
  return { purpose: base ? 'terminal-base' : 'terminal-pin', owner: ownerOfTerminalKey(of) }
}

export function isKeyName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(text)
}

const TERMINAL = /^[!-~][ -~]{6}[!-~]$/
