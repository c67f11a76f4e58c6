import { setTimeout as delay } from 'node:timers/promises'
import type { SignatureAlgorithm } from '#envelope'
import type { RsaBits } from '#security'
import type { PourFigures } from './load/pour.ts'
import type { KeyUse } from './load/seal.ts'
import type { BenchOptions } from './options.ts'
import { rounded } from './rig/report.ts'
import { makeSite } from './rig/site.ts'
import {
  type Subject,
  startLoadGenerator,
  startSubjectGateway,
  startSurroundings,
} from './rig/subjects.ts'

/**
 * What becomes of a burst of ten times capacity: is what was let in answered in time, is the rest
 * refused at once and in order, is a neighbour served who sends little, is memory bounded?
 */
export interface BurstFigures {
  readonly signature: SignatureAlgorithm
  readonly rsaBits: RsaBits
  readonly keys: KeyUse
  readonly seconds: number
  readonly connections: number
  /** Payments a second just before, closed-loop. */
  readonly capacityPerS: number
  readonly offeredPerS: number
  /** Of the merchant that floods. */
  readonly burst: PourFigures
  /** Of another merchant, meanwhile, on a connection of its own. */
  readonly neighbour: PourFigures
  readonly residentMiB: Residence
}

interface Residence {
  readonly start: number
  readonly peak: number
  readonly end: number
}

/** Offered load over capacity. */
const TIMES = 10
const NEIGHBOUR_PER_S = 20
/** Of the closed loop that measures capacity. */
const IN_FLIGHT = 32

export async function measureBurst(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<BurstFigures> {
  const { bits, algorithm = 'ES256', folder, connections, keys = 'reused', quick } = options
  const seconds = options.seconds ?? (quick ? 1 : 30)
  const site = await makeSite({ rsaBits: bits, algorithm, ...(folder && { folder }) })
  const surroundings = await startSurroundings()
  const bystander = startLoadGenerator()
  const { loadGenerator, hostPort } = surroundings
  let gateway: Subject | undefined
  try {
    const { identity, neighbour } = site
    gateway = await startSubjectGateway(site, hostPort, { waiting: 'bounded' })
    const target = { port: gateway.port, ca: site.ca, connections }
    const count = options.payments ?? (quick ? 1_000 : 20_000)
    await loadGenerator.ask('load', { identity, keys, from: 1, count })
    await Promise.race([loadGenerator.ask('awaitReady', target), gateway.ended])
    const inFlight = options.inFlight ?? IN_FLIGHT
    const capacity = await loadGenerator.ask('fireAll', { ...target, inFlight })
    const ratePerS = Math.round(TIMES * capacity.paymentsPerS)
    say(`capacity ${rounded(capacity.paymentsPerS)}/s; ${ratePerS}/s come for ${seconds} s`)

    const spare = sparesFor(capacity.paymentsPerS, seconds)
    await loadGenerator.ask('load', { identity, keys, from: count + 1, count: spare })
    const few = sparesFor(NEIGHBOUR_PER_S, seconds)
    await bystander.ask('load', { identity: neighbour, keys, from: 1, count: few })
    const meter = await startResidenceMeter(gateway)
    const [burst, light] = await Promise.all([
      loadGenerator.ask('pourAll', { ...target, ratePerS, seconds }),
      bystander.ask('pourAll', { ...target, connections: 1, ratePerS: NEIGHBOUR_PER_S, seconds }),
    ])
    return {
      ...{ signature: algorithm, rsaBits: bits, keys, seconds, connections },
      ...{ capacityPerS: rounded(capacity.paymentsPerS), offeredPerS: ratePerS },
      ...{ burst, neighbour: light, residentMiB: await meter.stop() },
    }
  } finally {
    await gateway?.stop()
    await bystander.stop()
    await surroundings.close()
    site.close()
  }
}

/** Each request that is approved is used up, and some are under way at any time. */
function sparesFor(perS: number, seconds: number): number {
  return Math.ceil(perS * (seconds * 1.25 + TIMES * UNDER_WAY_S)) + 100
}

/** A refusal takes no longer, unless something is wrong: then requests are held back. */
const UNDER_WAY_S = 0.25

/** Reads resident size while the burst is on, and once more when it has settled. */
async function startResidenceMeter(gateway: Subject) {
  const read = async () => rounded((await gateway.usage()).residentBytes / 2 ** 20)
  const start = await read()
  let peak = start
  let stopped = false

  async function watch(): Promise<void> {
    while (!stopped) {
      peak = Math.max(peak, await read())
      await delay(READING_EVERY_MS)
    }
  }

  const watching = watch()
  return {
    async stop(): Promise<Residence> {
      stopped = true
      await watching
      await delay(SETTLE_MS)
      return { start, peak, end: await read() }
    },
  }
}

const READING_EVERY_MS = 250
const SETTLE_MS = 1_000

export function printBurst(figures: BurstFigures): string[] {
  const { seconds, capacityPerS, offeredPerS, burst, neighbour, residentMiB } = figures
  const { start, peak, end } = residentMiB
  return [
    `RSA ${figures.rsaBits} bits, merchant signs with ${figures.signature}, ${figures.keys} keys`,
    `capacity ${capacityPerS} payments/s; ${offeredPerS}/s came for ${seconds} s`,
    '',
    '                     flooding  neighbour',
    ...ROWS.map(([name, of]) => {
      const cells = [burst, neighbour].map((it) => cell(of(it, seconds)))
      return name.padEnd(18) + cells.join('')
    }),
    '',
    `resident MiB: ${start} at the start, ${peak} at the peak, ${end} a second after the end`,
  ]
}

const ROWS: readonly (readonly [string, (of: PourFigures, seconds: number) => number])[] = [
  ['offered/s', ({ sent, heldBack }, seconds) => (sent + heldBack) / seconds],
  ['held back/s', ({ heldBack }, seconds) => heldBack / seconds],
  ['admitted/s', ({ approvedPerS }) => approvedPerS],
  ['  p50 ms', ({ approvedP50Ms }) => approvedP50Ms],
  ['  p99 ms', ({ approvedP99Ms }) => approvedP99Ms],
  ['  longest ms', ({ approvedMaxMs }) => approvedMaxMs],
  ['refused/s', (it, seconds) => (it.refusedUnopened + it.refusedOpened) / seconds],
  ['  sealed', ({ refusedOpened }) => refusedOpened],
  ['  p50 ms', ({ refusedP50Ms }) => refusedP50Ms],
  ['  p99 ms', ({ refusedP99Ms }) => refusedP99Ms],
  ['  out of order', ({ outOfOrder }) => outOfOrder],
  ['  no retry-after', ({ withoutRetryAfter }) => withoutRetryAfter],
  ['  least ms', ({ retryAfterMs }) => retryAfterMs.least],
  ['  median ms', ({ retryAfterMs }) => retryAfterMs.median],
  ['  most ms', ({ retryAfterMs }) => retryAfterMs.most],
  ['unanswered', ({ unanswered }) => unanswered],
  ['own delay p99 ms', ({ ownDelayP99Ms }) => ownDelayP99Ms],
]

function cell(value: number): string {
  return (Number.isNaN(value) ? '-' : String(rounded(value))).padStart(11)
}
