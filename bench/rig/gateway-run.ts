import type { BenchOptions } from '../options.ts'
import type { Site } from './site.ts'
import { type SubjectOptions, type Surroundings, startSubjectGateway } from './subjects.ts'

/** How fast a subject was. */
export interface Run {
  readonly paymentsPerS: number
  /** CPU of its process for one payment, microseconds. */
  readonly cpuUs: number
}

export interface GatewayScene {
  readonly site: Site
  /** Their load generator has the payments. */
  readonly surroundings: Surroundings
  readonly options: Pick<BenchOptions, 'connections'>
  readonly inFlight: number
}

/** Let a fresh gateway take all that the load generator has. */
export async function runGateway(
  subjectOptions: SubjectOptions,
  scene: GatewayScene,
): Promise<Run> {
  const { site, surroundings, options, inFlight } = scene
  const { loadGenerator, hostPort } = surroundings
  const subject = await startSubjectGateway(site, hostPort, subjectOptions)
  const target = { port: subject.port, ca: site.ca }
  try {
    await Promise.race([loadGenerator.ask('awaitReady', target), subject.ended])
    const before = await subject.usage()
    const { connections } = options
    const speed = await loadGenerator.ask('fireAll', { ...target, connections, inFlight })
    const after = await subject.usage()
    const cpuUs = (after.cpuUs - before.cpuUs) / speed.payments
    return { paymentsPerS: speed.paymentsPerS, cpuUs }
  } finally {
    await subject.stop()
  }
}
