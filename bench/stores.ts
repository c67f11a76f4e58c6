import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StorePlace } from '#store'
import { type PostgresServer, startPostgres } from '../test/postgres/server.ts'
import type { LoadGeneratorOrders } from './load-generator.ts'
import type { BenchOptions } from './options.ts'
import { type Child, startChild } from './rig/child.ts'
import { rounded } from './rig/report.ts'
import { makeSite, type Site } from './rig/site.ts'
import { type Subject, startSubjectGateway, startSurroundings } from './rig/subjects.ts'
import type { StoreLoadOrders } from './store-load.ts'

/** What does each kind of store carry: SQLite, PostgreSQL with one node, and with two? */
export interface StoresFigures {
  /** At once, over all nodes. */
  readonly inFlight: number
  /** Of each run. */
  readonly payments: number
  readonly stores: readonly StoreFigures[]
}

export interface StoreFigures {
  readonly name: string
  readonly nodes: number
  /** Acts on the store alone: each payment is begun, then concluded. */
  readonly actsPerS: number
  /** Payments through whole gateways, one a node, in front of one host. */
  readonly paymentsPerS: number
  /** Of the slower node. */
  readonly p50Ms: number
  readonly p99Ms: number
}

export async function measureStores(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<StoresFigures> {
  const { quick, folder = tmpdir(), inFlight = 256 } = options
  const payments = options.payments ?? (quick ? 1_000 : 8_000)
  const serverFolder = mkdtempSync(join(folder, 'sallyport-stores-'))
  const server = await startPostgres({ folder: serverFolder })
  const site = await makeSite({ rsaBits: options.bits, algorithm: 'ES256', folder })
  try {
    const stores: StoreFigures[] = []
    for (const subject of SUBJECTS) {
      const scene = { subject, server, site, inFlight, payments, connections: options.connections }
      const figures = {
        ...subject,
        ...(await measureActs(scene)),
        ...(await measurePayments(scene)),
      }
      say(`${figures.name}: ${figures.actsPerS} acts/s, ${figures.paymentsPerS} payments/s`)
      stores.push(figures)
    }
    return { inFlight, payments, stores }
  } finally {
    site.close()
    await server.stop()
    rmSync(serverFolder, { recursive: true, force: true })
  }
}

export function printStores({ inFlight, payments, stores }: StoresFigures): string[] {
  return [
    `${payments} payments, ${inFlight} in flight`,
    '                           acts/s   payments/s    p50 ms    p99 ms',
    ...stores.map(({ name, actsPerS, paymentsPerS, p50Ms, p99Ms }) =>
      [name.padEnd(22), ...[actsPerS, paymentsPerS, p50Ms, p99Ms].map(cell)].join(''),
    ),
  ]
}

function cell(value: number): string {
  return String(value).padStart(11)
}

const SUBJECTS = [
  { name: 'SQLite', nodes: 1 },
  { name: 'PostgreSQL, one node', nodes: 1 },
  { name: 'PostgreSQL, two nodes', nodes: 2 },
] as const

interface Scene {
  readonly subject: (typeof SUBJECTS)[number]
  readonly server: PostgresServer
  readonly site: Site
  readonly inFlight: number
  readonly payments: number
  readonly connections: number
}

let databases = 0

/** A fresh store, as each of its nodes reaches it. */
async function freshPlaces({ subject, server, site }: Scene): Promise<StorePlace[]> {
  if (subject.name === 'SQLite') return [join(site.freshFolder(), 'journal.db')]
  const database = `bench_${++databases}`
  await server.createDatabase(database)
  return Array.from({ length: subject.nodes }, (_, node) => server.place(database, `node-${node}`))
}

async function measureActs(scene: Scene): Promise<Pick<StoreFigures, 'actsPerS'>> {
  const { inFlight, payments, subject } = scene
  const share = Math.ceil(payments / subject.nodes)
  const loads: Child<StoreLoadOrders>[] = []
  try {
    for (const place of await freshPlaces(scene)) {
      const load = startChild<StoreLoadOrders>(fileOf('store-load.ts'))
      loads.push(load)
      await load.ask('open', place)
      await load.ask('conduct', { from: loads.length * WARM_UP, count: WARM_UP, inFlight })
    }
    const tookMs = await Promise.all(
      loads.map((load, node) => {
        const from = FIRST + node * share
        return load.ask('conduct', { from, count: share, inFlight: inFlight / subject.nodes })
      }),
    )
    await Promise.all(loads.map((load) => load.ask('close', undefined)))
    return { actsPerS: rounded((2_000 * share * subject.nodes) / Math.max(...tookMs)) }
  } finally {
    await Promise.all(loads.map((load) => load.stop()))
  }
}

/** Payments before the clock starts: code is compiled, and plans are made. */
const WARM_UP = 1_000
const FIRST = 100_000

type LoadGenerator = Child<LoadGeneratorOrders>

async function measurePayments(
  scene: Scene,
): Promise<Omit<StoreFigures, 'name' | 'nodes' | 'actsPerS'>> {
  const { site, subject } = scene
  const surroundings = await startSurroundings()
  const generators: LoadGenerator[] = [surroundings.loadGenerator]
  const gateways: Subject[] = []
  try {
    if (subject.nodes > 1) generators.push(startChild(fileOf('load-generator.ts')))
    for (const place of await freshPlaces(scene)) {
      gateways.push(await startSubjectGateway(site, surroundings.hostPort, { place }))
    }
    return await fired(scene, generators, gateways)
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()))
    await Promise.all(generators.slice(1).map((generator) => generator.stop()))
    await surroundings.close()
  }
}

async function fired(
  { site, subject, payments, inFlight, connections }: Scene,
  generators: readonly LoadGenerator[],
  gateways: readonly Subject[],
) {
  const count = Math.ceil(payments / subject.nodes)
  const pairs = gateways.flatMap((gateway, node) => {
    const generator = generators[node]
    return generator === undefined ? [] : [{ generator, gateway, from: 1 + node * count }]
  })
  for (const { generator, gateway, from } of pairs) {
    await generator.ask('load', { identity: site.identity, keys: 'reused', from, count })
    const target = { port: gateway.port, ca: site.ca }
    await Promise.race([generator.ask('awaitReady', target), gateway.ended])
  }
  const speeds = await Promise.all(
    pairs.map(({ generator, gateway }) =>
      generator.ask('fireAll', {
        ...{ port: gateway.port, ca: site.ca, connections },
        inFlight: inFlight / subject.nodes,
      }),
    ),
  )
  return {
    paymentsPerS: rounded(speeds.reduce((sum, { paymentsPerS }) => sum + paymentsPerS, 0)),
    p50Ms: rounded(Math.max(...speeds.map(({ p50Ms }) => p50Ms))),
    p99Ms: rounded(Math.max(...speeds.map(({ p99Ms }) => p99Ms))),
  }
}

function fileOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
