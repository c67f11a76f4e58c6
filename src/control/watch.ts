import type { Clock } from '#platform'
import type { Complaint } from './complaint.ts'

/** What a watch looks with. */
export interface WatchParts {
  readonly clock: Clock
  /** How often it looks when nobody wakes it. */
  readonly pollMs: number
  /** Told how each look went; after one that failed, the next poll looks again. */
  readonly complaint: Complaint
  /** Do what is due. @returns whether more may be due already */
  look(): Promise<boolean>
}

/** Looks again and again for what is due, one look at a time. */
export interface Watch {
  /** Look now, or once more when the look that goes on has ended. */
  wake(): void
  /** Begin no more looks. Resolves when the one that goes on has ended. */
  stop(): Promise<void>
}

/** Look now, whenever woken, and at each poll. */
export function startWatch({ clock, pollMs, complaint, look }: WatchParts): Watch {
  let looked: Promise<void> | undefined
  let isLooking = false
  let isWanted = false
  let isStopped = false
  let cancelPoll = () => {}

  function wake(): void {
    if (isStopped) return
    isWanted = true
    if (!isLooking) looked = lookWhileWanted()
  }

  /** Whoever wakes it in the turn after its last look finds it ended already. */
  async function lookWhileWanted(): Promise<void> {
    isLooking = true
    try {
      while (isWanted && !isStopped) {
        isWanted = false
        const isMore = await look()
        isWanted ||= isMore
        complaint.worked()
      }
    } catch (error) {
      complaint.failed(error)
    } finally {
      isLooking = false
    }
  }

  function poll(): void {
    wake()
    cancelPoll = clock.after(pollMs, poll)
  }

  poll()
  return {
    wake,
    async stop() {
      isStopped = true
      cancelPoll()
      await looked
    },
  }
}
