import type { Command } from 'commander'
import { startHostEmulator } from '#host-emulator'
import { createLog, createSystemClock } from '#platform'
import {
  cardsFileOf,
  type EmulatedHost,
  readCards,
  readEmulatedHost,
  readScript,
} from '../emulated-host.ts'
import { readHostProfile, readMessages } from '../host-profile.ts'
import { EMULATOR_ENDPOINT, endpointOf } from './endpoint.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { hostNamed } from './host-name.ts'
import { complain, type Outside, say } from './outside.ts'

interface EmulateOptions {
  readonly profile: string
  readonly listen: string
  readonly book: string
  readonly cards?: string
  readonly script?: string
  readonly keyLife?: string
  readonly json?: true
}

const EXAMPLE = `
Example:
  sallyport emulate host --profile meridian --listen 127.0.0.1:7583 --book data/host-book.db

A host acts by the conduct.json of its folder, which is written from the bank's interface
specification. Without one its conduct is derived from mapping.json and link.json: that proves that
the files fit together and carry a payment, not that the bank's host does the same. Only the bank's
own transcripts prove that.

The cards are those of the folder's cards.json, else of specs/sandbox-cards.json; what each does is
in specs/hosts/meridian/interface.md. SIGTERM or SIGINT stops it; its book stays.`

/** `sallyport emulate host`: a core host with accounts, cards and scripted faults. */
export function addEmulate(program: Command, outside: Outside, finish: Finish): void {
  program
    .command('emulate')
    .description('run an emulated counterpart')
    .command('host')
    .description('an emulated core host, for sandboxes and tests')
    .option('--profile <name>', 'host: its name under specs/hosts, or a path', 'meridian')
    .option('--listen <address:port>', 'where it listens', EMULATOR_ENDPOINT)
    .option('--book <file>', 'its book of accounts and cards', 'data/host-book.db')
    .option('--cards <file>', 'its cards (default: of the host folder, else common ones)')
    .option('--script <file>', 'faults by card, amount or sequence, as JSON')
    .option('--key-life <seconds>', 'bring a new MAC key so often, where the host has MACs')
    .option('--json', 'print the port as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (options: EmulateOptions) => finish(await emulate(options, outside)))
}

async function emulate(options: EmulateOptions, outside: Outside): Promise<ExitCode> {
  const endpoint = endpointOf(options.listen)
  if (!endpoint) {
    complain(outside, '--listen must be ADDRESS:PORT')
    return EXIT.usage
  }
  if (!/^([1-9][0-9]{0,5})?$/.test(options.keyLife ?? '')) {
    complain(outside, '--key-life must be a whole number of seconds')
    return EXIT.usage
  }
  const profile = readHostProfile(hostNamed(options.profile), readMessages())
  const { dialect, link } = profile
  const { conduct, origin } = readEmulatedHost(profile)
  const stopAsked = new Promise<void>((resolve) => outside.onStopSignal(resolve))
  const emulator = await startHostEmulator({
    dialect,
    header: link.header,
    conduct,
    cards: readCards(options.cards ?? cardsFileOf(profile), conduct),
    ...(options.script === undefined ? {} : { script: readScript(options.script, conduct) }),
    bookFile: options.book,
    wire: {
      kind: 'listen',
      host: endpoint.address,
      port: endpoint.port,
      connectionsMax: CONNECTIONS_MAX,
    },
    clock: createSystemClock(),
    log: createLog('info', outside.err),
    ...(options.keyLife === undefined ? {} : { keyLifeMs: 1000 * Number(options.keyLife) }),
    limits: { frameBytesMax: link.frameBytesMax },
  })
  const { port } = emulator
  if (options.json) say(outside, JSON.stringify({ ready: true, port, conduct: origin }))
  else say(outside, `Host on port ${port}\n${ORIGINS[origin]}`)
  await stopAsked
  await emulator.close()
  return EXIT.done
}

const CONNECTIONS_MAX = 64

/** Where the host's conduct is from, in a line. */
const ORIGINS: Readonly<Record<EmulatedHost['origin'], string>> = {
  own: 'Conduct: its own, from conduct.json',
  derived: 'Conduct: derived from mapping.json and link.json; proves that the files fit, no more',
}
