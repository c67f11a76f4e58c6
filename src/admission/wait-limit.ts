/**
 * How many may wait at once for something that serves one after another, so that nobody waits much
 * longer than `waitMs`.
 */
export interface WaitLimit {
  /** A number, not always a whole one. */
  now(): number
  /** What it was lately: it falls behind `now` by and by, as those leave who were let in before. */
  lately(): number
  /** One was served, after so long. */
  noteServed(waitedMs: number, nowMs: number): void
  /** One was turned away because as many as may were waiting. */
  noteTurnedAway(): void
  /** How long each took when there was more than could be served; nothing before there was. */
  msEach(): number | undefined
}

export interface WaitLimitOptions {
  readonly atStart: number
  readonly min: number
  readonly max: number
  /** The longest mean wait that is wanted; never too long when infinite. */
  readonly waitMs: number
}

/**
 * Follows what was measured, in intervals. By Little's law as many wait as are served in a wait: so
 * when they waited too long, the limit falls to what was served in `waitMs`. While they did not, it
 * grows back to where it began, and further when some were turned away.
 */
export function createWaitLimit({ atStart, min, max, waitMs }: WaitLimitOptions): WaitLimit {
  const start = Math.min(atStart, max)
  let limit = start
  let lately = start
  let interval = beginInterval(0)
  let turnedAway = false
  let msEach: number | undefined

  function adjust({ served, waitedMs }: Interval, lastedMs: number): void {
    const isSlow = waitedMs / served > waitMs
    if (isSlow || turnedAway) msEach = lastedMs / served
    if (isSlow) {
      const servedInWait = (waitMs * served) / lastedMs
      // One bad interval may be a pause of the machine: not more than half at a time.
      limit = Math.min(limit, Math.max(min, servedInWait, limit * FALL_MIN))
    } else if (turnedAway || limit < start) {
      limit = Math.min(max, limit * GROWTH)
    }
    lately = Math.max(limit, lately * LATELY)
    turnedAway = false
  }

  return {
    now: () => limit,
    lately: () => lately,
    noteServed(waited, nowMs) {
      // So few that they say nothing of how many could be.
      if (nowMs - interval.sinceMs > INTERVAL_MS_MAX) interval = beginInterval(nowMs)
      interval.served += 1
      interval.waitedMs += waited
      const lastedMs = nowMs - interval.sinceMs
      if (lastedMs < INTERVAL_MS_MIN || interval.served < SERVED_MIN) return
      adjust(interval, lastedMs)
      interval = beginInterval(nowMs)
    },
    noteTurnedAway() {
      turnedAway = true
    },
    msEach: () => msEach,
  }
}

interface Interval {
  readonly sinceMs: number
  served: number
  waitedMs: number
}

function beginInterval(sinceMs: number): Interval {
  return { sinceMs, served: 0, waitedMs: 0 }
}

const INTERVAL_MS_MIN = 50
const INTERVAL_MS_MAX = 2_000
/** So that one wait alone says nothing. */
const SERVED_MIN = 8
const FALL_MIN = 0.5
const GROWTH = 1.1
const LATELY = 0.9
