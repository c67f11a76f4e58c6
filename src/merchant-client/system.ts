import { randomBytes, randomInt } from 'node:crypto'

/** Time and chance as this room takes them; `Clock` and `Random` of #platform fit. */
export interface ClientParts {
  readonly clock: {
    /** Wall time, milliseconds since 1970. */
    nowMs(): number
    elapsedMs(): number
    /** Call `act` once after `delayMs`, unless the returned function is called first. */
    after(delayMs: number, act: () => void): () => void
  }
  readonly random: {
    bytes(count: number): Uint8Array
    /** A whole number, `from` included, `below` excluded. */
    integer(from: number, below: number): number
  }
}

/** The machine's own, for merchants, who have this room without our platform. */
export function systemParts(): ClientParts {
  return {
    clock: {
      nowMs: () => Date.now(),
      elapsedMs: () => performance.now(),
      after(delayMs, act) {
        const timer = setTimeout(act, delayMs)
        return () => clearTimeout(timer)
      },
    },
    random: {
      bytes: (count) => randomBytes(count),
      integer: (from, below) => randomInt(from, below),
    },
  }
}

/** RFC 3339 in UTC with milliseconds, e.g. `2026-11-23T00:30:00.000Z`. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString()
}
