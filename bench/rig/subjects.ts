import { fileURLToPath } from 'node:url'
import type { FeePlan } from '#domain'
import type { StorePlace } from '#store'
import type { EchoHostOrders } from '../echo-host.ts'
import type { LoadGeneratorOrders } from '../load-generator.ts'
import type { ReferenceOrders, ReferenceSetup } from '../reference-gateway.ts'
import { type Child, startChild } from './child.ts'
import { freePort, startGateway } from './gateway-process.ts'
import type { MeterOrders, Usage } from './meter.ts'
import type { Site, Waiting } from './site.ts'

export type LoadGenerator = Child<LoadGeneratorOrders>

/** Something that takes payments and is measured while it does. */
export interface Subject {
  readonly port: number
  usage(): Promise<Usage>
  /** Rejects when its process ends. */
  readonly ended: Promise<never>
  stop(): Promise<void>
}

/** The processes around a subject; one set serves a whole bench. */
export interface Surroundings {
  readonly loadGenerator: LoadGenerator
  readonly hostPort: number
  usage(): Promise<{ readonly loadGenerator: Usage; readonly host: Usage }>
  close(): Promise<void>
}

export async function startSurroundings(): Promise<Surroundings> {
  const host = startChild<EchoHostOrders>(fileOf('echo-host.ts'))
  const loadGenerator = startLoadGenerator()
  return {
    loadGenerator,
    hostPort: await host.ask('listen', undefined),
    async usage() {
      return {
        loadGenerator: await loadGenerator.ask('usage', undefined),
        host: await host.ask('usage', undefined),
      }
    },
    async close() {
      await Promise.all([host.stop(), loadGenerator.stop()])
    },
  }
}

export function startLoadGenerator(): LoadGenerator {
  return startChild(fileOf('load-generator.ts'))
}

export async function startReference(setup: ReferenceSetup): Promise<Subject> {
  const reference = startChild<ReferenceOrders>(fileOf('reference-gateway.ts'))
  const port = await reference.ask('open', setup)
  return subjectOf(reference, port)
}

export interface SubjectOptions {
  /** Its store, when that is not to be a file of its own. */
  readonly place?: StorePlace
  /** Modules that its process loads before anything else. */
  readonly preloaded?: readonly string[]
  readonly waiting?: Waiting
  /** Of the merchant that sends most. */
  readonly feePlan?: FeePlan
}

/** Returns before the gateway is ready; the load generator waits for that. */
export async function startSubjectGateway(
  site: Site,
  hostPort: number,
  { preloaded = [], ...setup }: SubjectOptions = {},
): Promise<Subject> {
  const port = await freePort()
  const gateway = startGateway(await site.gatewaySetup(hostPort, port, setup), preloaded)
  return subjectOf(gateway, port)
}

function subjectOf(child: Child<MeterOrders>, port: number): Subject {
  const { ended, stop } = child
  return { port, usage: () => child.ask('usage', undefined), ended, stop }
}

function fileOf(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url))
}
