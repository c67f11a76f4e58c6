import { STAN_MAX } from '#domain'

/** Elements that say when a request was made: sent, at the merchant's, captured. */
const TIMES = new Set(['7', '12', '13', '17'])

/** What a layout is written in, the finest first, and after how many seconds each changes. */
const UNITS: readonly (readonly [unit: string, seconds: number])[] = [
  ['ss', 1],
  ['mm', 60],
  ['hh', 3_600],
  ['DD', 86_400],
]

/** What six digits of trace number allow. Derived in specs/decisions/0004-host-link-matching.md. */
export interface StanCapacity {
  /** Requests that may be open at once. */
  readonly requestsOpenMax: number
  /** Requests that may be started in any one second of elapsed time. */
  readonly startsPerSecondMax: number
}

export interface StanRules {
  /** Elements that, together with DE11, no two requests may have in common. */
  readonly stanUniqueWith: readonly string[]
  readonly answerTimeoutMs: number
  readonly lateAnswerMaxMs: number
}

/**
 * How much may be asked without a trace number ever coming back while its exchange is open, or
 * under elements that it was used with before.
 *
 * Numbers are taken in turn, so one comes back after 999,999 others. It is held for as long as the
 * host may answer, `lateAnswerMaxMs` from the request; and it must not come back while the other
 * unique elements may be the same, which is the finest unit that they have of a date and time.
 *
 * @param layoutOf how the dialect writes an element, such as `MMDDhhmmss`
 * @returns undefined when the elements have no day: then no rate is low enough
 */
export function stanCapacity(
  rules: StanRules,
  layoutOf: (element: string) => string,
): StanCapacity | undefined {
  const layout = rules.stanUniqueWith.filter((it) => TIMES.has(it)).map(layoutOf)
  const [, changeSeconds] = UNITS.find(([unit]) => layout.some((it) => it.includes(unit))) ?? []
  // A time of day without its day comes back every day.
  if (changeSeconds === undefined || !layout.some((it) => it.includes('DD'))) return undefined
  const heldSeconds = Math.ceil(rules.lateAnswerMaxMs / 1000)
  const seconds = Math.max(heldSeconds, changeSeconds)
  return {
    requestsOpenMax: Math.floor((STAN_MAX * rules.answerTimeoutMs) / rules.lateAnswerMaxMs),
    // A span of so many seconds touches one counted second more than it has.
    startsPerSecondMax: Math.floor(STAN_MAX / (seconds + 1)),
  }
}

/** Counts starts by whole seconds of elapsed time, which never runs backwards. */
export interface StartMeter {
  /** Count one more start; false when this second has room for none. */
  start(nowMs: number): boolean
  /** Take a start back that came to nothing: a second that is over has no use for it. */
  takeBack(startedAtMs: number): void
}

export function createStartMeter({ startsPerSecondMax }: StanCapacity): StartMeter {
  let second = Number.NEGATIVE_INFINITY
  let starts = 0

  return {
    start(nowMs) {
      const current = Math.floor(nowMs / 1000)
      if (current !== second) starts = 0
      second = current
      if (starts >= startsPerSecondMax) return false
      starts += 1
      return true
    },
    takeBack(startedAtMs) {
      if (Math.floor(startedAtMs / 1000) === second) starts -= 1
    },
  }
}
