import type { Clock, Log } from '#platform'
import type { HostFacts } from '#processing'
import { createComplaint } from './complaint.ts'
import type { Forwarding } from './forwarding.ts'
import type { HoldStore } from './ports.ts'

interface ExpiryParts {
  readonly store: HoldStore
  readonly clock: Clock
  readonly log: Log
  readonly hostFacts: HostFacts
  readonly forwarding: Pick<Forwarding, 'wake'>
}

interface ExpiryLimits {
  /** How long the host holds an authorization. */
  readonly holdMs: number
  readonly pollMs: number
}

/**
 * Let go what the host holds no longer, now and from time to time: so nothing is captured in vain,
 * and no authorization stays open for ever.
 *
 * @returns a function that ends it
 */
export function startHoldExpiry(parts: ExpiryParts, limits: ExpiryLimits): () => void {
  const { store, clock, log, hostFacts, forwarding } = parts
  const complaint = createComplaint(log, 'holds-not-expired')
  let isStopped = false
  let cancel = () => {}

  async function expire(): Promise<void> {
    for (let count = HOLDS_AT_ONCE; count === HOLDS_AT_ONCE && !isStopped; ) {
      const atMs = clock.nowMs()
      const begunBeforeMs = atMs - limits.holdMs
      const expiry = { host: hostFacts.name, begunBeforeMs, countMax: HOLDS_AT_ONCE, atMs }
      count = await store.expireHolds(expiry)
      if (count > 0) log.info('holds-expired', { count })
      if (count > 0) forwarding.wake()
    }
    complaint.worked()
  }

  function poll(): void {
    expire().catch((error: unknown) => complaint.failed(error))
    cancel = clock.after(limits.pollMs, poll)
  }

  poll()
  return () => {
    isStopped = true
    cancel()
  }
}

/** One act writes no more. */
const HOLDS_AT_ONCE = 100
