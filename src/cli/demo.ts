import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { maskPan } from '#domain'
import type { Dialect, Message } from '#iso8583'
import type { MerchantResult } from '#merchant-client'
import { createLog, createSystemClock, createSystemRandom } from '#platform'
import { type Config, readConfig } from '../config.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import { startEmulatorProcess } from './emulator-process.ts'
import { EMULATOR_ENDPOINT } from './endpoint.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { init } from './init.ts'
import { openClient } from './merchant/client-file.ts'
import { registerMerchant } from './merchant/merchant.ts'
import { exitOfResult, linesOfResult } from './merchant/result-lines.ts'
import { messageTable } from './message/table.ts'
import { complain, type Outside, quiet, say } from './outside.ts'

interface DemoOptions {
  readonly stay?: true
  readonly folder: string
}

const EXAMPLE = `
Examples:
  sallyport demo            one payment in a fresh folder on free ports, then the end
  sallyport demo --stay     the same in ./data on the usual ports, then stays up`

/** `sallyport demo`: gateway and emulated host, one payment, and its whole path on the screen. */
export function addDemo(program: Command, outside: Outside, finish: Finish): void {
  program
    .command('demo')
    .description('run gateway and emulated host, send one payment and show its path')
    .option('--stay', 'stay up afterwards, until stopped')
    .option('--folder <folder>', 'where keys and journal are, with --stay', 'data')
    .addHelpText('after', EXAMPLE)
    .action(async (options: DemoOptions) => finish(await demo(options, outside)))
}

async function demo(options: DemoOptions, outside: Outside): Promise<ExitCode> {
  const stopAsked = new Promise<void>((resolve) => outside.onStopSignal(resolve))
  await using ending = new AsyncDisposableStack()
  const folder = options.stay ? options.folder : temporaryFolder(ending)
  const configFile = join(folder, 'sallyport.json')
  const made = await prepare(folder, configFile, outside)
  if (made !== EXIT.done) return made

  const free = options.stay ? {} : FREE_PORTS
  const settled = readConfig(configFile, { ...outside.environment, ...free })
  const emulator = await startEmulatorProcess({
    profile: settled.host.profile,
    port: settled.host.connect?.[0]?.port ?? 0,
    bookFile: join(folder, 'host-book.db'),
  })
  ending.defer(() => emulator.stop())
  const config = withHostAt(settled, emulator.port)
  const seen: Seen[] = []
  const gateway = await openGateway(config, {
    clock: createSystemClock(),
    random: createSystemRandom(),
    log: createLog('warn', outside.err),
    onHostMessage: (direction, message) => seen.push({ direction, message }),
  })
  ending.defer(() => gateway.stop())
  if (!(await gateway.untilHostReady(HOST_READY_MS))) {
    complain(outside, 'the emulated host did not sign on')
    return EXIT.configuration
  }
  const result = await showPayment({ folder, gateway, seen }, outside)
  if (!options.stay) return exitOfResult(result)
  sayHowToGoOn(folder, gateway, outside)
  const why = await Promise.race([stopAsked, gateway.failed])
  say(outside, 'Stopping.')
  return why instanceof Error ? EXIT.failed : EXIT.done
}

interface Seen {
  readonly direction: 'sent' | 'received'
  readonly message: Message
}

const FREE_PORTS = {
  SALLYPORT_LISTENERS_FRAMED_PORT: '0',
  SALLYPORT_LISTENERS_HTTPS_PORT: '0',
  SALLYPORT_HOST_CONNECT: '[{"port":0}]',
}

const HOST_READY_MS = 10_000
const MERCHANT = 'M-1001'

function temporaryFolder(ending: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-'))
  ending.defer(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'data')
}

/** On the first run: configuration, keys, certificates, one merchant. */
async function prepare(folder: string, configFile: string, outside: Outside): Promise<ExitCode> {
  const merchantFolder = join(folder, 'merchants', MERCHANT)
  if (existsSync(join(merchantFolder, 'client.json'))) return EXIT.done
  say(outside, `First run: making keys, certificates and a merchant in ${folder} ...`)
  const made = existsSync(configFile) ? EXIT.done : await makeFolder(folder, outside)
  if (made !== EXIT.done) return made
  // What a first run that was cut short has left of the merchant is of no use.
  rmSync(merchantFolder, { recursive: true, force: true })
  return registerMerchant(
    {
      id: MERCHANT,
      name: 'Corner Books',
      city: 'Boston',
      country: 'US',
      terminal: ['T0000001'],
      category: '5942',
      currency: ['USD'],
      answers: 'request-key',
      generate: merchantFolder,
    },
    readConfig(configFile, {}),
    quiet(outside),
  )
}

function makeFolder(folder: string, outside: Outside): Promise<ExitCode> {
  return init(
    {
      folder,
      environment: 'sandbox',
      host: 'meridian',
      connect: EMULATOR_ENDPOINT,
      institution: '12345678901',
      country: '840',
      rsaBits: '3072',
      name: [],
    },
    quiet(outside),
  )
}

function withHostAt(config: Config, port: number): Config {
  return { ...config, host: { ...config.host, connect: [{ address: '127.0.0.1', port }] } }
}

/** A card of the sandbox; specs/sandbox-cards.json says what each does. */
const SAMPLE = {
  amount: { value: '1250', currency: 'USD' },
  card: { pan: '4539578763621486', expiry: '3012', entryMode: 'ecommerce', cvv2: '123' },
  address: { street: '1 Main Street', postcode: '10001' },
} as const

async function showPayment(
  { folder, gateway, seen }: { folder: string; gateway: Gateway; seen: readonly Seen[] },
  outside: Outside,
): Promise<MerchantResult> {
  const file = join(folder, 'merchants', MERCHANT, 'client.json')
  const { client } = openClient(file, 'framed', gateway.framedPort)
  try {
    const clock = createSystemClock()
    const id = `demo-${clock.nowMs()}`
    const beganMs = clock.elapsedMs()
    const result = await client.sale({ id, ...SAMPLE })
    const tookMs = clock.elapsedMs() - beganMs
    say(outside)
    say(outside, '1. The merchant asks (JSON, signed and encrypted on the wire):')
    say(outside, shownRequest(id))
    for (const { direction, message } of seen) {
      say(outside)
      say(outside, HEADINGS[direction])
      for (const line of table(gateway.profile.dialect, message)) say(outside, line)
    }
    say(outside)
    say(outside, `4. The merchant hears, ${tookMs.toFixed(1)} ms after asking:`)
    for (const line of linesOfResult(result)) say(outside, `  ${line}`)
    return result
  } finally {
    client.close()
  }
}

const HEADINGS = {
  sent: '2. The core host is asked, once the payment is on disk (ISO 8583):',
  received: '3. The core host answers:',
}

function table(dialect: Dialect, message: Message): string[] {
  return messageTable(dialect.describe(message))
}

/** The request as sent, but for the card number and the verification value. */
function shownRequest(id: string): string {
  const request = { type: 'payment.sale', id, merchant: MERCHANT, ...SAMPLE }
  return JSON.stringify(
    request,
    (member, value) => {
      if (member === 'pan') return maskPan(String(value))
      return member === 'cvv2' ? '***' : value
    },
    2,
  )
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}

function sayHowToGoOn(folder: string, gateway: Gateway, outside: Outside): void {
  const client = join(folder, 'merchants', MERCHANT, 'client.json')
  say(outside)
  const { framedPort, httpsPort } = gateway
  say(outside, `Up: framed TLS on port ${framedPort}, HTTPS on port ${httpsPort}. Send another:`)
  say(outside)
  say(outside, `  npx sallyport send --client ${client} --amount 3.99 \\`)
  say(outside, '    --pan 5555555555554444 --expiry 3012 --cvv2 456')
  say(outside)
  say(outside, 'Stop with Ctrl-C.')
}
