import type { Clock } from '#platform'

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Move on, and do on the way, in order, what falls due. */
  advance(byMs: number): void
  /** How many deadlines are set. */
  deadlineCount(): number
}

interface Deadline {
  readonly atMs: number
  readonly act: () => void
}

/** 2026-11-22 10:00:00 UTC. */
const START_MS = 1_795_341_600_000

export function createFakeClock(startMs = START_MS): FakeClock {
  const deadlines = new Set<Deadline>()
  let elapsedMs = 0

  function nextDueBy(untilMs: number): Deadline | undefined {
    let next: Deadline | undefined
    for (const deadline of deadlines) {
      if (deadline.atMs <= untilMs && deadline.atMs < (next?.atMs ?? Infinity)) next = deadline
    }
    return next
  }

  return {
    nowMs: () => startMs + elapsedMs,
    elapsedMs: () => elapsedMs,
    after(delayMs, act) {
      const deadline = { atMs: elapsedMs + delayMs, act }
      deadlines.add(deadline)
      return () => deadlines.delete(deadline)
    },
    // Sockets are real beside it, and so are their turns.
    soon: setImmediate,
    advance(byMs) {
      const untilMs = elapsedMs + byMs
      let due = nextDueBy(untilMs)
      while (due !== undefined) {
        deadlines.delete(due)
        elapsedMs = due.atMs
        due.act()
        due = nextDueBy(untilMs)
      }
      elapsedMs = untilMs
    },
    deadlineCount: () => deadlines.size,
  }
}
