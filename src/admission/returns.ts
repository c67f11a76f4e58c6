import type { Share } from './shares.ts'

/** What is said to those turned away, milliseconds. */
export interface RetryBounds {
  readonly leastMs: number
  readonly mostMs: number
}

/** Says when those who were turned away may come back, so that they do not come at once. */
export interface Returns {
  /** @param msEach how long one of this share takes to be served, among the others */
  after(share: Share, nowMs: number, msEach: number): number
}

/**
 * Each share has a line of its own, which nobody waits in: one more turned away comes behind the
 * one before. So the time grows with the overload, for whoever makes it, and is over with it.
 */
export function createReturns({ leastMs, mostMs }: RetryBounds): Returns {
  let spread = 0

  return {
    after(share, nowMs, msEach) {
      const lineMs = Math.min(Math.max(0, share.returnAtMs - nowMs) + msEach, mostMs)
      share.returnAtMs = nowMs + lineMs
      spread = (spread + GOLDEN_PART) % 1
      const waitMs = Math.min(leastMs + lineMs, mostMs / SPREAD_MAX)
      return Math.min(mostMs, twoDigits(waitMs * (1 + (SPREAD_MAX - 1) * spread)))
    },
  }
}

/** What is added so that those who hear the same minute do not come in the same second. */
const SPREAD_MAX = 1.25
/** Its multiples, taken modulo 1, lie evenly however many there are. */
const GOLDEN_PART = 0.618_033_988_75

/** Rounded up to two digits and zeros: few enough different ones to keep the answers made. */
function twoDigits(ms: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(ms)) - 1)
  return Math.ceil(ms / unit) * unit
}
