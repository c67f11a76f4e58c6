/** Time as a parameter: two readings that must not be confused, and two ways to be called. */
export interface Clock {
  /** Wall time, milliseconds since 1970 in UTC. May jump; for dates and records only. */
  nowMs(): number
  /** Milliseconds since some fixed moment; never jumps back. For durations and deadlines. */
  elapsedMs(): number
  /** Call `act` once after `delayMs`, unless the returned function is called first. */
  after(delayMs: number, act: () => void): CancelDeadline
  /** Call `act` when this turn of the event loop is over, with all else that it brings. */
  soon(act: () => void): void
}

export type CancelDeadline = () => void

/** The machine's own time. Its deadlines do not keep a process alive by themselves. */
export function createSystemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    elapsedMs: () => performance.now(),
    after(delayMs, act) {
      const timer = setTimeout(act, delayMs)
      timer.unref()
      return () => clearTimeout(timer)
    },
    soon: setImmediate,
  }
}
