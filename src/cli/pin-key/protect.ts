import { type Command, Option } from 'commander'
import { createSystemRandom } from '#platform'
import { openHsm } from '../../hsm.ts'
import { componentsOf, isCheckValue } from '../components.ts'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { keepKey } from './keep-key.ts'
import { isKeyName } from './owner-options.ts'

interface ProtectOptions extends ConfigOptions {
  readonly cipher: 'tdes' | 'aes'
  readonly component?: readonly string[]
  readonly expect?: string
  readonly replace?: true
  readonly json?: true
}

const EXAMPLE = `
Examples:
  sallyport pin-key protect acme --component first.txt second.txt --expect 0A00E31EEB
  sallyport pin-key protect acme --cipher tdes < components.txt

Key blocks are made under a key block protection key, which two sides share. The bank's custodians
bring it in components: each in hexadecimal, in a file that only its owner may read, or a line each
on standard input. The key is their exclusive-or. No component and no key is ever printed.`

/** `sallyport pin-key protect`: the key that key blocks are made under. */
export function addProtect(pinKey: Command, outside: Outside, finish: Finish): void {
  const command = pinKey
    .command('protect')
    .argument('<name>', 'of whoever sends key blocks, or is sent them')
    .description('enter a key block protection key, from its components')
    .addOption(
      new Option('--cipher <which>', 'aes for blocks of version D, tdes for version B')
        .choices(['aes', 'tdes'])
        .default('aes'),
    )
    .option('--component <file...>', 'files of a component each; standard input when not given')
    .option('--expect <digits>', 'the check value that the key must have')
    .option('--replace', 'put it in the place of the one that was entered before')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLE)
  addConfigOption(command).action(async (name: string, options: ProtectOptions) => {
    finish(await protect(name, options, outside))
  })
}

async function protect(name: string, options: ProtectOptions, outside: Outside): Promise<ExitCode> {
  const { cipher, expect, replace = false } = options
  if (!isCheckValue(expect, outside)) return EXIT.usage
  if (!isKeyName(name)) {
    complain(outside, 'the name must be 1 to 32 of A-Z a-z 0-9 . _ -')
    return EXIT.usage
  }
  const config = configOf(options, outside)
  const entering = openHsm(config, createSystemRandom()).enterProtectionKey({
    owner: name,
    cipher,
    components: await componentsOf(options.component, outside),
    ...(expect === undefined ? {} : { expectedCheckValue: expect }),
  })
  if (entering.kind === 'refused') {
    for (const reason of entering.reasons) complain(outside, reason)
    return EXIT.refused
  }
  if (!(await keepKey(entering.key, config, { replace, outside }))) return EXIT.refused
  const { checkValue } = entering.key
  const { componentCheckValues } = entering
  if (options.json) {
    say(outside, JSON.stringify({ name, cipher, checkValue, componentCheckValues }))
    return EXIT.done
  }
  for (const [index, value] of componentCheckValues.entries()) {
    say(outside, `Component ${index + 1}: check value ${value}`)
  }
  say(outside, `Protection key ${name}: check value ${checkValue}`)
  return EXIT.done
}
