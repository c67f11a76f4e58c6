import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from '#iso8583'
import type { MerchantClient } from '#merchant-client'
import { createLog, createSystemClock, createSystemRandom } from '#platform'
import { type Config, readConfig } from '../config.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import { startEmulatorProcess } from './emulator-process.ts'
import { EMULATOR_ENDPOINT } from './endpoint.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { init } from './init.ts'
import { openClient } from './merchant/client-file.ts'
import { registerMerchant } from './merchant/merchant.ts'
import { complain, type Outside, quiet, say } from './outside.ts'

/** A gateway and an emulated core host that run, and a merchant of theirs. */
export interface Demonstration {
  readonly gateway: Gateway
  readonly merchant: string
  readonly clientFile: string
  /** Host messages so far, in order. */
  readonly seen: readonly Seen[]
  /** The merchant's way to the gateway; whoever opens it closes it. */
  openClient(): MerchantClient
}

export interface Seen {
  readonly direction: 'sent' | 'received'
  readonly message: Message
}

export interface DemonstrationOptions {
  /** Where keys and journal stay, on the usual ports; else all is in passing, on free ones. */
  readonly folder?: string
  /** What ends it. */
  readonly ending: AsyncDisposableStack
}

/** @returns the code to exit with, when it could not be opened and why was said */
export async function openDemonstration(
  { folder: lasting, ending }: DemonstrationOptions,
  outside: Outside,
): Promise<Demonstration | ExitCode> {
  const folder = lasting ?? temporaryFolder(ending)
  const configFile = join(folder, 'sallyport.json')
  const made = await prepare(folder, configFile, outside)
  if (made !== EXIT.done) return made

  const free = lasting === undefined ? FREE_PORTS : {}
  const settled = readConfig(configFile, { ...outside.environment, ...free })
  const emulator = await startEmulatorProcess({
    profile: settled.host.profile,
    port: settled.host.connect?.[0]?.port ?? 0,
    bookFile: join(folder, 'host-book.db'),
  })
  ending.defer(() => emulator.stop())
  const seen: Seen[] = []
  const gateway = await openGateway(withHostAt(settled, emulator.port), {
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
  const clientFile = join(folder, 'merchants', MERCHANT, 'client.json')
  return {
    ...{ gateway, merchant: MERCHANT, clientFile, seen },
    openClient: () => openClient(clientFile, 'framed', gateway.framedPort).client,
  }
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
