import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSystemClock } from '#platform'
import { verifyPlace } from '#store'
import type { LedgerLoadOrders } from './ledger-load.ts'
import type { BenchOptions } from './options.ts'
import { startChild } from './rig/child.ts'
import { median, rounded } from './rig/report.ts'

/**
 * How many entries a second are durable when all are of one merchant's accounts, and when they are
 * spread over a thousand?
 */
export interface LedgerFigures {
  /** Posting sets of two entries, of each run. */
  readonly sets: number
  readonly inFlight: number
  readonly rows: readonly LedgerRow[]
  /** Entries a second on the hot accounts over those on a thousand. */
  readonly ratio: number
}

export interface LedgerRow {
  readonly accounts: number
  /** Median over the runs. */
  readonly entriesPerS: number
  readonly entriesPerSOfEachRun: readonly number[]
}

export async function measureLedger(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<LedgerFigures> {
  const { quick, folder = tmpdir(), inFlight = 1_024 } = options
  const sets = options.payments ?? (quick ? 2_000 : 100_000)
  const runs = options.runs ?? (quick ? 1 : 3)
  const speeds = new Map(MERCHANTS.map((merchants): [number, number[]] => [merchants, []]))
  // In turn, so that a slow minute of the machine hits both.
  for (let number = 1; number <= runs; number++) {
    for (const [merchants, ofEachRun] of speeds) {
      const speed = await measureRun({ sets, inFlight, merchants, folder })
      say(`run ${number}, ${2 * merchants} accounts: ${speed} entries/s`)
      ofEachRun.push(speed)
    }
  }
  const rows = [...speeds].map(([merchants, ofEachRun]) => ({
    accounts: 2 * merchants,
    entriesPerS: rounded(median(ofEachRun)),
    entriesPerSOfEachRun: ofEachRun,
  }))
  const [hot, spread] = rows
  const ratio = rounded((hot?.entriesPerS ?? 0) / (spread?.entriesPerS ?? 1))
  return { sets, inFlight, rows, ratio }
}

/** Each has two accounts. */
const MERCHANTS = [1, 500] as const

interface Run {
  readonly sets: number
  readonly inFlight: number
  readonly merchants: number
  readonly folder: string
}

/** @returns entries a second; what was posted is verified before they count */
async function measureRun({ folder, ...order }: Run): Promise<number> {
  const home = mkdtempSync(join(folder, 'sallyport-ledger-'))
  const file = join(home, 'journal.db')
  const load = startChild<LedgerLoadOrders>(LOAD)
  try {
    await load.ask('open', file)
    await load.ask('post', { ...order, sets: WARM_UP })
    const tookMs = await load.ask('post', order)
    await load.ask('close', undefined)
    const { ledger, faultCount } = await verifyPlace(file, { clock: createSystemClock() })
    if (faultCount > 0 || ledger.postings !== order.sets + WARM_UP) {
      throw new Error('the ledger is not what was posted')
    }
    return rounded((2_000 * order.sets) / tookMs)
  } finally {
    await load.stop()
    rmSync(home, { recursive: true })
  }
}

/** Sets before the clock starts: code is compiled, and accounts are made. */
const WARM_UP = 2_000

const LOAD = fileURLToPath(new URL('ledger-load.ts', import.meta.url))

export function printLedger({ sets, inFlight, rows, ratio }: LedgerFigures): string[] {
  return [
    `${sets} posting sets of two entries, ${inFlight} in flight`,
    '',
    '  accounts   entries/s',
    ...rows.map(({ accounts, entriesPerS }) => `${cell(accounts)}${cell(entriesPerS)}`),
    '',
    `on the hot accounts ${ratio} times as many`,
  ]
}

function cell(value: number): string {
  return String(value).padStart(10).padEnd(12)
}
