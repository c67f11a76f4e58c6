import type { Reply } from './opener.ts'

/**
 * Replies that wait for their answer inside a worker, each under a ticket, bounded in number and in
 * time.
 */
export interface PinnedReplies {
  /** Whether another request may be opened now; forgets what waited too long. */
  hasRoom(nowMs: number): boolean
  pin(ticket: number, reply: Reply, nowMs: number): void
  /** Take a reply out: a ticket is good for one answer. */
  take(ticket: number): Reply | undefined
}

export function createPinnedReplies(limits: ReplyLimits): PinnedReplies {
  const pinned = new Map<number, { readonly reply: Reply; readonly sinceMs: number }>()
  const waitMsMax = limits.replyMinutesMax * 60_000

  return {
    hasRoom(nowMs) {
      for (const [ticket, { sinceMs }] of pinned) {
        if (nowMs - sinceMs <= waitMsMax) break
        pinned.delete(ticket)
      }
      return pinned.size < limits.repliesMax
    },
    pin(ticket, reply, nowMs) {
      pinned.set(ticket, { reply, sinceMs: nowMs })
    },
    take(ticket) {
      const found = pinned.get(ticket)
      pinned.delete(ticket)
      return found?.reply
    },
  }
}

export interface ReplyLimits {
  readonly repliesMax: number
  readonly replyMinutesMax: number
}
