import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BenchOptions } from './options.ts'
import { buildHistory } from './restart/build-history.ts'
import { freePort, startGateway } from './rig/gateway-process.ts'
import { median, rounded } from './rig/report.ts'
import { makeSite, type Site } from './rig/site.ts'
import { type Surroundings, startSurroundings } from './rig/subjects.ts'

/**
 * How soon is the first payment approved by a gateway that was killed, with many payments in its
 * journal and with next to none? From the start of its process to the answer.
 */
export interface RestartFigures {
  /** In the journal before the first start. */
  readonly payments: number
  readonly journalMiB: number
  /** How long that took to make; nothing that a gateway would have to do. */
  readonly builtInS: number
  readonly long: StartFigures
  /** The same with a new journal: a start without its history. */
  readonly new: StartFigures
}

/** Medians over the runs. */
export interface StartFigures {
  readonly servedMs: number
  readonly servedMsOfEachRun: readonly number[]
  /** What the gateway's process used of the processor until then, all threads. */
  readonly cpuMs: number
}

export async function measureRestart(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<RestartFigures> {
  const { bits, algorithm = 'PS256', folder } = options
  const payments = options.payments ?? (options.quick ? 20_000 : 1_000_000)
  const site = await makeSite({ rsaBits: bits, algorithm, ...(folder && { folder }) })
  const surroundings = await startSurroundings()
  try {
    const order = { identity: site.identity, keys: 'fresh', from: 1, count: 1 } as const
    await surroundings.loadGenerator.ask('load', order)
    const scene = { site, surroundings, say }
    const [long, fresh] = [await makeGateway(scene), await makeGateway(scene)]
    const built = buildInto(long, payments)
    say(`${payments} payments, ${built.journalMiB} MiB, built in ${built.builtInS} s`)
    const runs = options.runs ?? (options.quick ? 1 : 5)
    return { payments, ...built, ...(await measureStarts({ long, fresh }, runs, scene)) }
  } finally {
    await surroundings.close()
    site.close()
  }
}

interface RestartScene {
  readonly site: Site
  readonly surroundings: Surroundings
  readonly say: (line: string) => void
}

/** A gateway's folder, and where it is going to listen. */
interface Place {
  readonly configFile: string
  readonly port: number
}

async function makeGateway({ site, surroundings }: RestartScene): Promise<Place> {
  const port = await freePort()
  return { configFile: await site.gatewaySetup(surroundings.hostPort, port), port }
}

function buildInto({ configFile }: Place, payments: number) {
  const journal = join(dirname(configFile), 'journal.db')
  const sinceMs = performance.now()
  buildHistory(journal, payments)
  const builtInS = rounded((performance.now() - sinceMs) / 1_000)
  return { builtInS, journalMiB: rounded(statSync(journal).size / 2 ** 20) }
}

/** Starts alternate, so that a slow minute of the machine hits both. */
async function measureStarts(
  { long, fresh }: { readonly long: Place; readonly fresh: Place },
  runs: number,
  scene: RestartScene,
): Promise<{ long: StartFigures; new: StartFigures }> {
  const starts: Record<'long' | 'new', Start[]> = { long: [], new: [] }
  // The first start makes what every later one finds.
  for (const place of [long, fresh]) await serveOne(0, place, scene)
  for (let run = 1; run <= runs; run++) {
    const [before, after] = [await serveOne(run, fresh, scene), await serveOne(run, long, scene)]
    starts.new.push(before)
    starts.long.push(after)
    const [newMs, longMs] = [before, after].map((it) => rounded(it.servedMs))
    scene.say(`run ${run}: ${newMs} ms with a new journal, ${longMs} ms with the long one`)
  }
  return { long: figuresOf(starts.long), new: figuresOf(starts.new) }
}

interface Start {
  readonly servedMs: number
  readonly cpuMs: number
}

/** Start a gateway, have one sale approved that no run before had, kill it. */
async function serveOne(
  run: number,
  { configFile, port }: Place,
  { site, surroundings }: RestartScene,
): Promise<Start> {
  const sinceMs = performance.now()
  const gateway = startGateway(configFile)
  try {
    const target = { port, ca: site.ca, probe: run }
    await Promise.race([surroundings.loadGenerator.ask('awaitReady', target), gateway.ended])
    const servedMs = performance.now() - sinceMs
    const { cpuUs } = await gateway.ask('usage', undefined)
    return { servedMs, cpuMs: cpuUs / 1_000 }
  } finally {
    await gateway.kill()
  }
}

function figuresOf(starts: readonly Start[]): StartFigures {
  const servedMsOfEachRun = starts.map((it) => rounded(it.servedMs))
  const cpuMs = rounded(median(starts.map((it) => it.cpuMs)))
  return { servedMs: rounded(median(servedMsOfEachRun)), servedMsOfEachRun, cpuMs }
}

export function printRestart(figures: RestartFigures): string[] {
  const { payments, journalMiB, builtInS } = figures
  return [
    `${payments} payments in a journal of ${journalMiB} MiB, built in ${builtInS} s`,
    `from the start of a killed gateway's next process to its first approved payment:`,
    row('with a new journal', figures.new),
    row('with that one', figures.long),
  ]
}

function row(name: string, { servedMs, servedMsOfEachRun, cpuMs }: StartFigures): string {
  const each = servedMsOfEachRun.join(', ')
  return `  ${name.padEnd(20)}${servedMs} ms (${each}), ${cpuMs} ms of the processor`
}
