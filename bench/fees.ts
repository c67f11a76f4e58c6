import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { FeePlan } from '#domain'
import type { BenchOptions } from './options.ts'
import { type Run, runGateway } from './rig/gateway-run.ts'
import { median, rounded } from './rig/report.ts'
import { makeSite } from './rig/site.ts'
import { type SubjectOptions, startSurroundings } from './rig/subjects.ts'

/**
 * What do the ledger and a merchant's fees cost a sale? Whole gateways without a ledger, with it,
 * and with a plan that divides each sale among four, in turn.
 */
export interface FeesFigures {
  readonly inFlight: number
  readonly payments: number
  readonly sides: readonly FeesSide[]
}

/** Medians over the runs. */
export interface FeesSide {
  readonly name: string
  readonly paymentsPerS: number
  readonly paymentsPerSOfEachRun: readonly number[]
  /** CPU of the gateway's process for one payment, microseconds. */
  readonly cpuUs: number
  /** CPU of one payment over that without a ledger. */
  readonly cpuRatio: number
  /** What its journal has in the end, so that each side is known to be what it is called. */
  readonly entriesASale: number
}

export async function measureFees(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<FeesFigures> {
  const { inFlight = 256, folder, bits, algorithm = 'PS256' } = options
  const runs = options.runs ?? (options.quick ? 1 : 5)
  const payments = options.payments ?? (options.quick ? 500 : 12_000)
  const site = await makeSite({ rsaBits: bits, algorithm, ...(folder && { folder }) })
  const surroundings = await startSurroundings()
  try {
    const order = { identity: site.identity, keys: 'reused', from: 1, count: payments } as const
    await surroundings.loadGenerator.ask('load', order)
    const scene = { site, surroundings, options, inFlight }
    const found = SIDES.map(({ name }) => ({ name, entriesASale: 0, runs: [] as Run[] }))
    for (let number = 1; number <= runs; number++) {
      for (const [index, { name, subject }] of SIDES.entries()) {
        const place = join(site.freshFolder(), 'journal.db')
        const run = await runGateway({ ...subject, place }, scene)
        const side = found[index]
        side?.runs.push(run)
        if (side) side.entriesASale = entriesASaleIn(place)
        say(`run ${number}, ${name}: ${rounded(run.paymentsPerS)}/s, ${rounded(run.cpuUs)} us`)
      }
    }
    return { inFlight, payments, sides: sidesOf(found) }
  } finally {
    await surroundings.close()
    site.close()
  }
}

const PLAN = new URL('../specs/fees/marketplace.json', import.meta.url)

const SIDES: readonly { readonly name: string; readonly subject: SubjectOptions }[] = [
  {
    name: 'without a ledger',
    subject: { preloaded: [new URL('fees/without-ledger.ts', import.meta.url).href] },
  },
  { name: 'with the ledger', subject: {} },
  { name: 'with fees and shares', subject: { feePlan: planIn(PLAN) } },
]

function planIn(file: URL): FeePlan {
  const { $schema: _, ...plan } = JSON.parse(readFileSync(file, 'utf8'))
  return plan
}

function entriesASaleIn(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true })
  const count = (table: string) =>
    Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count'])
  const entries = count('ledger_entries') / count('payments')
  database.close()
  return entries
}

interface Found {
  readonly name: string
  readonly runs: readonly Run[]
  readonly entriesASale: number
}

function sidesOf(found: readonly Found[]): FeesSide[] {
  const cpuOf = (runs: readonly Run[]) => median(runs.map(({ cpuUs }) => cpuUs))
  const least = cpuOf(found[0]?.runs ?? [])
  return found.map(
    ({ name, runs, entriesASale }): FeesSide => ({
      ...{ name, entriesASale },
      paymentsPerS: rounded(median(runs.map((run) => run.paymentsPerS))),
      paymentsPerSOfEachRun: runs.map((run) => rounded(run.paymentsPerS)),
      cpuUs: rounded(cpuOf(runs)),
      cpuRatio: rounded(cpuOf(runs) / least),
    }),
  )
}

export function printFees({ inFlight, payments, sides }: FeesFigures): string[] {
  return [
    `${payments} sales, ${inFlight} in flight, ${sides[0]?.paymentsPerSOfEachRun.length} runs each`,
    '',
    `${''.padEnd(22)}${['sales/s', 'CPU us a sale', 'ratio', 'entries a sale'].map(cell).join('')}`,
    ...sides.map(
      ({ name, paymentsPerS, cpuUs, cpuRatio, entriesASale }) =>
        `${name.padEnd(22)}${[paymentsPerS, cpuUs, cpuRatio, entriesASale].map(cell).join('')}`,
    ),
  ]
}

function cell(value: string | number): string {
  return String(value).padStart(16)
}
