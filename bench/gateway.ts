import type { SignatureAlgorithm } from '#envelope'
import type { RsaBits } from '#security'
import type { KeyUse } from './load/seal.ts'
import type { BenchOptions } from './options.ts'
import { median, rounded } from './rig/report.ts'
import { makeSite, type Site } from './rig/site.ts'
import {
  type Subject,
  type Surroundings,
  startReference,
  startSubjectGateway,
  startSurroundings,
} from './rig/subjects.ts'

/** How fast is the gateway, against the bare reference on the same machine in the same minutes? */
export interface GatewayFigures {
  readonly signature: SignatureAlgorithm
  readonly rsaBits: RsaBits
  readonly cases: readonly CaseFigures[]
}

export interface CaseFigures {
  readonly name: string
  readonly keys: KeyUse
  readonly inFlight: number
  readonly connections: number
  /** Of each run; the first fifth is not counted. */
  readonly payments: number
  readonly reference: SideFigures
  readonly gateway: SideFigures
  /** The gateway's median over the reference's. */
  readonly ratio: { readonly throughput: number; readonly p50: number; readonly p99: number }
}

/** Medians over the runs; `paymentsPerSOfEachRun` shows how far apart they were. */
export interface SideFigures {
  readonly paymentsPerS: number
  readonly paymentsPerSOfEachRun: readonly number[]
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU of each process for one payment, microseconds. */
  readonly cpuUs: {
    readonly subject: number
    readonly loadGenerator: number
    readonly host: number
  }
}

export async function measureGateway(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<GatewayFigures> {
  const { bits, algorithm = 'PS256', folder } = options
  const site = await makeSite({ rsaBits: bits, algorithm, ...(folder && { folder }) })
  const surroundings = await startSurroundings()
  try {
    const cases: CaseFigures[] = []
    for (const it of casesOf(options)) {
      cases.push(await measureCase(it, { site, surroundings, say }))
    }
    return { signature: algorithm, rsaBits: bits, cases }
  } finally {
    await surroundings.close()
    site.close()
  }
}

export function printGateway({ signature, rsaBits, cases }: GatewayFigures): string[] {
  const lines = [`RSA ${rsaBits} bits, merchant signs with ${signature}`]
  for (const it of cases) {
    lines.push(
      '',
      `${it.name}: ${it.payments} payments, ${it.reference.paymentsPerSOfEachRun.length} runs each`,
    )
    lines.push('             payments/s    p50 ms    p99 ms   CPU us a payment')
    lines.push(row('reference', it.reference), row('gateway', it.gateway))
    const { throughput, p50, p99 } = it.ratio
    lines.push(`ratio        ${[throughput, p50, p99].map((value) => cell(value)).join('')}`)
  }
  return lines
}

interface Case {
  readonly name: string
  readonly keys: KeyUse
  readonly inFlight: number
  readonly connections: number
  readonly payments: number
  readonly runs: number
}

/** What is measured when the command line does not say. */
const STANDARD = [
  { keys: 'reused', inFlight: 256, payments: 20_000 },
  { keys: 'fresh', inFlight: 256, payments: 12_000 },
  { keys: 'reused', inFlight: 16, payments: 12_000 },
] as const

/**
 * The standard ones, or one for each kind of key with as many in flight as the command line says.
 */
function casesOf(options: BenchOptions): Case[] {
  const { inFlight, connections, quick } = options
  const runs = options.runs ?? (quick ? 1 : 5)
  const asked = inFlight === undefined ? STANDARD : STANDARD.slice(0, 2)
  return asked
    .filter(({ keys }) => options.keys === undefined || keys === options.keys)
    .map((it) => {
      const flying = inFlight ?? it.inFlight
      const payments = options.payments ?? (quick ? 2_000 : it.payments)
      const name = `${KEYS_TEXT[it.keys]}, ${flying} in flight`
      return { name, keys: it.keys, inFlight: flying, connections, payments, runs }
    })
}

const KEYS_TEXT = { reused: 'a reused key', fresh: 'a fresh key in each message' } as const

interface Scene {
  readonly site: Site
  readonly surroundings: Surroundings
  readonly say: (line: string) => void
}

async function measureCase(it: Case, scene: Scene): Promise<CaseFigures> {
  const { site, surroundings, say } = scene
  const { keys, payments: count } = it
  const order = { identity: site.identity, keys, from: 1, count }
  const sealedMs = await surroundings.loadGenerator.ask('load', order)
  say(`${it.name}: ${count} requests sealed in ${Math.round(sealedMs)} ms`)
  const references: RunFigures[] = []
  const gateways: RunFigures[] = []
  for (let run = 1; run <= it.runs; run++) {
    const { hostPort } = surroundings
    references.push(
      await measureRun(await startReference(site.referenceSetup(hostPort)), it, scene),
    )
    gateways.push(await measureRun(await startSubjectGateway(site, hostPort), it, scene))
    const [reference, gateway] = [references.at(-1), gateways.at(-1)]
    say(`run ${run}: reference ${reference?.paymentsPerS}/s, gateway ${gateway?.paymentsPerS}/s`)
  }
  const [reference, gateway] = [sideOf(references), sideOf(gateways)]
  return {
    name: it.name,
    keys,
    inFlight: it.inFlight,
    connections: it.connections,
    payments: count,
    reference,
    gateway,
    ratio: {
      throughput: rounded(gateway.paymentsPerS / reference.paymentsPerS),
      p50: rounded(gateway.p50Ms / reference.p50Ms),
      p99: rounded(gateway.p99Ms / reference.p99Ms),
    },
  }
}

interface RunFigures {
  readonly paymentsPerS: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuUs: SideFigures['cpuUs']
}

async function measureRun(subject: Subject, it: Case, scene: Scene): Promise<RunFigures> {
  const { site, surroundings } = scene
  const { loadGenerator } = surroundings
  const target = { port: subject.port, ca: site.ca }
  try {
    await Promise.race([loadGenerator.ask('awaitReady', target), subject.ended])
    const before = { subject: await subject.usage(), ...(await surroundings.usage()) }
    const { connections, inFlight } = it
    const speed = await loadGenerator.ask('fireAll', { ...target, connections, inFlight })
    const after = { subject: await subject.usage(), ...(await surroundings.usage()) }
    const spent = (who: keyof typeof after) =>
      rounded((after[who].cpuUs - before[who].cpuUs) / speed.payments)
    return {
      paymentsPerS: rounded(speed.paymentsPerS),
      p50Ms: rounded(speed.p50Ms),
      p99Ms: rounded(speed.p99Ms),
      cpuUs: {
        subject: spent('subject'),
        loadGenerator: spent('loadGenerator'),
        host: spent('host'),
      },
    }
  } finally {
    await subject.stop()
  }
}

function sideOf(runs: readonly RunFigures[]): SideFigures {
  const middle = (of: (run: RunFigures) => number) => rounded(median(runs.map(of)))
  return {
    paymentsPerS: middle((run) => run.paymentsPerS),
    paymentsPerSOfEachRun: runs.map((run) => run.paymentsPerS),
    p50Ms: middle((run) => run.p50Ms),
    p99Ms: middle((run) => run.p99Ms),
    cpuUs: {
      subject: middle((run) => run.cpuUs.subject),
      loadGenerator: middle((run) => run.cpuUs.loadGenerator),
      host: middle((run) => run.cpuUs.host),
    },
  }
}

function row(name: string, side: SideFigures): string {
  const cells = [side.paymentsPerS, side.p50Ms, side.p99Ms, side.cpuUs.subject]
  return name.padEnd(13) + cells.map(cell).join('')
}

function cell(value: number): string {
  return String(value).padStart(10)
}
