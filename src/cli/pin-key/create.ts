import type { Command } from 'commander'
import { createSystemRandom } from '#platform'
import { openHsm } from '../../hsm.ts'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { keepKey } from './keep-key.ts'
import { addTerminalOptions, type OwnerOptions, ownerOf } from './owner-options.ts'
import { protectionKeyOf } from './protection-key.ts'

interface CreateOptions extends ConfigOptions, OwnerOptions {
  readonly under: string
  readonly replace?: true
  readonly json?: true
}

const EXAMPLE = `
Example:
  sallyport pin-key create --merchant M-1001 --key TPK-2 --under terminals > block.txt

Prints the key block for whoever loads the terminals, and the check value apart from it. A gateway
that runs takes the key up within a second.`

/** `sallyport pin-key create`: a new key for terminals. */
export function addCreate(pinKey: Command, outside: Outside, finish: Finish): void {
  const command = pinKey
    .command('create')
    .description('make a PIN key for terminals, and the key block that takes it there')
    .requiredOption('--under <name>', 'the protection key that the block is made under')
    .option('--replace', 'put it in the place of the one that was entered before')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLE)
  addConfigOption(addTerminalOptions(command)).action(async (options: CreateOptions) => {
    finish(await create(options, outside))
  })
}

async function create(options: CreateOptions, outside: Outside): Promise<ExitCode> {
  const config = configOf(options, outside)
  const owner = ownerOf(options, config)
  if (typeof owner === 'string') {
    complain(outside, owner)
    return EXIT.usage
  }
  const hsm = openHsm(config, createSystemRandom())
  const under = protectionKeyOf(options.under, config, outside)
  if (under === undefined) return EXIT.refused
  const { key, keyBlock } = await hsm.createTerminalKey({ under, owner: owner.owner })
  const { replace = false } = options
  if (!(await keepKey(key, config, { replace, outside }))) return EXIT.refused
  const { wrapped: _, ...shown } = key
  if (options.json) say(outside, JSON.stringify({ ...shown, keyBlock }))
  else {
    say(outside, keyBlock)
    complain(outside, `PIN key of ${key.owner}: ${key.cipher}, check value ${key.checkValue}`)
  }
  return EXIT.done
}
