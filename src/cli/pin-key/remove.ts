import type { Command } from 'commander'
import { dropPinKey } from '#security'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { addBaseOption, addTerminalOptions, type OwnerOptions, ownerOf } from './owner-options.ts'

const EXAMPLE = `
Example:
  sallyport pin-key remove --merchant M-1001 --key TPK-1

For a terminal that is lost. A gateway that runs takes no PINs under the key within a second.`

/** `sallyport pin-key remove`: a terminal's key that is no longer to be trusted. */
export function addRemove(pinKey: Command, outside: Outside, finish: Finish): void {
  const command = pinKey
    .command('remove')
    .description('take a terminal’s key out of the keys folder')
    .addHelpText('after', EXAMPLE)
  addConfigOption(addTerminalOptions(addBaseOption(command))).action(
    async (options: ConfigOptions & OwnerOptions) => finish(await remove(options, outside)),
  )
}

async function remove(options: ConfigOptions & OwnerOptions, outside: Outside): Promise<ExitCode> {
  const config = configOf(options, outside)
  const key = ownerOf(options, config)
  if (typeof key === 'string') {
    complain(outside, key)
    return EXIT.usage
  }
  const { keysFolder, environment } = config
  if (await dropPinKey(keysFolder, key, { environment })) {
    say(outside, `PIN key of ${key.owner}: removed`)
    return EXIT.done
  }
  complain(outside, `${key.owner}: there is no such key`)
  return EXIT.refused
}
