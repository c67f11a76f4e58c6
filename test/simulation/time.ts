import type { CancelDeadline, Clock } from '#platform'

/** The time of a simulated world: it stands still while something happens, and then jumps on. */
export interface VirtualTime {
  /** Milliseconds since the world began. */
  elapsedMs(): number
  /** What everybody's clock on the wall shows, milliseconds since 1970. */
  wallMs(): number
  /** Somebody sets the clocks on the wall, forth or back. */
  jump(byMs: number): void
  after(delayMs: number, act: () => void): CancelDeadline
  /** Move on to what happens next. @returns undefined when nothing ever will */
  next(): (() => void) | undefined
}

interface Appointment {
  readonly atMs: number
  /** Of two at the same moment, the one made first comes first. */
  readonly order: number
  act: (() => void) | undefined
}

export function createVirtualTime(startMs: number): VirtualTime {
  const heap: Appointment[] = []
  let order = 0
  let elapsedMs = 0
  let wallAheadMs = startMs

  return {
    elapsedMs: () => elapsedMs,
    wallMs: () => wallAheadMs + elapsedMs,
    jump(byMs) {
      wallAheadMs += byMs
    },
    after(delayMs, act) {
      order += 1
      const made: Appointment = { atMs: elapsedMs + delayMs, order, act }
      push(heap, made)
      return () => {
        made.act = undefined
      }
    },
    next() {
      for (let first = pop(heap); first !== undefined; first = pop(heap)) {
        if (first.act === undefined) continue
        elapsedMs = first.atMs
        return first.act
      }
      return undefined
    },
  }
}

/** The clock of one process: it starts with the process, and is of no more use after its end. */
export function clockOf(time: VirtualTime, life: { isAlive(): boolean }): Clock {
  const bornMs = time.elapsedMs()
  const whileAlive = (act: () => void) => () => {
    if (life.isAlive()) act()
  }
  return {
    nowMs: time.wallMs,
    elapsedMs: () => time.elapsedMs() - bornMs,
    after: (delayMs, act) => time.after(delayMs, whileAlive(act)),
    soon: (act) => void time.after(0, whileAlive(act)),
  }
}

function isBefore(a: Appointment, b: Appointment): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

function push(heap: Appointment[], made: Appointment): void {
  let at = heap.length
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above]
    if (parent === undefined || isBefore(parent, made)) break
    heap[at] = parent
    at = above
  }
  heap[at] = made
}

function pop(heap: Appointment[]): Appointment | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (first === undefined || last === undefined || first === last) return first
  let at = 0
  for (let below = 1; below < heap.length; below = 2 * at + 1) {
    const [left, right] = [heap[below], heap[below + 1]]
    if (right !== undefined && left !== undefined && isBefore(right, left)) below += 1
    const least = heap[below]
    if (least === undefined || isBefore(last, least)) break
    heap[at] = least
    at = below
  }
  heap[at] = last
  return first
}
