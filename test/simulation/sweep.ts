import { openDisk } from './disk.ts'
import { MOMENTS, type Moment } from './moments.ts'
import type { Mutant } from './mutants.ts'
import { openSite } from './site.ts'
import { playStory } from './story.ts'

/** Many seeds, one after the other. */
export interface Sweep {
  readonly from: number
  readonly seeds: number
  readonly mutant?: Mutant
  /** It ends at so many seeds that must not be so. */
  readonly failuresMax?: number
  readonly tell?: (line: string) => void
}

export interface Swept {
  readonly seeds: number
  readonly failures: readonly { readonly seed: number; readonly objection: string }[]
  /** In how many seeds each moment was reached. */
  readonly counts: ReadonlyMap<Moment, number>
  readonly events: number
  readonly payments: number
}

/** One at a time in a process. */
export async function sweep(which: Sweep): Promise<Swept> {
  if (which.tell !== undefined) return play(which)
  const { stackTraceLimit } = Error
  // Errors are thrown by the thousand and looked at by nobody.
  Error.stackTraceLimit = 0
  try {
    return await play(which)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

async function play({ from, mutant, failuresMax = 1, tell, ...it }: Sweep): Promise<Swept> {
  const [site, disk] = [openSite(), openDisk()]
  const counts = new Map<Moment, number>(MOMENTS.map((moment) => [moment, 0]))
  const failures: { seed: number; objection: string }[] = []
  let [seeds, events, payments] = [0, 0, 0]
  while (seeds < it.seeds && failures.length < failuresMax) {
    const seed = from + seeds
    const ending = await playStory(seed, {
      site,
      disk,
      ...(mutant ? { mutant } : {}),
      ...(tell ? { tell } : {}),
    })
    seeds += 1
    events += ending.events
    payments += ending.payments
    for (const moment of ending.moments) counts.set(moment, (counts.get(moment) ?? 0) + 1)
    const { objection } = ending
    if (objection !== undefined) failures.push({ seed, objection })
  }
  return { seeds, failures, counts, events, payments }
}

/** Moments that no seed has reached. */
export function missedIn({ counts }: Swept): readonly Moment[] {
  return MOMENTS.filter((moment) => counts.get(moment) === 0)
}
