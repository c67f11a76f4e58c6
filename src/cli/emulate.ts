import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { SandboxError, startHostEmulator } from '#host-emulator'
import { createLog, createSystemClock } from '#platform'
import { readHostProfile, readMessages } from '../host-profile.ts'
import { EMULATOR_ENDPOINT, endpointOf } from './endpoint.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { complain, type Outside, say } from './outside.ts'

interface EmulateOptions {
  readonly profile: string
  readonly listen: string
  readonly book: string
  readonly script?: string
  readonly json?: true
}

const EXAMPLE = `
Example:
  sallyport emulate host --profile meridian --listen 127.0.0.1:7583 --book data/host-book.db

The cards are those of specs/hosts/<profile>/cards.json; what each does is in interface.md there.
SIGTERM or SIGINT stops it; its book stays.`

/** `sallyport emulate host`: a core host with accounts, cards and scripted faults. */
export function addEmulate(program: Command, outside: Outside, finish: Finish): void {
  program
    .command('emulate')
    .description('run an emulated counterpart')
    .command('host')
    .description('an emulated core host, for sandboxes and tests')
    .option('--profile <name>', 'host profile under specs/hosts', 'meridian')
    .option('--listen <address:port>', 'where it listens', EMULATOR_ENDPOINT)
    .option('--book <file>', 'its book of accounts and cards', 'data/host-book.db')
    .option('--script <file>', 'faults by card, amount or sequence, as JSON')
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
  const { dialect, link, folder } = readHostProfile(options.profile, readMessages())
  const stopAsked = new Promise<void>((resolve) => outside.onStopSignal(resolve))
  try {
    const emulator = await startHostEmulator({
      dialect,
      header: link.header,
      cards: JSON.parse(readFileSync(join(folder, 'cards.json'), 'utf8')),
      ...(options.script === undefined
        ? {}
        : { script: JSON.parse(readFileSync(options.script, 'utf8')) }),
      bookFile: options.book,
      wire: {
        kind: 'listen',
        host: endpoint.address,
        port: endpoint.port,
        connectionsMax: CONNECTIONS_MAX,
      },
      clock: createSystemClock(),
      log: createLog('info', outside.err),
    })
    const { port } = emulator
    say(outside, options.json ? JSON.stringify({ ready: true, port }) : `Host on port ${port}`)
    await stopAsked
    await emulator.close()
    return EXIT.done
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    complain(outside, error.message)
    return EXIT.configuration
  }
}

const CONNECTIONS_MAX = 64
