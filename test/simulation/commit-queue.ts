import type { AttemptEnd } from '#domain'
import { type StanLease, type Store, StoreError, type StoreErrorCode, type Stray } from '#store'
import type { JournalPort } from '../../src/journal-port.ts'
import { isConstraint, storeErrorOf } from '../../src/store/errors.ts'
import type { Acts } from './disk.ts'
import type { Life } from './life.ts'
import type { World } from './world.ts'

/** As much of the store as a gateway without merchants of its own needs. */
export type SimulatedStore = Pick<Store, keyof JournalPort | 'journalStray' | 'recover'>

export interface StoreParts {
  readonly world: World
  readonly acts: Acts
  readonly life: Life
  readonly ears: StoreEars
  readonly ignoresFailedSync: boolean
}

/** Whoever watches what becomes of acts. */
export interface StoreEars {
  /** What was asked for is on disk, whether or not anybody hears of it. */
  onCommitted(): void
  /** The caller asked for what it must not. */
  onMisuse(code: StoreErrorCode, act: string): void
  onLeased(lease: StanLease): void
  onAttemptEnded(end: AttemptEnd): void
  onStray(stray: Stray): void
}

interface Asked {
  readonly name: string
  readonly act: () => unknown
  readonly resolve: (value: never) => void
  readonly reject: (error: StoreError) => void
}

/**
 * The store of one life: the real acts, as many in one commit as were asked for until it began.
 *
 * A commit can fail, with or without having written; it can find the store held by another process;
 * and the gateway can die just before it, or just after it and before anybody hears.
 */
export function openSimulatedStore({
  world,
  acts,
  life,
  ears,
  ...parts
}: StoreParts): SimulatedStore {
  const { chance, time } = world
  let waiting: Asked[] = []
  let isBroken = false

  async function ask<T>(name: string, act: () => T): Promise<T> {
    if (isBroken) throw refusalOf('STORE_BROKEN')
    if (STARTS_WORK.has(name) && world.goesWrong('queueFull')) throw refusalOf('QUEUE_FULL')
    if (waiting.length === 0) time.after(commitMs(), commit)
    return new Promise((resolve, reject) => {
      waiting.push({ name, act, resolve, reject })
    })
  }

  function commitMs(): number {
    return world.goesWrong('slowDisk') ? 50 + chance.below(450) : chance.below(3)
  }

  function commit(): void {
    if (!life.isAlive()) return
    const asked = waiting
    waiting = []
    const isReading = asked.every(({ name }) => READS.has(name))
    const trouble = isReading ? undefined : troubleWith(asked)
    if (trouble === 'crashAtCommit') crash(asked)
    else if (trouble === 'commitFails') fail(asked)
    else if (trouble === 'storeBusy') refuseWrites(asked)
    else settle(asked, perform(asked))
  }

  /** Most commits move no payment, so more goes wrong with those that do. */
  function troubleWith(asked: readonly Asked[]) {
    for (let looks = asked.some(({ name }) => MOVES.has(name)) ? 4 : 1; looks > 0; looks -= 1) {
      const trouble = TROUBLES.find((it) => world.goesWrong(it))
      if (trouble !== undefined) return trouble
    }
    return undefined
  }

  /** @returns how each ended, all of it on disk */
  function perform(asked: readonly Asked[]): readonly Done[] {
    const done = acts.transact(() => asked.map(doneOf))
    if (asked.some(({ name }) => MOVES.has(name))) ears.onCommitted()
    return done
  }

  function doneOf({ name, act }: Asked): Done {
    try {
      return { value: act() as never }
    } catch (thrown) {
      if (!(thrown instanceof StoreError) && !isConstraint(thrown)) throw thrown
      const refused = storeErrorOf(thrown)
      ears.onMisuse(refused.code, name)
      return { refused }
    }
  }

  function settle(asked: readonly Asked[], done: readonly Done[]): void {
    for (const [index, { resolve, reject }] of asked.entries()) {
      const end = done[index]
      if (end === undefined) continue
      if ('refused' in end) reject(end.refused)
      else resolve(end.value)
    }
  }

  /** @returns how each would have ended */
  function rollBack(asked: readonly Asked[]): readonly Done[] {
    let done: readonly Done[] | undefined
    try {
      acts.transact(() => {
        done = asked.map(doneOf)
        throw new Error('and then the power was gone')
      })
    } catch (thrown) {
      if (done === undefined) throw thrown
    }
    return done ?? []
  }

  function crash(asked: readonly Asked[]): void {
    const isDone = chance.oneIn(2)
    if (isDone) perform(asked)
    else rollBack(asked)
    const when = isDone ? 'after' : 'before'
    for (const { name } of asked) world.noteNamed(`crash ${when} ${name} is on disk`)
    life.end(`crash ${when} a commit of ${namesOf(asked)}`)
  }

  function fail(asked: readonly Asked[]): void {
    const isWritten = chance.oneIn(2)
    const done = isWritten ? perform(asked) : rollBack(asked)
    if (parts.ignoresFailedSync) settle(asked, done)
    else breakDown(asked)
    world.note(isWritten ? 'sync failed, written all the same' : 'sync failed, nothing written')
  }

  function breakDown(asked: readonly Asked[]): void {
    isBroken = true
    for (const { reject } of [...asked, ...waiting]) reject(refusalOf('STORE_IO'))
    waiting = []
    life.fail(`the sync failed of ${namesOf(asked)}`)
  }

  function refuseWrites(asked: readonly Asked[]): void {
    world.note('store held by another process')
    const done = asked.map((it): Done => {
      return READS.has(it.name) ? doneOf(it) : { refused: refusalOf('STORE_BUSY') }
    })
    settle(asked, done)
  }

  return {
    begin: (intent) => ask('begin', () => acts.begin(intent)),
    conclude: (...act) => ask('conclude', () => acts.conclude(...act)),
    find: (...act) => ask('find', () => acts.find(...act)),
    capture: (wish) => ask('capture', () => acts.capture(wish)),
    reverse: (wish) => ask('reverse', () => acts.reverse(wish)),
    expireHolds: (expiry) => ask('expireHolds', () => acts.expireHolds(expiry)),
    isReversedUnseen: (...act) => ask('isReversedUnseen', () => acts.isReversedUnseen(...act)),
    registerCard: (card) => ask('registerCard', () => acts.registerCard(card)),
    findRegistration: (...key) => ask('findRegistration', () => acts.findRegistration(...key)),
    findCard: (...key) => ask('findCard', () => acts.findCard(...key)),
    forgetCard: (wish) => ask('forgetCard', () => acts.forgetCard(wish)),
    takeOwed: (taking) => ask('takeOwed', () => acts.takeOwed(taking)),
    numberOwed: (...act) => ask('numberOwed', () => acts.numberOwed(...act)),
    endAttempt: (seq, end) =>
      ask('endAttempt', () => {
        acts.endAttempt(seq, end)
        ears.onAttemptEnded(end)
      }),
    raiseOverdue: (overdue) => ask('raiseOverdue', () => acts.raiseOverdue(overdue)),
    openDay: (opening) => ask('openDay', () => acts.openDay(opening)),
    closeDays: (...act) => ask('closeDays', () => acts.closeDays(...act)),
    leaseStans: (...act) =>
      ask('leaseStans', () => {
        const lease = acts.leaseStans(...act)
        ears.onLeased(lease)
        return lease
      }),
    journalStray: (stray) =>
      ask('journalStray', () => {
        acts.journalStray(stray)
        ears.onStray(stray)
      }),
    openTab: (opening) => ask('openTab', () => acts.openTab(opening)),
    chargeTab: (wish) => ask('chargeTab', () => acts.chargeTab(wish)),
    postTab: (wish) => ask('postTab', () => acts.postTab(wish)),
    takeDueTabs: (taking) => ask('takeDueTabs', () => acts.takeDueTabs(taking)),
    readReceipt: (wish) => ask('readReceipt', () => acts.readReceipt(wish)),
    refundItem: (wish) => ask('refundItem', () => acts.refundItem(wish)),
    recover: (...act) => ask('recover', () => acts.recover(...act)),
  }
}

const TROUBLES = ['crashAtCommit', 'commitFails', 'storeBusy'] as const

type Done = { readonly value: never } | { readonly refused: StoreError }

const READS: ReadonlySet<string> = new Set([
  'find',
  'isReversedUnseen',
  'findRegistration',
  'findCard',
  'readReceipt',
])

/** Acts that may move a payment. */
const MOVES: ReadonlySet<string> = new Set([
  'begin',
  'conclude',
  'reverse',
  'capture',
  'expireHolds',
  'endAttempt',
  'recover',
])

/** Acts that a full queue refuses. */
const STARTS_WORK: ReadonlySet<string> = new Set([
  'begin',
  'capture',
  'find',
  'isReversedUnseen',
  'journalStray',
])

function refusalOf(code: StoreErrorCode): StoreError {
  return new StoreError(code, 'in a simulation')
}

function namesOf(asked: readonly Asked[]): string {
  return asked.map(({ name }) => name).join('+')
}
