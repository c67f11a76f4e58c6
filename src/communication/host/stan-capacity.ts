import { STAN_MAX } from '#domain'

/**
 * Elements that change with time, and after how many seconds at most each may still be the same.
 */
const SECONDS_OF: Readonly<Record<string, number>> = { '7': 1, '13': 86_400, '17': 86_400 }

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
 * unique elements may be the same, which is the least that any of them takes to change.
 *
 * @returns undefined when none of the elements changes with time: then no rate is low enough
 */
export function stanCapacity(rules: StanRules): StanCapacity | undefined {
  const periods = rules.stanUniqueWith.flatMap((element) => SECONDS_OF[element] ?? [])
  if (periods.length === 0) return undefined
  const heldSeconds = Math.ceil(rules.lateAnswerMaxMs / 1000)
  const seconds = Math.max(heldSeconds, Math.min(...periods))
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
