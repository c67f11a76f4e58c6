import { setTimeout as delay } from 'node:timers/promises'
import type { SignatureAlgorithm } from '#envelope'
import type { RsaBits } from '#security'
import type { BenchOptions } from './options.ts'
import { rounded } from './rig/report.ts'
import { makeSite } from './rig/site.ts'
import { type Subject, startSubjectGateway, startSurroundings } from './rig/subjects.ts'

/**
 * Does the gateway's memory stay where it is? Resident size of its process, read as payments go by.
 */
export interface MemoryFigures {
  readonly signature: SignatureAlgorithm
  readonly rsaBits: RsaBits
  readonly inFlight: number
  readonly readings: readonly MemoryReading[]
  /** The last reading over the one after a quarter of the payments. */
  readonly growth: number
}

export interface MemoryReading {
  readonly payments: number
  readonly residentMiB: number
}

/** A quarter of the payments before the first figure that counts: 50,000 of 200,000. */
const PARTS = 4
/** Readings in each quarter; what is between two of them is sealed before it is sent. */
const READINGS = 2

export async function measureMemory(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<MemoryFigures> {
  const { bits, algorithm = 'ES256', folder, connections, inFlight = 256 } = options
  const payments = options.payments ?? (options.quick ? 8_000 : 200_000)
  const site = await makeSite({ rsaBits: bits, algorithm, ...(folder && { folder }) })
  const surroundings = await startSurroundings()
  const { loadGenerator, hostPort } = surroundings
  let gateway: Subject | undefined
  try {
    const { identity } = site
    const count = Math.ceil(payments / PARTS / READINGS)
    gateway = await startSubjectGateway(site, hostPort)
    const target = { port: gateway.port, ca: site.ca }
    const readings: MemoryReading[] = []
    for (let sent = 0; sent < payments; sent += count) {
      await loadGenerator.ask('load', { identity, keys: 'reused', from: sent + 1, count })
      if (sent === 0) {
        await Promise.race([loadGenerator.ask('awaitReady', target), gateway.ended])
      }
      await loadGenerator.ask('fireAll', { ...target, connections, inFlight })
      await delay(SETTLE_MS)
      const { residentBytes } = await gateway.usage()
      const reading = { payments: sent + count, residentMiB: rounded(residentBytes / 2 ** 20) }
      readings.push(reading)
      say(`${reading.payments} payments: ${reading.residentMiB} MiB`)
    }
    const [quarter, last] = [readings[READINGS - 1], readings.at(-1)]
    const growth = rounded((last?.residentMiB ?? 0) / (quarter?.residentMiB ?? 0))
    return { signature: algorithm, rsaBits: bits, inFlight, readings, growth }
  } finally {
    await gateway?.stop()
    await surroundings.close()
    site.close()
  }
}

const SETTLE_MS = 250

export function printMemory({ readings, growth, inFlight }: MemoryFigures): string[] {
  return [
    `${inFlight} in flight`,
    ...readings.map(
      ({ payments, residentMiB }) => `${cell(payments)} payments ${cell(residentMiB)} MiB`,
    ),
    `the last over the one after a quarter: ${growth}`,
  ]
}

function cell(value: number): string {
  return String(value).padStart(8)
}
