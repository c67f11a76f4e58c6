import type { SignatureAlgorithm } from '#envelope'
import type { RsaBits } from '#security'
import type { Speed } from './load/figures.ts'
import type { KeyUse } from './load/seal.ts'
import type { BenchOptions } from './options.ts'
import { rounded } from './rig/report.ts'
import { makeSite, type Site } from './rig/site.ts'
import { type Subject, startSubjectGateway, startSurroundings } from './rig/subjects.ts'
import { TABS, type TabRequestKind } from './tab-requests.ts'

/** How many charges of tabs are on disk a second, and what does a thousand of them ask the host? */
export interface TabFigures {
  readonly signature: SignatureAlgorithm
  readonly rsaBits: RsaBits
  readonly keys: KeyUse
  readonly tabs: number
  readonly ways: readonly TabWay[]
  /** Of the tabs, once they are posted. */
  readonly hostMessagesPerThousand: number
}

export interface TabWay {
  readonly chargesPerMessage: number
  readonly inFlight: number
  readonly charges: number
  readonly chargesPerS: number
  /** Of a message. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU of the gateway for one charge, microseconds. */
  readonly cpuUs: number
}

export async function measureTabs(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<TabFigures> {
  const { bits, algorithm = 'PS256', keys = 'reused', folder } = options
  const site = await makeSite({ rsaBits: bits, algorithm, ...(folder && { folder }) })
  const surroundings = await startSurroundings()
  let gateway: Subject | undefined
  try {
    gateway = await startSubjectGateway(site, surroundings.hostPort)
    const fire = volleys(options, { site, surroundings, gateway })
    await fire.ready()
    await fire.all('authorizations', { from: 0, count: TABS })
    await fire.all('openings', { from: 0, count: TABS })
    const ways: TabWay[] = []
    for (const way of WAYS) {
      const cpuBefore = (await gateway.usage()).cpuUs
      const messages = messagesOf(way, options)
      const inFlight = options.inFlight ?? way.inFlight
      const volley = { perMessage: way.perMessage, from: FIRST, count: messages, inFlight }
      const speed = await fire.all('charges', volley)
      const cpuUs = (await gateway.usage()).cpuUs - cpuBefore
      ways.push(figuresOf(volley, speed, cpuUs))
      say(`${way.perMessage} a message: ${ways.at(-1)?.chargesPerS} charges/s`)
    }
    const posted = await fire.posted()
    const common = { signature: algorithm, rsaBits: bits, keys, tabs: TABS }
    return { ...common, ways, hostMessagesPerThousand: rounded(posted) }
  } finally {
    await gateway?.stop()
    await surroundings.close()
    site.close()
  }
}

/** Ids of charges are apart from those of whatever comes before. */
const FIRST = 1

interface Way {
  readonly perMessage: number
  readonly messages: number
  readonly inFlight: number
}

const WAYS: readonly Way[] = [
  { perMessage: 1, messages: 30_000, inFlight: 256 },
  { perMessage: 100, messages: 1_500, inFlight: 32 },
]

function messagesOf({ messages }: Way, { payments, quick }: BenchOptions): number {
  return payments ?? (quick ? Math.ceil(messages / 30) : messages)
}

interface Scene {
  readonly site: Site
  readonly surroundings: Awaited<ReturnType<typeof startSurroundings>>
  readonly gateway: Subject
}

interface Volleying {
  readonly from: number
  readonly count: number
  readonly perMessage?: number
  readonly inFlight?: number
}

function volleys(options: BenchOptions, { site, surroundings, gateway }: Scene) {
  const { keys = 'reused', connections } = options
  const { identity } = site
  const { loadGenerator } = surroundings
  const target = { port: gateway.port, ca: site.ca, connections }

  async function load(of: TabRequestKind, { inFlight: _, ...volley }: Volleying): Promise<void> {
    await loadGenerator.ask('load', { identity, keys, of, ...volley })
  }

  return {
    async ready() {
      await load('authorizations', { from: 0, count: TABS })
      await Promise.race([loadGenerator.ask('awaitReady', target), gateway.ended])
    },
    async all(of: TabRequestKind, volley: Volleying): Promise<Speed> {
      await load(of, volley)
      return loadGenerator.ask('fireAll', { ...target, inFlight: IN_FLIGHT, ...volley })
    },
    /** @returns messages that the host is asked for each thousand charges of the tabs */
    async posted(): Promise<number> {
      await load('postings', { from: 0, count: TABS })
      return loadGenerator.ask('postAll', { ...target, inFlight: IN_FLIGHT })
    },
  }
}

/** Of what is not measured. */
const IN_FLIGHT = 64

function figuresOf(
  { perMessage, inFlight }: { readonly perMessage: number; readonly inFlight: number },
  { payments, paymentsPerS, p50Ms, p99Ms }: Speed,
  cpuUs: number,
): TabWay {
  const charges = payments * perMessage
  return {
    ...{ chargesPerMessage: perMessage, inFlight, charges },
    chargesPerS: rounded(paymentsPerS * perMessage),
    ...{ p50Ms: rounded(p50Ms), p99Ms: rounded(p99Ms) },
    cpuUs: rounded(cpuUs / charges),
  }
}

export function printTabs(figures: TabFigures): string[] {
  const { signature, rsaBits, keys, tabs, ways, hostMessagesPerThousand } = figures
  return [
    `RSA ${rsaBits} bits, merchant signs with ${signature}, a ${keys} content key, ${tabs} tabs`,
    'charges a message    in flight   charges/s    p50 ms    p99 ms   gateway CPU us a charge',
    ...ways.map((it) =>
      [
        String(it.chargesPerMessage).padStart(17),
        String(it.inFlight).padStart(13),
        String(it.chargesPerS).padStart(12),
        String(it.p50Ms).padStart(10),
        String(it.p99Ms).padStart(10),
        String(it.cpuUs).padStart(26),
      ].join(''),
    ),
    `host messages for 1,000 charges: ${hostMessagesPerThousand} (posted each alone: 1,000)`,
  ]
}
