import type { Random } from '#platform'

export interface BackoffBounds {
  readonly reconnectDelayMinMs: number
  readonly reconnectDelayMaxMs: number
}

/**
 * How long to wait before dialling again: twice as long after each failure, up to the bound, and by
 * chance anything from half of that to all of it, so that gateways do not come back in step.
 *
 * @param failures attempts in a row that did not lead to a sign-on, 0 or more
 */
export function backoffMs(failures: number, bounds: BackoffBounds, random: Random): number {
  const doublings = Math.min(failures, 30)
  const wholeMs = Math.min(bounds.reconnectDelayMaxMs, bounds.reconnectDelayMinMs * 2 ** doublings)
  const halfMs = Math.floor(wholeMs / 2)
  return halfMs + random.integer(0, wholeMs - halfMs + 1)
}
