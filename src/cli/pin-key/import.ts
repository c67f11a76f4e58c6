import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { createSystemRandom } from '#platform'
import type { ImportFault } from '#security'
import { openHsm } from '../../hsm.ts'
import { isCheckValue } from '../components.ts'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { textOf } from '../lines.ts'
import { complain, type Outside, say } from '../outside.ts'
import { keepKey } from './keep-key.ts'
import { addOwnerOptions, type OwnerOptions, ownerOf } from './owner-options.ts'
import { protectionKeyOf } from './protection-key.ts'

interface ImportOptions extends ConfigOptions, OwnerOptions {
  readonly under: string
  readonly block?: string
  readonly expect?: string
  readonly replace?: true
  readonly json?: true
}

const EXAMPLE = `
Examples:
  sallyport pin-key import --host --under acme --expect 08D7B4 < block.txt
  sallyport pin-key import --merchant M-1001 --key TPK-1 --under acme --block block.txt

Takes a key block of TR-31 (ANSI X9.143), version B or D, for PIN encryption (usage P0),
or with --base a base derivation key (B0). Compare its
check value with what whoever sent it has. A gateway that
runs takes the key up within a second.`

/** `sallyport pin-key import`: a key out of a key block. */
export function addImport(pinKey: Command, outside: Outside, finish: Finish): void {
  const command = pinKey
    .command('import')
    .description('take a PIN key out of a key block')
    .requiredOption('--under <name>', 'the protection key that the block was made under')
    .option('--block <file>', 'the key block; standard input when not given')
    .option('--expect <digits>', 'the check value that the key must have')
    .option('--replace', 'put it in the place of the one that was entered before')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLE)
  addConfigOption(addOwnerOptions(command)).action(async (options: ImportOptions) => {
    finish(await importKey(options, outside))
  })
}

async function importKey(options: ImportOptions, outside: Outside): Promise<ExitCode> {
  const { expect, replace = false } = options
  if (!isCheckValue(expect, outside)) return EXIT.usage
  const config = configOf(options, outside)
  const owner = ownerOf(options, config)
  if (typeof owner === 'string') {
    complain(outside, owner)
    return EXIT.usage
  }
  const hsm = openHsm(config, createSystemRandom())
  const under = protectionKeyOf(options.under, config, outside)
  if (under === undefined) return EXIT.refused
  const imported = await hsm.importKey({
    keyBlock: await blockOf(options, outside),
    under,
    ...owner,
    ...(expect === undefined ? {} : { expectedCheckValue: expect }),
  })
  if (imported.kind === 'refused') {
    complain(outside, `${imported.fault}: ${REASONS[imported.fault]}`)
    return EXIT.refused
  }
  if (!(await keepKey(imported.key, config, { replace, outside }))) return EXIT.refused
  const { wrapped: _, ...shown } = imported.key
  const told = `PIN key of ${shown.owner}: ${shown.cipher}, check value ${shown.checkValue}`
  say(outside, options.json ? JSON.stringify(shown) : told)
  return EXIT.done
}

async function blockOf({ block }: ImportOptions, outside: Outside): Promise<string> {
  const text = block === undefined ? await textOf(outside.input) : readFileSync(block, 'utf8')
  return text.trim()
}

const REASONS: Readonly<Record<ImportFault, string>> = {
  malformed: 'this is no key block of version B or D',
  'protection-key-unfit': 'the protection key is of another cipher than the block’s version',
  'mac-wrong': 'it was made under another protection key, or it was changed',
  'key-malformed': 'there is no key in it',
  'usage-wrong': 'its key is not for PIN encryption (P0; B0 with --base)',
  'mode-wrong': 'its key may not be used in this direction',
  'algorithm-wrong': 'its key is of no cipher that PINs are encrypted with',
  'protection-weaker': 'its key is stronger than the key that protects it',
  'key-weak': 'two parts of its key are the same',
  'key-published': 'its key is published',
  'check-value-wrong': 'its key has another check value than the one that was expected',
}
