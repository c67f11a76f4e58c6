import type { Volley } from './fire.ts'

/** Speed of one run; the first fifth of the payments is not counted. */
export interface Speed {
  readonly payments: number
  readonly counted: number
  readonly paymentsPerS: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export function speedOf({ latenciesMs, arrivedMs }: Volley): Speed {
  const payments = arrivedMs.length
  const uncounted = Math.floor(payments / 5)
  const counted = payments - uncounted
  const fromMs = arrivedMs[Math.max(0, uncounted - 1)] ?? 0
  const lastMs = arrivedMs[payments - 1] ?? 0
  const sorted = latenciesMs.slice(uncounted).sort()
  return {
    payments,
    counted,
    paymentsPerS: (counted * 1_000) / (lastMs - fromMs),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
  }
}

/** Nearest rank, of ascending values. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
