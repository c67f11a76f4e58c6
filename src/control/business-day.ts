import type { Clock, Log } from '#platform'
import { daysBetween, type HostFacts } from '#processing'
import { createComplaint } from './complaint.ts'
import type { DayStore } from './ports.ts'

/** The business day of one host: what new payments are stamped with. */
export interface BusinessDay {
  /** `YYYY-MM-DD`; never goes back. */
  date(): string
  /** The host has announced its next day. Resolves when that is on disk. */
  announce(date: string): Promise<void>
  close(): void
}

export interface DayParts {
  readonly store: DayStore
  readonly clock: Clock
  readonly log: Log
  readonly hostFacts: HostFacts
}

/**
 * Follow the later of the host's calendar day and the last day that it announced.
 *
 * A payment is stamped once, when it is begun; what is under way at a cutover keeps its day. A day
 * that is over is closed when nothing of it is open any more.
 *
 * @param pollMs how often the calendar is looked at
 */
export async function openBusinessDay(parts: DayParts, pollMs: number): Promise<BusinessDay> {
  const { store, clock, log, hostFacts } = parts
  const host = hostFacts.name
  let isClosed = false
  let cancel = () => {}
  const complaint = createComplaint(log, 'business-day-not-opened')
  let date = await store.openDay({ host, date: calendarDay(), by: 'calendar', atMs: clock.nowMs() })

  function calendarDay(): string {
    return hostFacts.secondAt(clock.nowMs()).businessDate
  }

  /** Another gateway on the same journal may be ahead, so it is asked even when nothing is new. */
  async function begin(next: string, by: 'calendar' | 'host'): Promise<void> {
    const open = await store.openDay({ host, date: next, by, atMs: clock.nowMs() })
    if (open <= date) return
    date = open
    log.info('business-day-opened', { date, by })
  }

  async function look(): Promise<void> {
    await begin(calendarDay(), 'calendar')
    await store.closeDays(host, clock.nowMs())
  }

  function pollLater(): void {
    cancel = clock.after(pollMs, () => {
      look()
        .then(complaint.worked, (error: unknown) => {
          if (!isClosed) complaint.failed(error)
        })
        .finally(() => {
          if (!isClosed) pollLater()
        })
    })
  }

  pollLater()
  return {
    date: () => date,
    async announce(next) {
      const daysAhead = daysBetween(calendarDay(), next)
      if (daysAhead > DAYS_AHEAD_MAX) log.error('business-day-refused', { date: next, daysAhead })
      else await begin(next, 'host')
    },
    close() {
      isClosed = true
      cancel()
    },
  }
}

/** Longer than any row of holidays: a later date is a mistake, and a day cannot be taken back. */
const DAYS_AHEAD_MAX = 14
