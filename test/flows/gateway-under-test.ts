import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Exchange, readBook } from '#host-emulator'
import {
  createMerchantClient,
  type MerchantClient,
  type MerchantClientLimits,
  type MerchantResult,
  type PaymentInput,
  type PaymentOutcomeKind,
} from '#merchant-client'
import { type Running, type RunOptions, run } from './running.ts'
import { MERCHANT, makeSite, type Site, type SiteOptions, signingKeyFile } from './site.ts'

/** A gateway in a process of its own, and how merchants reach it. */
export interface GatewayProcess extends Running {
  readonly framedPort: number
  readonly httpsPort: number
  client(options?: ClientOptions): MerchantClient
}

export interface HostProcess extends Running {
  readonly port: number
}

export interface ClientOptions {
  readonly over?: 'framed-tls' | 'https'
  readonly merchant?: string
  /** Where something stands before the gateway. */
  readonly port?: number
  readonly limits?: Partial<MerchantClientLimits>
}

export interface HostOptions {
  /** Where it listens; a free port when absent. */
  readonly port?: number
  /** Faults of specs/hosts/meridian/interface.md, section 7.3. */
  readonly script?: readonly object[]
  /** Its folder or name; meridian when absent. */
  readonly profile?: string
  /** It brings a new key so often, where it has MACs. */
  readonly keyLifeSeconds?: number
}

/** Start the emulated host of a site and wait until it listens. */
export async function startHost(site: Site, options: HostOptions = {}): Promise<HostProcess> {
  const script = join(site.folder, 'script.json')
  if (options.script) writeFileSync(script, JSON.stringify(options.script))
  const { keyLifeSeconds, profile = 'meridian' } = options
  const running = run([
    ...['emulate', 'host', '--json', '--listen', `127.0.0.1:${options.port ?? 0}`],
    ...['--profile', profile, '--book', site.bookFile],
    ...(options.script ? ['--script', script] : []),
    ...(keyLifeSeconds === undefined ? [] : ['--key-life', String(keyLifeSeconds)]),
  ])
  const { port } = await running.untilReady()
  return { ...running, port: Number(port) }
}

/** The environment that points a site's gateway at a host and lets the system choose its ports. */
export function environmentFor(hostPort: number): NodeJS.ProcessEnv {
  return {
    SALLYPORT_LISTENERS_FRAMED_PORT: '0',
    SALLYPORT_LISTENERS_HTTPS_PORT: '0',
    SALLYPORT_HOST_CONNECT: JSON.stringify([{ address: '127.0.0.1', port: hostPort }]),
  }
}

/** A gateway that may or may not come to listen. */
export interface LaunchedGateway extends Running {
  /** Rejects when it ends before. */
  untilListening(): Promise<GatewayProcess>
}

/** Start the gateway of a site and wait for nothing. */
export function launchGateway(
  site: Site,
  hostPort: number,
  options: RunOptions = {},
): LaunchedGateway {
  const running = run(['start', '--json', '--config', site.configFile], {
    ...options,
    environment: { ...environmentFor(hostPort), ...options.environment },
  })
  return {
    ...running,
    async untilListening() {
      const { framedPort, httpsPort } = await running.untilReady()
      return gatewayAt(site, running, {
        framed: Number(framedPort),
        https: Number(httpsPort),
      })
    },
  }
}

/** Start the gateway of a site and wait until it listens; the host need not be there. */
export function startGatewayAlone(
  site: Site,
  hostPort: number,
  options: RunOptions = {},
): Promise<GatewayProcess> {
  return launchGateway(site, hostPort, options).untilListening()
}

function gatewayAt(
  site: Site,
  running: Running,
  ports: { readonly framed: number; readonly https: number },
): GatewayProcess {
  const text = (file: string) => readFileSync(join(site.folder, file), 'utf8')
  return {
    ...running,
    framedPort: ports.framed,
    httpsPort: ports.https,
    client: ({ over = 'framed-tls', merchant = MERCHANT, port, limits = {} } = {}) =>
      createMerchantClient({
        gateway: {
          kind: over,
          host: '127.0.0.1',
          port: port ?? (over === 'https' ? ports.https : ports.framed),
          ca: text('tls/ca.crt'),
        },
        gatewayKeys: JSON.parse(text('keys/public.json')),
        merchant,
        signingKeyPem: readFileSync(signingKeyFile(site, merchant), 'utf8'),
        limits: { ...LIMITS, ...limits },
      }),
  }
}

/** Write the file that the merchant's commands reach a gateway by. @returns its path */
export function clientFile(site: Site, gateway: GatewayProcess): string {
  const file = join(site.folder, 'client.json')
  const at = (port: number) => ({ address: '127.0.0.1', port })
  const document = {
    merchant: MERCHANT,
    ...{ framed: at(gateway.framedPort), https: at(gateway.httpsPort) },
    ...{ caFile: 'tls/ca.crt', gatewayKeysFile: 'keys/public.json' },
    signingKeyFile: signingKeyFile(site, MERCHANT),
  }
  writeFileSync(file, JSON.stringify(document))
  return file
}

/** Start the gateway of a site and wait until the host has accepted all its lines. */
export async function startGateway(
  site: Site,
  hostPort: number,
  options: RunOptions = {},
): Promise<GatewayProcess> {
  const gateway = await startGatewayAlone(site, hostPort, options)
  await gateway.untilLogged('host-signed-on', HOST_LINES)
  return gateway
}

/** A test wants to know of a message that got lost, and soon. */
const LIMITS = { attemptsMax: 1, timeoutMs: 10_000 }

/** Connections to the host, when the configuration does not say. */
export const HOST_LINES = 2

/** A site with its emulated host and its gateway, each in a process of its own. */
export interface GatewayUnderTest {
  readonly site: Site
  readonly host: HostProcess
  readonly gateway: GatewayProcess
  /** What the host has in its book for payments of this amount: a test gives each its own. */
  exchangesOf(amountMinor: string): readonly Exchange[]
  close(): Promise<void>
}

export async function openGatewayUnderTest(
  options: SiteOptions & HostOptions = {},
): Promise<GatewayUnderTest> {
  const site = await makeSite(options)
  const host = await startHost(site, options)
  const gateway = await startGateway(site, host.port)
  return {
    site,
    host,
    gateway,
    exchangesOf: (amountMinor) => exchangesOf(site, amountMinor),
    async close() {
      await Promise.all([gateway.kill(), host.kill()])
      site.remove()
    },
  }
}

export function exchangesOf(site: Site, amountMinor: string): readonly Exchange[] {
  const amount = BigInt(amountMinor)
  return readBook(site.bookFile).exchanges.filter((it) => it.amountMinor === amount)
}

/** A sandbox card that approves, with all that it can be checked for. */
export const GOOD_CARD = {
  pan: '4539578763621486',
  expiry: '3012',
  entryMode: 'ecommerce',
  cvv2: '123',
} as const

let payments = 0

/** A payment that no other payment of this process has the id or the amount of. */
export function newPayment(over: Partial<PaymentInput> = {}): PaymentInput {
  const number = ++payments
  return {
    id: `order-${number}`,
    amount: { value: String(1000 + number), currency: 'USD' },
    card: GOOD_CARD,
    ...over,
  }
}

/** Ask how a payment stands until it is reversed; what it was told as at last. */
export function untilReversed(client: MerchantClient, id: string): Promise<MerchantResult> {
  return untilTold(client, id, 'reversed')
}

/** Ask how a payment stands until it is told so; what it was told as at last. */
export async function untilTold(
  client: MerchantClient,
  id: string,
  kind: PaymentOutcomeKind,
): Promise<MerchantResult> {
  for (let tries = 0; ; tries++) {
    const result = await client.inquire(id)
    if (result.kind === kind || tries === TOLD_TRIES_MAX) return result
    await new Promise((next) => setTimeout(next, 100))
  }
}

const TOLD_TRIES_MAX = 300

/** A member of the answer, where the result has one. */
export function memberOf(result: MerchantResult, member: string): unknown {
  return 'answer' in result ? result.answer[member] : undefined
}
