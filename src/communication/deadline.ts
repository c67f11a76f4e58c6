import type { Clock } from '#platform'

/** Resolves when `done` does, or after `deadlineMs`, whichever is first. */
export function atMost(clock: Clock, deadlineMs: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(deadlineMs, resolve)
    done.then(() => {
      cancel()
      resolve()
    }, resolve)
  })
}
