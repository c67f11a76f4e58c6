import { STAN_MAX } from '#domain'
import type { Disk } from './disk.ts'
import { type Gateway, keepGateway } from './gateway.ts'
import { openSimulatedHost, type SimulatedHost } from './host.ts'
import { objectionsAtTheEnd } from './last-look.ts'
import { type Answer, type Merchants, type Post, sendMerchants } from './merchants.ts'
import type { Moment } from './moments.ts'
import type { Mutant } from './mutants.ts'
import { employOperator } from './operator.ts'
import { type Incident, POST_MS_MAX } from './scenario.ts'
import type { Site } from './site.ts'
import { callWitness, textOf, type Witness } from './witness.ts'
import { createWorld, type World } from './world.ts'

/** How one seed ended. */
export interface Ending {
  readonly seed: number
  /** What must not have happened; nothing, when all is well. */
  readonly objection: string | undefined
  readonly moments: ReadonlySet<Moment>
  readonly events: number
  readonly payments: number
}

export interface StoryOptions {
  readonly site: Site
  readonly disk: Disk
  readonly mutant?: Mutant
  readonly tell?: (line: string) => void
}

/** Longer than everything that is owed can take to be paid. */
const CALM_MS_MAX = 150_000

/** Play one seed from its beginning to its end: faults, then calm until all debts are paid. */
export async function playStory(
  seed: number,
  { site, disk, mutant = {}, tell }: StoryOptions,
): Promise<Ending> {
  // Whoever asks may be in the middle of a turn, which would go into the story.
  await new Promise(setImmediate)
  disk.wipe()
  const world = createWorld(seed, tell)
  if (world.scenario.firstStan !== 1) letNextBe(world.scenario.firstStan, { disk, site })
  let host: SimulatedHost
  const witness = callWitness({ world, site, disk, book: () => host.book })
  host = openSimulatedHost(world, site, witness)
  const gateway = keepGateway({ world, site, disk, host, witness, mutant })
  const merchants = sendMerchants(world, postTo(gateway, world, witness))
  employOperator({ world, disk, host, witness })
  const cast = { world, host, gateway, merchants, witness, disk, site }
  for (const { what, atMs } of world.scenario.incidents) {
    world.time.after(atMs, () => befall(what, cast))
  }
  const events = await goOn(cast)
  const objection = witness.objections[0] ?? objectionsAtTheEnd(cast)[0]
  return { seed, objection, moments: world.moments, events, payments: merchants.count() }
}

export interface Cast {
  readonly world: World
  readonly host: SimulatedHost
  readonly gateway: Gateway
  readonly merchants: Merchants
  readonly witness: Witness
  readonly disk: Disk
  readonly site: Site
}

/** @returns how many events it took */
async function goOn(cast: Cast): Promise<number> {
  const { world, gateway, witness } = cast
  const endsMs = world.scenario.faultsMs + CALM_MS_MAX
  let events = 0
  for (let act = world.time.next(); act !== undefined; act = world.time.next()) {
    if (world.goesWrong('crash')) gateway.crash()
    attempt(act, witness)
    await turnOver()
    events += 1
    if (witness.objections.length > 0 || isOver(cast)) break
    if (world.time.elapsedMs() > endsMs) {
      witness.object('the calm is over and not everything is settled')
      break
    }
  }
  return events
}

/** What is thrown here is nobody's to catch. */
function attempt(act: () => void, witness: Witness): void {
  try {
    act()
  } catch (thrown) {
    witness.object(textOf(thrown))
  }
}

/** Whatever follows from what has just happened, at this very moment, has happened. */
function turnOver(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

/** Nothing is left to go wrong, or to be put right. */
function isOver({ world, merchants, host, gateway, disk }: Cast): boolean {
  const { time, scenario } = world
  if (time.elapsedMs() < scenario.allBegunMs || !merchants.areContent()) return false
  const isSettled = host.pendingCount() === 0 && !disk.isAnythingOpen() && !disk.isAnyDayClosing()
  return isSettled && gateway.isAtRest()
}

function postTo(gateway: Gateway, world: World, witness: Witness): Post {
  const { time, chance } = world
  return (question, hear) => {
    if (world.goesWrong('merchantLost')) return
    time.after(1 + chance.below(POST_MS_MAX), () => {
      void gateway.receive(question.json)?.then((text) => {
        const answer: Answer = JSON.parse(text)
        witness.onSaid(question, answer, text)
        if (!world.goesWrong('merchantLost')) hear(answer)
      })
    })
  }
}

function befall(what: Incident, cast: Cast): void {
  const { world, host, gateway, disk } = cast
  const { chance, time } = world
  world.tell?.(`world   ${what}`)
  if (disk.isAnythingOwed()) world.noteNamed(WITH_DEBTS[what] ?? '')
  switch (what) {
    case 'line-cut':
      host.cutALine()
      break
    case 'line-blocked':
      host.blockALine(chance.below(3_000))
      break
    case 'host-down':
      host.goDown(chance.below(3_000))
      break
    case 'clock-back':
      time.jump(-chance.below(chance.oneIn(2) ? 5_000 : 86_400_000))
      break
    case 'clock-forth':
      time.jump(chance.below(chance.oneIn(2) ? 5_000 : 86_400_000))
      break
    case 'host-cutover':
      host.cutOver()
      break
    case 'orderly-stop':
      gateway.stop()
      break
    case 'numbers-used-up':
      useUpNumbers(cast)
      break
  }
}

/** Others take numbers until the next to be had is one that an exchange of ours still holds. */
function useUpNumbers(cast: Cast): void {
  const { chance, time, isCalm } = cast.world
  const cases = cast.witness.cases()
  // A host's numbers last for a second at the very least.
  const isTooSoon = cases.some(({ begunMs }) => time.elapsedMs() - begunMs < 1_000)
  const held = chance.pick(cases.filter((of) => of.hasLeft && !of.isAnswered))
  if (held !== undefined && !isTooSoon) {
    letNextBe(held.stan - chance.below(2), cast)
    for (const wish of cast.world.scenario.latecomers) cast.merchants.comeIn(wish)
  } else if (!isCalm()) time.after(300, () => useUpNumbers(cast))
}

function letNextBe(stan: number, { disk, site }: Pick<Cast, 'disk' | 'site'>): void {
  const { acts } = disk
  const lease = (count: number) => acts.leaseStans(site.profile.name, count)
  acts.transact(() => {
    const { first } = lease(1)
    const count = (stan - first - 1 + 2 * STAN_MAX) % STAN_MAX
    if (count > 0) lease(count)
  })
}

const WITH_DEBTS: Readonly<Partial<Record<Incident, Moment>>> = {
  'clock-back': 'clock set back with debts',
  'clock-forth': 'clock set forth with debts',
  'host-down': 'host unreachable with debts',
}
