import type { RsaBits } from '#security'
import { createSealer, type KeyUse } from './load/seal.ts'
import type { BenchOptions } from './options.ts'
import { sale } from './payments.ts'
import { rounded } from './rig/report.ts'
import { makeSite } from './rig/site.ts'
import { startSurroundings } from './rig/subjects.ts'
import { type Stage, stagesOf } from './stages/course.ts'
import { openRooms } from './stages/rooms.ts'

/**
 * What does each room take of one payment? CPU time of this process, all threads and the kernel's
 * part.
 */
export interface StagesFigures {
  readonly rsaBits: RsaBits
  readonly keys: KeyUse
  readonly payments: number
  readonly inFlight: number
  readonly stages: readonly StageFigures[]
  readonly totalUs: number
}

export interface StageFigures {
  readonly stage: string
  readonly what: string
  readonly cpuUs: number
}

export async function measureStages(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<StagesFigures> {
  const { bits, algorithm = 'PS256', folder, keys = 'reused', inFlight = 256 } = options
  const payments = options.payments ?? (options.quick ? 500 : 20_000)
  const site = await makeSite({ rsaBits: bits, algorithm, ...(folder && { folder }) })
  const surroundings = await startSurroundings()
  const rooms = await openRooms(site, surroundings.hostPort)
  try {
    const sealer = createSealer(site.identity, keys)
    const tokens = Array.from({ length: payments }, (_, index) => {
      return sealer.seal(sale(index, Date.now())).token
    })
    const whole = new Map<string, number>()
    const stages: StageFigures[] = []
    for (const { includes = '', ...stage } of stagesOf(tokens, rooms)) {
      const wholeUs = await measureStage(stage, { payments, inFlight })
      whole.set(stage.name, wholeUs)
      const cpuUs = rounded(wholeUs - (whole.get(includes) ?? 0))
      stages.push({ stage: stage.name, what: stage.what, cpuUs })
      say(`${stage.name}: ${cpuUs}`)
    }
    const totalUs = rounded(stages.reduce((sum, { cpuUs }) => sum + cpuUs, 0))
    return { rsaBits: bits, keys, payments, inFlight, stages, totalUs }
  } finally {
    await rooms.close()
    await surroundings.close()
    site.close()
  }
}

interface Extent {
  readonly payments: number
  readonly inFlight: number
}

/** The first fifth warms up and is not counted. */
async function measureStage(stage: Stage, { payments, inFlight }: Extent): Promise<number> {
  const uncounted = Math.floor(payments / 5)
  await conduct(stage, 0, uncounted, inFlight)
  const before = process.cpuUsage()
  await conduct(stage, uncounted, payments, inFlight)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (payments - uncounted)
}

/**
 * One after another where a stage is synchronous, otherwise as many at once as there would be in
 * flight.
 */
async function conduct(stage: Stage, from: number, to: number, inFlight: number): Promise<void> {
  let next = from
  async function oneAfterAnother(): Promise<void> {
    while (next < to) {
      const pending = stage.act(next++)
      if (pending instanceof Promise) await pending
    }
  }
  await Promise.all(Array.from({ length: inFlight }, oneAfterAnother))
}

export function printStages({ rsaBits, keys, payments, stages, totalUs }: StagesFigures): string[] {
  return [
    `RSA ${rsaBits} bits, ${keys} content keys, ${payments} payments`,
    `CPU microseconds of one payment`,
    ...stages.map(({ stage, what, cpuUs }) => row(stage, cpuUs, what)),
    row('together', totalUs, ''),
  ]
}

function row(stage: string, cpuUs: number, what: string): string {
  return `${stage.padEnd(10)}${cpuUs.toFixed(1).padStart(8)}  ${what}`.trimEnd()
}
