import { createSeeded, type Seeded } from '../fakes/seeded.ts'
import { type Moment, momentNamed } from './moments.ts'
import { drawScenario, type Rates, type Scenario } from './scenario.ts'
import { createVirtualTime, type VirtualTime } from './time.ts'

/** Where one seed's story takes place. */
export interface World {
  readonly chance: Seeded
  readonly time: VirtualTime
  readonly scenario: Scenario
  /** Whether nothing goes wrong any more. */
  isCalm(): boolean
  /** Whether something goes wrong this time. */
  goesWrong(what: keyof Rates): boolean
  /** A moment of the list was reached. */
  note(moment: Moment): void
  /** The same by a name that was put together; what is not on the list does not count. */
  noteNamed(name: string): void
  readonly moments: ReadonlySet<Moment>
  /** A line of the story, for whoever wants to read it. */
  readonly tell: ((line: string) => void) | undefined
}

export function createWorld(seed: number, tell?: (line: string) => void): World {
  const scenario = drawScenario(createSeeded(seed, 'scenario'))
  const chance = createSeeded(seed, 'story')
  const time = createVirtualTime(scenario.startMs)
  const moments = new Set<Moment>()

  function isCalm(): boolean {
    return time.elapsedMs() >= scenario.faultsMs
  }

  function note(moment: Moment): void {
    if (moments.has(moment)) return
    moments.add(moment)
    tell?.(`             * ${moment}`)
  }

  return {
    chance,
    time,
    scenario,
    isCalm,
    goesWrong(what) {
      const rate = scenario.rates[what]
      return rate > 0 && !isCalm() && chance.below(1000) < rate
    },
    note,
    noteNamed(name) {
      const moment = momentNamed(name)
      if (moment !== undefined) note(moment)
    },
    moments,
    tell: tell && ((line) => tell(`${String(time.elapsedMs()).padStart(8)} ms  ${line}`)),
  }
}
