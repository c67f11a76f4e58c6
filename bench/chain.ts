import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StoreSubjectOrders } from './chain/store-subject.ts'
import type { BenchOptions } from './options.ts'
import { startChild } from './rig/child.ts'
import { imports } from './rig/gateway-process.ts'
import { type Run, runGateway } from './rig/gateway-run.ts'
import { median, rounded } from './rig/report.ts'
import { makeSite } from './rig/site.ts'
import { startSurroundings } from './rig/subjects.ts'

/**
 * What does the chain of events cost? The store alone, and the whole gateway, each with and without
 * it, in turn.
 */
export interface ChainFigures {
  readonly inFlight: number
  readonly rows: readonly ChainRow[]
}

export interface ChainRow {
  readonly subject: 'store' | 'gateway'
  readonly payments: number
  readonly chained: ChainSide
  readonly unchained: ChainSide
  /** Payments a second with the chain over those without. */
  readonly ratio: number
}

/** Medians over the runs. */
export interface ChainSide {
  readonly paymentsPerS: number
  readonly paymentsPerSOfEachRun: readonly number[]
  /** CPU of the subject's process for one payment, microseconds. */
  readonly cpuUs: number
}

export async function measureChain(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<ChainFigures> {
  const { inFlight = 256, folder, bits, algorithm = 'PS256' } = options
  const runs = options.runs ?? (options.quick ? 1 : 5)
  const common = { runs, inFlight, say }
  const store = await measureRow('store', options.payments ?? (options.quick ? 2_000 : 40_000), {
    ...common,
    run: (preloaded, payments) => runStore({ preloaded, payments, inFlight, folder }),
  })
  const site = await makeSite({ rsaBits: bits, algorithm, ...(folder && { folder }) })
  const surroundings = await startSurroundings()
  try {
    const count = options.payments ?? (options.quick ? 500 : 12_000)
    const order = { identity: site.identity, keys: 'reused', from: 1, count } as const
    await surroundings.loadGenerator.ask('load', order)
    const scene = { site, surroundings, options, inFlight }
    const gateway = await measureRow('gateway', count, {
      ...common,
      run: (preloaded) => runGateway({ preloaded }, scene),
    })
    return { inFlight, rows: [store, gateway] }
  } finally {
    await surroundings.close()
    site.close()
  }
}

interface RowPlan {
  readonly runs: number
  readonly say: (line: string) => void
  run(preloaded: readonly string[], payments: number): Promise<Run>
}

/** Runs alternate, so that a slow minute of the machine hits both sides. */
async function measureRow(
  subject: ChainRow['subject'],
  payments: number,
  { runs, say, run }: RowPlan,
): Promise<ChainRow> {
  const chained: Run[] = []
  const unchained: Run[] = []
  for (let number = 1; number <= runs; number++) {
    unchained.push(await run([WITHOUT_CHAIN], payments))
    chained.push(await run([], payments))
    const [without, with_] = [unchained, chained].map((it) => rounded(it.at(-1)?.paymentsPerS ?? 0))
    say(`${subject}, run ${number}: ${without}/s without, ${with_}/s with`)
  }
  const [left, right] = [sideOf(chained), sideOf(unchained)]
  const ratio = rounded(left.paymentsPerS / right.paymentsPerS)
  return { subject, payments, chained: left, unchained: right, ratio }
}

const WITHOUT_CHAIN = new URL('chain/without-chain.ts', import.meta.url).href
const STORE_SUBJECT = fileURLToPath(new URL('chain/store-subject.ts', import.meta.url))

interface StoreRun {
  readonly preloaded: readonly string[]
  readonly payments: number
  readonly inFlight: number
  readonly folder: string | undefined
}

async function runStore({ preloaded, payments, inFlight, folder }: StoreRun): Promise<Run> {
  const home = mkdtempSync(join(folder ?? tmpdir(), 'sallyport-chain-'))
  const execArgv = imports(preloaded)
  const subject = startChild<StoreSubjectOrders>(STORE_SUBJECT, { execArgv })
  try {
    const speed = await subject.ask('pay', { file: join(home, 'journal.db'), payments, inFlight })
    if (speed.isChained !== (preloaded.length === 0)) throw new Error('the chain is not as asked')
    return speed
  } finally {
    await subject.stop()
    rmSync(home, { recursive: true })
  }
}

function sideOf(runs: readonly Run[]): ChainSide {
  return {
    paymentsPerS: rounded(median(runs.map((run) => run.paymentsPerS))),
    paymentsPerSOfEachRun: runs.map((run) => rounded(run.paymentsPerS)),
    cpuUs: rounded(median(runs.map((run) => run.cpuUs))),
  }
}

export function printChain({ inFlight, rows }: ChainFigures): string[] {
  const lines = [`${inFlight} in flight`, '', '              payments/s   CPU us a payment']
  for (const { subject, payments, chained, unchained, ratio } of rows) {
    lines.push(
      `${subject}, ${payments} payments, ${chained.paymentsPerSOfEachRun.length} runs each`,
      row('  without', unchained),
      row('  chained', chained),
      `  ratio     ${cell(ratio)}`,
    )
  }
  return lines
}

function row(name: string, side: ChainSide): string {
  return `${name.padEnd(12)}${cell(side.paymentsPerS)}${cell(side.cpuUs)}`
}

function cell(value: number): string {
  return String(value).padStart(12)
}
