import type { Clock, Log } from '#platform'
import type { HostFacts } from '#processing'
import type { OwedStore } from './ports.ts'

interface OverdueParts {
  readonly store: Pick<OwedStore, 'raiseOverdue'>
  readonly clock: Clock
  readonly log: Log
  readonly hostFacts: HostFacts
}

interface OverdueLimits {
  readonly overdueMs: number
  readonly overduePollMs: number
}

/**
 * Make a work item of whatever is owed for too long, now and from time to time.
 *
 * It asks for no attempt: a host that is away for long leaves debts to which none is made.
 *
 * @returns a function that ends it
 */
export function raiseOverdue(parts: OverdueParts, limits: OverdueLimits): () => void {
  const { store, clock, log, hostFacts } = parts
  let cancel = () => {}

  async function raise(): Promise<void> {
    const atMs = clock.nowMs()
    const owedBeforeMs = atMs - limits.overdueMs
    const count = await store.raiseOverdue({ host: hostFacts.name, owedBeforeMs, atMs })
    if (count > 0) log.error('owed-overdue', { count })
  }

  function poll(): void {
    raise().catch((error: unknown) => log.error('overdue-not-raised', { error }))
    cancel = clock.after(limits.overduePollMs, poll)
  }

  poll()
  return () => cancel()
}
