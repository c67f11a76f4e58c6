import type { Command } from 'commander'
import { createLog, createSystemClock, createSystemRandom } from '#platform'
import { openGateway } from '../gateway.ts'
import { addConfigOption, type ConfigOptions, configOf } from './config-option.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { type Outside, say } from './outside.ts'

interface StartOptions extends ConfigOptions {
  readonly node?: string
  readonly json?: true
}

const EXAMPLE = `
Examples:
  sallyport start --config /var/lib/sallyport/sallyport.json
  sallyport start --store postgres://sallyport@db.bank.example/sallyport --node north

Prints one line on standard output when it listens; the log is on standard error, one JSON object a
line. SIGTERM or SIGINT stops it in order: what was read is answered first. Exit code 6 says that it
stopped itself because the store or a thread failed, or another node has taken over.`

/** `sallyport start`: the gateway, until it is told to stop. */
export function addStart(program: Command, outside: Outside, finish: Finish): void {
  const command = program
    .command('start')
    .description('run the gateway')
    .option('--node <name>', 'name of this gateway among those on one PostgreSQL database')
    .option('--json', 'print the ports as JSON')
    .addHelpText('after', EXAMPLE)
  addConfigOption(command).action(async (options: StartOptions) => {
    finish(await start(options, outside))
  })
}

async function start(options: StartOptions, outside: Outside): Promise<ExitCode> {
  const { node } = options
  const over = node === undefined ? {} : { SALLYPORT_STORE_POSTGRES_NODE: node }
  const config = configOf(options, outside, over)
  const log = createLog(config.log.level, outside.err)
  const stopAsked = new Promise<'stop'>((resolve) => outside.onStopSignal(() => resolve('stop')))
  const gateway = await openGateway(config, {
    clock: createSystemClock(),
    random: createSystemRandom(),
    log,
  })
  const { framedPort, httpsPort } = gateway
  say(
    outside,
    options.json
      ? JSON.stringify({ ready: true, framedPort, httpsPort })
      : `Sallyport listens: framed TLS on port ${framedPort}, HTTPS on port ${httpsPort}`,
  )
  const why = await Promise.race([stopAsked, gateway.failed])
  if (why === 'stop') {
    await gateway.stop()
    return EXIT.done
  }
  log.error('gateway-failed', { error: why })
  // A store that has failed cannot be trusted with an orderly end: the next start recovers.
  return process.exit(EXIT.failed)
}
