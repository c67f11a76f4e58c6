import type { Command } from 'commander'
import { createSystemClock, createSystemRandom } from '#platform'
import { enteredHostKeys, enterHostKey } from '#security'
import { type Config, keyringOptionsOf } from '../config.ts'
import { readHostProfile, readMessages } from '../host-profile.ts'
import { componentsOf, isCheckValue } from './components.ts'
import { addConfigOption, type ConfigOptions, configOf } from './config-option.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { complain, type Outside, say } from './outside.ts'

interface AddOptions extends ConfigOptions {
  readonly component?: readonly string[]
  readonly expect?: string
  readonly replace?: true
  readonly json?: true
}

const ADD_EXAMPLE = `
Examples:
  sallyport host-key add --component first.txt second.txt --expect 8CA64D
  sallyport host-key add < components.txt

A host that authenticates messages sends its working keys encrypted under a key-encrypting key,
which the bank's custodians bring in components: each in hexadecimal, in a file that only its owner
may read, or a line each on standard input. The key is their exclusive-or. No component and no key
is ever printed: compare the check values with what the host's side has. The gateway takes a key up
when it starts.`

/** `sallyport host-key add` and `host-key list`. */
export function addHostKey(program: Command, outside: Outside, finish: Finish): void {
  const hostKey = program
    .command('host-key')
    .description('enter the key under which the core host sends its keys, and see it')
  const add = hostKey
    .command('add')
    .description('enter the key of the host of the configuration, from its components')
    .option('--component <file...>', 'files of a component each; standard input when not given')
    .option('--expect <digits>', 'the check value that the key must have')
    .option('--replace', 'put it in the place of the one that was entered before')
    .option('--json', 'print JSON')
    .addHelpText('after', ADD_EXAMPLE)
  addConfigOption(add).action(async (options: AddOptions) => {
    const config = configOf(options, outside)
    finish(await enter(options, config, outside))
  })
  const list = hostKey
    .command('list')
    .description('show which keys were entered, by their check values')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  sallyport host-key list --json')
  addConfigOption(list).action((options: { config?: string; json?: true }) => {
    const config = configOf(options, outside)
    finish(listKeys(config, options.json === true, outside))
  })
}

async function enter(options: AddOptions, config: Config, outside: Outside): Promise<ExitCode> {
  const { expect } = options
  if (!isCheckValue(expect, outside)) return EXIT.usage
  const { name, link } = readHostProfile(config.host.profile, readMessages())
  if (link.mac === undefined) {
    complain(outside, `the host ${name} authenticates no messages: its link.json has no mac`)
    return EXIT.refused
  }
  const entering = await enterHostKey(config.keysFolder, keyringOptionsOf(config, random), {
    host: name,
    wrapping: link.mac.key.wrapping,
    components: await componentsOf(options.component, outside),
    ...(expect === undefined ? {} : { expectedCheckValue: expect }),
    replace: options.replace === true,
    atMs: createSystemClock().nowMs(),
  })
  if (entering.kind === 'refused') {
    for (const reason of entering.reasons) complain(outside, reason)
    return EXIT.refused
  }
  const { checkValue, componentCheckValues } = entering
  if (options.json) {
    say(outside, JSON.stringify({ host: name, checkValue, componentCheckValues }))
    return EXIT.done
  }
  for (const [index, value] of componentCheckValues.entries()) {
    say(outside, `Component ${index + 1}: check value ${value}`)
  }
  say(outside, `Key of ${name}: check value ${checkValue}`)
  return EXIT.done
}

const random = createSystemRandom()

function listKeys(config: Config, asJson: boolean, outside: Outside): ExitCode {
  const keys = enteredHostKeys(config.keysFolder, keyringOptionsOf(config, random))
  if (asJson) {
    say(outside, JSON.stringify(keys))
    return EXIT.done
  }
  if (keys.length === 0) say(outside, 'No host has a key-encrypting key here.')
  for (const { host, cipher, checkValue, enteredAtMs } of keys) {
    const day = new Date(enteredAtMs).toISOString().slice(0, 10)
    say(outside, `${host}  ${cipher}  check value ${checkValue}  entered ${day}`)
  }
  return EXIT.done
}
