import { createReturns, type RetryBounds } from './returns.ts'
import { Share } from './shares.ts'
import { createWaitLimit } from './wait-limit.ts'

/**
 * Places that are given at once or not at all, as many as can be served in time, and fairly.
 *
 * While the common places last, anybody may take one. When they are taken, only a party that holds
 * less than its fair share may: so the one who floods is turned away, and the one who sends little
 * is not. Within a party the same goes for its connections, as long as not twice as many are held.
 */
export interface Gate {
  /** All places: what parties' shares are parts of. */
  readonly all: Share
  /** Take a place; false when there is none. Each true is followed by one `leave`. */
  enter(share: Share): boolean
  /** Give it back. @param served how long it was waited in until now; nothing when it was not */
  leave(share: Share, served?: Served): void
  /** When to come back, for one more of a party that was turned away: milliseconds from now. */
  retryAfterMs(party: Share, nowMs: number): number
  /** Places that anybody may take at this moment. */
  commonPlaces(): number
}

/** Elapsed milliseconds. */
export interface Served {
  readonly nowMs: number
  readonly waitedMs: number
}

export interface GateOptions {
  /** Never one more than these. */
  readonly placesMax: number
  /** Places that anybody may take, at the start, at least and at most. */
  readonly common: { readonly atStart: number; readonly min: number; readonly max: number }
  /** The common places are so few that the mean wait is not longer. */
  readonly waitMs?: number
  readonly retry?: RetryBounds
}

/** Seven eighths are common: so much is kept for those who hold less than their fair share. */
export function mostlyCommon(placesMax: number): Pick<GateOptions, 'placesMax' | 'common'> {
  const commonPlaces = placesMax - Math.floor(placesMax / 8)
  return { placesMax, common: { atStart: commonPlaces, min: COMMON_MIN, max: commonPlaces } }
}

/** However long they take, so many places are common. */
const COMMON_MIN = 16

export function createGate(options: GateOptions): Gate {
  const { placesMax, common, waitMs = Number.POSITIVE_INFINITY, retry = NO_RETRY } = options
  const all = new Share()
  const limit = createWaitLimit({ ...common, waitMs })
  const returns = createReturns(retry)

  function mayEnter(share: Share): boolean {
    if (all.held >= placesMax) return false
    const places = limit.now()
    if (all.held < places || share.party.isOwed(places)) return true
    return all.held < OWED_MAX * limit.lately() && share.isOwed(places)
  }

  return {
    all,
    enter(share) {
      const may = mayEnter(share)
      if (may) share.take()
      else limit.noteTurnedAway()
      return may
    },
    leave(share, served) {
      share.giveBack()
      if (served !== undefined) limit.noteServed(served.waitedMs, served.nowMs)
    },
    retryAfterMs: (party, nowMs) =>
      returns.after(party, nowMs, (limit.msEach() ?? 0) * Math.max(1, all.holders)),
    commonPlaces: limit.now,
  }
}

/** Where nobody is told when to come back. */
const NO_RETRY: RetryBounds = { leastMs: 0, mostMs: 0 }
/** So many times the common places, before a party gets no more for having many connections. */
const OWED_MAX = 2
