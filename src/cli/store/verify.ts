import type { Command } from 'commander'
import { createSystemClock } from '#platform'
import { unmarkDamaged, verifyPlace } from '#store'
import { storePlaceOf } from '../../gateway-files.ts'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { verificationLines } from './verification-lines.ts'

interface VerifyOptions extends ConfigOptions {
  readonly head: readonly string[]
  readonly json?: true
}

const HELP = `
Examples:
  sallyport store verify
  sallyport store verify --head 3f2a...     the hash of a line \`journal-head\` of the log

Holds the journal against itself, beside a running gateway or without: the file, the chain of its
events, every payment against its events. Nothing else can tell that the newest events were cut off
than a hash that was kept elsewhere: give one with --head. Exit code 1 says that there are faults.`

/** `sallyport store verify`: is the journal what was written? */
export function addVerify(store: Command, outside: Outside, finish: Finish): void {
  const command = store
    .command('verify')
    .description('hold the journal against itself: file, chain, payments')
    .option('--head <hash>', 'a hash that must be in the chain; may be given again', collect, [])
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
  addConfigOption(command).action(async (options: VerifyOptions) => {
    finish(await verify(options, outside))
  })
}

function collect(value: string, former: readonly string[]): string[] {
  return [...former, value.toLowerCase()]
}

async function verify(options: VerifyOptions, outside: Outside): Promise<ExitCode> {
  const { head, json } = options
  if (!head.every((hash) => /^[0-9a-f]{64}$/.test(hash))) {
    complain(outside, '--head is 64 hexadecimal digits')
    return EXIT.usage
  }
  const place = storePlaceOf(configOf(options, outside))
  const found = await verifyPlace(place, { clock: createSystemClock(), wanted: head })
  const isSound = found.faultCount === 0
  if (json) say(outside, JSON.stringify({ sound: isSound, ...found }))
  else for (const line of verificationLines(found)) say(outside, line)
  if (isSound && typeof place === 'string' && unmarkDamaged(place)) {
    complain(outside, 'it was marked as damaged, and no longer is')
  }
  return isSound ? EXIT.done : EXIT.refused
}
