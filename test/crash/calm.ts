import { setTimeout as wait } from 'node:timers/promises'
import { disagreements } from './agreement.ts'
import type { Installation } from './installation.ts'
import type { Shop } from './shop.ts'

export interface CalmReport {
  /** How long after the last request everything was settled, milliseconds. */
  readonly settledAfterMs: number
  /** Payments in the journal by their end. */
  readonly ends: Readonly<Record<string, number>>
  /** What was, is, or was told otherwise than it may be; empty when all is well. */
  readonly faults: readonly string[]
}

/**
 * After the storm: start what is down and harm nobody any more. Merchants ask everything once more,
 * the gateway pays what it owes, and then all that anybody has of any payment must agree.
 *
 * @param withinMs how long after the last request it may still owe anything
 */
export async function calm(
  installation: Installation,
  shop: Shop,
  withinMs = CALM_MS_MAX,
): Promise<CalmReport> {
  const gateway = await installation.start()
  const client = gateway.client()
  await shop.finish(client, 'pay', IN_FLIGHT)
  const sinceMs = performance.now()
  const leftovers = await settle(installation, withinMs)
  const settledAfterMs = Math.round(performance.now() - sinceMs)
  await shop.finish(client, 'inquire', IN_FLIGHT)
  client.close()
  const code = await gateway.stop()
  await installation.gateway.kill()
  const told = new Map(shop.errands.map((errand) => [errand.id, errand]))
  const records = installation.records()
  const faults = [
    ...shop.faults(),
    ...leftovers,
    ...(code === 0 ? [] : [`the last gateway ended with ${code}`]),
    ...disagreements({ told, ...records }),
    ...installation.journalFaults(),
  ]
  return { settledAfterMs, ends: countOf(records.journal.map((row) => row.state)), faults }
}

const IN_FLIGHT = 32

/** @returns what is not settled in the time that there is */
async function settle({ unsettled }: Installation, withinMs: number): Promise<string[]> {
  const untilMs = performance.now() + withinMs
  for (;;) {
    const { payments, owed } = unsettled()
    if (payments + owed === 0) return []
    if (performance.now() > untilMs) return [`${payments} payments and ${owed} debts are open`]
    await wait(20)
  }
}

/** Many times what the slowest debt takes: one that waits out the host's longest delay. */
const CALM_MS_MAX = 20_000

function countOf(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
