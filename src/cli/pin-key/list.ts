import type { Command } from 'commander'
import { readPinKeys } from '#security'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { type Outside, say } from '../outside.ts'

interface ListOptions extends ConfigOptions {
  readonly json?: true
}

/** `sallyport pin-key list`: which keys were entered. */
export function addList(pinKey: Command, outside: Outside, finish: Finish): void {
  const command = pinKey
    .command('list')
    .description('show which keys were entered, by their check values')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  sallyport pin-key list --json')
  addConfigOption(command).action((options: ListOptions) => finish(list(options, outside)))
}

function list(options: ListOptions, outside: Outside): ExitCode {
  const { keysFolder, environment } = configOf(options, outside)
  const keys = readPinKeys(keysFolder, { environment }).map(({ wrapped: _, ...key }) => key)
  if (options.json) {
    say(outside, JSON.stringify(keys))
    return EXIT.done
  }
  if (keys.length === 0) say(outside, 'There is no key for PINs here.')
  for (const { purpose, owner, cipher, checkValue, enteredAtMs } of keys) {
    const day = new Date(enteredAtMs).toISOString().slice(0, 10)
    say(outside, `${purpose}  ${owner}  ${cipher}  check value ${checkValue}  entered ${day}`)
  }
  return EXIT.done
}
