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
 * journal? From the start of its process to the answer.
 */
export interface RestartFigures {
  /** In the journal before the first start. */
  readonly payments: number
  readonly journalMiB: number
  /** How long that took to make; nothing that a gateway would have to do. */
  readonly builtInS: number
  readonly servedMsOfEachRun: readonly number[]
  readonly servedMs: number
  /** What the gateway's process used of the processor until then, all threads: the median. */
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
    const port = await freePort()
    const configFile = site.gatewaySetup(surroundings.hostPort, port)
    const journal = join(dirname(configFile), 'journal.db')
    const sinceMs = performance.now()
    buildHistory(journal, payments)
    const builtInS = rounded((performance.now() - sinceMs) / 1_000)
    const journalMiB = rounded(statSync(journal).size / 2 ** 20)
    say(`${payments} payments, ${journalMiB} MiB, built in ${builtInS} s`)

    const order = { identity: site.identity, keys: 'fresh', from: 1, count: 1 } as const
    await surroundings.loadGenerator.ask('load', order)
    const scene = { site, surroundings, configFile, port }
    // The first start makes what every later one finds.
    await serveOne(0, scene)
    const starts: Start[] = []
    for (let run = 1; run <= (options.runs ?? (options.quick ? 1 : 5)); run++) {
      starts.push(await serveOne(run, scene))
      say(`run ${run}: ${rounded(starts.at(-1)?.servedMs ?? 0)} ms`)
    }
    const servedMsOfEachRun = starts.map((it) => rounded(it.servedMs))
    const cpuMs = rounded(median(starts.map((it) => it.cpuMs)))
    const servedMs = median(servedMsOfEachRun)
    return { payments, journalMiB, builtInS, servedMsOfEachRun, servedMs, cpuMs }
  } finally {
    await surroundings.close()
    site.close()
  }
}

interface RestartScene {
  readonly site: Site
  readonly surroundings: Surroundings
  readonly configFile: string
  readonly port: number
}

interface Start {
  readonly servedMs: number
  readonly cpuMs: number
}

/** Start a gateway, have one sale approved that no run before had, kill it. */
async function serveOne(run: number, scene: RestartScene): Promise<Start> {
  const { site, surroundings, configFile, port } = scene
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

export function printRestart(figures: RestartFigures): string[] {
  const { payments, journalMiB, builtInS, servedMs, servedMsOfEachRun, cpuMs } = figures
  return [
    `${payments} payments in a journal of ${journalMiB} MiB, built in ${builtInS} s`,
    `from the start of a killed gateway's next process to its first approved payment:`,
    `${servedMs} ms (${servedMsOfEachRun.join(', ')}), ${cpuMs} ms of the processor`,
  ]
}
