import { STAN_MAX } from '#domain'
import type { Clock } from '#platform'
import type { PaymentStore } from './ports.ts'

export interface StanOptions {
  /** Numbers taken from the store at a time; a restart skips what is left of a lease. */
  readonly leaseCount: number
  /** How long after its request a host may still answer; a number in doubt rests that long. */
  readonly lateAnswerMaxMs: number
}

/** Hands out trace numbers for one host: never one that an open exchange still holds. */
export interface Stans {
  /** @returns a number that is held until released, or undefined when none is at hand just now. */
  take(): number | undefined
  /** The exchange ended with an answer, or never left although it is on disk. */
  release(stan: number): void
  /**
   * No exchange was begun with it: it is handed out next, so that numbers pass no faster than
   * exchanges.
   */
  giveBack(stan: number): void
  /** No answer came: the host may still send one, so the number rests until that is past. */
  rest(stan: number): void
  /** Numbers held or resting. */
  openCount(): number
}

/**
 * Trace numbers leased from the store in ranges, so that they go on where they stopped after a
 * restart. They wrap after 999,999, many times a day; a number that is open is passed over.
 *
 * @param resting numbers of exchanges that were open when the gateway last stopped
 */
export async function openStans(
  host: string,
  parts: { readonly store: Pick<PaymentStore, 'leaseStans'>; readonly clock: Clock },
  options: StanOptions & { readonly resting: readonly number[] },
): Promise<Stans> {
  const open = new Set<number>()
  const ranges: { next: number; left: number }[] = []
  const givenBack: number[] = []
  let leasing = false

  async function lease(): Promise<void> {
    leasing = true
    try {
      const { first, count } = await parts.store.leaseStans(host, options.leaseCount)
      ranges.push({ next: first, left: count })
    } finally {
      leasing = false
    }
  }

  function leaseAhead(): void {
    const left = ranges.reduce((sum, range) => sum + range.left, 0)
    // A lease that fails leaves the pool to run dry, which take() reports; the store says why.
    if (!leasing && left < options.leaseCount / 2) lease().catch(() => {})
  }

  function nextOfRanges(): number | undefined {
    const range = ranges[0]
    if (range === undefined) return undefined
    const stan = range.next
    range.next = stan === STAN_MAX ? 1 : stan + 1
    range.left -= 1
    if (range.left === 0) ranges.shift()
    return stan
  }

  function rest(stan: number): void {
    open.add(stan)
    parts.clock.after(options.lateAnswerMaxMs, () => open.delete(stan))
  }

  for (const stan of options.resting) rest(stan)
  await lease()

  return {
    take() {
      let stan = givenBack.pop() ?? nextOfRanges()
      while (stan !== undefined && open.has(stan)) stan = nextOfRanges()
      leaseAhead()
      if (stan !== undefined) open.add(stan)
      return stan
    },
    release: (stan) => open.delete(stan),
    giveBack(stan) {
      if (open.delete(stan)) givenBack.push(stan)
    },
    rest,
    openCount: () => open.size,
  }
}
