import type { Clock, Log } from '#platform'

/** Tells the operator that requests are being turned away, and whose most. */
export interface TurnedAway {
  /** One more. @param party who sent it, as an operator knows it */
  note(party: string): void
  /** Since the start. */
  count(): number
}

export interface TurnedAwayOptions {
  readonly clock: Clock
  readonly log: Log
  /** Name of the log's event. */
  readonly event: string
  /** What else the line says. */
  facts?(): Readonly<Record<string, number>>
}

/** A line in the log for the first, and while there are more, one a minute with their number. */
export function createTurnedAway({ clock, log, event, facts }: TurnedAwayOptions): TurnedAway {
  let byParty = new Map<string, number>()
  let count = 0
  let told = 0
  let isQuiet = false

  function tell(): void {
    const [mostly, times] = mostOf(byParty)
    log.warn(event, { count: count - told, mostly, times, ...facts?.() })
    told = count
    byParty = new Map()
    isQuiet = true
    clock.after(QUIET_MS, () => {
      isQuiet = false
      if (count > told) tell()
    })
  }

  return {
    note(party) {
      count += 1
      const known = byParty.get(party)
      if (known !== undefined || byParty.size < PARTIES_MAX) byParty.set(party, (known ?? 0) + 1)
      if (!isQuiet) tell()
    },
    count: () => count,
  }
}

const QUIET_MS = 60_000
/** Parties that are counted apart between two lines: whoever floods is among them. */
const PARTIES_MAX = 1_024

function mostOf(byParty: ReadonlyMap<string, number>): readonly [string, number] {
  let most: readonly [string, number] = ['', 0]
  for (const entry of byParty) if (entry[1] > most[1]) most = entry
  return most
}
