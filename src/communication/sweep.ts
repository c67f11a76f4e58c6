import type { Clock } from '#platform'

const PERIOD_MS_MIN = 10
const PERIOD_MS_MAX = 1000

/**
 * Look at everything again and again, so that no connection needs a timer of its own.
 *
 * @param timeoutsMs the timeouts that `look` enforces
 * @returns stops it
 */
export function startSweep(
  clock: Clock,
  timeoutsMs: readonly number[],
  look: (elapsedMs: number) => void,
): () => void {
  const periodMs = sweepPeriodMs(timeoutsMs)
  let cancel = clock.after(periodMs, sweep)

  function sweep(): void {
    cancel = clock.after(periodMs, sweep)
    look(clock.elapsedMs())
  }

  return () => cancel()
}

/** Four looks in the shortest timeout: each ends at most a quarter of that late (10 ms to 1 s). */
export function sweepPeriodMs(timeoutsMs: readonly number[]): number {
  const wantedMs = Math.min(...timeoutsMs) / 4
  return Math.max(PERIOD_MS_MIN, Math.min(PERIOD_MS_MAX, wantedMs))
}
