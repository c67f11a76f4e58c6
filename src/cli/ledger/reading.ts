import type { Command } from 'commander'
import { currencyOf, moneyText } from '#domain'
import { createSystemClock } from '#platform'
import { type LedgerReader, openLedgerReader } from '#store'
import { storePlaceOf } from '../../gateway-files.ts'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'

export interface LedgerOptions extends ConfigOptions {
  readonly json?: true
}

/** What every command has that reads a ledger. */
export function addLedgerOptions(command: Command): Command {
  return addConfigOption(command).option('--json', 'print one JSON object a line')
}

/** Read the ledger of a store, beside the gateway that may be running on it. */
export async function withReader(
  options: LedgerOptions,
  outside: Outside,
  act: (reader: LedgerReader) => Promise<ExitCode>,
): Promise<ExitCode> {
  const place = storePlaceOf(configOf(options, outside))
  const reader = await openLedgerReader(place, { clock: createSystemClock() })
  try {
    return await act(reader)
  } finally {
    await reader.close()
  }
}

/** `USD -12.50`; an account may be on the side that it should not be. */
export function amountText(minor: bigint, code: string): string {
  const currency = currencyOf(code)
  if (currency === undefined) return `${code} ${minor}`
  const text = moneyText({ minor: minor < 0n ? -minor : minor, currency })
  return minor < 0n ? text.replace(' ', ' -') : text
}

/** A big integer has no place of its own in JSON. */
export function jsonText(value: object): string {
  return JSON.stringify(value, (_, member) =>
    typeof member === 'bigint' ? member.toString() : member,
  )
}
