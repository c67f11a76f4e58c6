import {
  type CardStore,
  type DayStore,
  type HoldStore,
  JournalBusyError,
  type OwedStore,
  type PaymentStore,
  type TabStore,
} from '#control'
import type { PaymentOutcome } from '#domain'
import { type Store, StoreError } from '#store'

/** All that control asks of the store. */
export type JournalPort = PaymentStore & TabStore & CardStore & OwedStore & DayStore & HoldStore

/**
 * The store in control's words.
 *
 * A journal without room is a reason to come back later, and not a fault. A journal that another
 * process held for too long, or whose database is out of reach, took nothing either: a new payment
 * is put off, but an outcome is tried again, because its payment has been let in. An outcome of
 * which nobody knows whether it was taken is tried again too, and found there when it was.
 *
 * @param onOutcomeLost called when an outcome cannot be recorded at all: only the recovery of a new
 *   start
 *   can put that right
 */
export function journalPort(
  store: Pick<Store, keyof JournalPort>,
  onOutcomeLost: (error: unknown) => void,
): JournalPort {
  async function conclude(merchant: string, id: string, outcome: PaymentOutcome): Promise<void> {
    let mayBeThere = false
    for (let attempt = 1; ; attempt++) {
      try {
        await store.conclude(merchant, id, outcome)
        return
      } catch (error) {
        const code = codeOf(error)
        const hasMoved = mayBeThere && code === 'MOVE_NOT_ALLOWED'
        if (hasMoved && (await isThere(merchant, id, outcome))) return
        mayBeThere ||= code === 'COMMIT_UNKNOWN'
        if (ASK_AGAIN.has(code) && attempt < CONCLUDE_ATTEMPTS_MAX) continue
        onOutcomeLost(error)
        throw error
      }
    }
  }

  /** Whether a payment that may not be concluded any more was concluded with this very outcome. */
  async function isThere(merchant: string, id: string, outcome: PaymentOutcome): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        return isSame((await store.find(merchant, id))?.outcome, outcome)
      } catch (error) {
        if (!NOTHING_CHANGED.has(codeOf(error)) || attempt === FIND_ATTEMPTS_MAX) return false
      }
    }
  }

  return {
    conclude,
    begin: (intent) => fullInstead(store.begin(intent)),
    capture: (wish) => fullInstead(store.capture(wish)),
    find: (merchant, id) => unlessBusy(() => store.find(merchant, id)),
    reverse: (wish) => unlessBusy(() => store.reverse(wish)),
    expireHolds: (expiry) => store.expireHolds(expiry),
    isReversedUnseen: (merchant, id) => unlessBusy(() => store.isReversedUnseen(merchant, id)),
    registerCard: (registration) => fullInstead(store.registerCard(registration)),
    findRegistration: (...key) => unlessBusy(() => store.findRegistration(...key)),
    findCard: (...key) => unlessBusy(() => store.findCard(...key)),
    forgetCard: (wish) => unlessBusy(() => store.forgetCard(wish)),
    openTab: (opening) => fullInstead(store.openTab(opening)),
    chargeTab: (wish) => fullInstead(store.chargeTab(wish)),
    postTab: (wish) => unlessBusy(() => store.postTab(wish)),
    takeDueTabs: (taking) => store.takeDueTabs(taking),
    readReceipt: (wish) => unlessBusy(() => store.readReceipt(wish)),
    refundItem: (wish) => fullInstead(store.refundItem(wish)),
    takeOwed: (taking) => store.takeOwed(taking),
    numberOwed: (...act) => store.numberOwed(...act),
    endAttempt: (...act) => store.endAttempt(...act),
    raiseOverdue: (overdue) => store.raiseOverdue(overdue),
    openDay: (opening) => store.openDay(opening),
    closeDays: (...act) => store.closeDays(...act),
    leaseStans: (host, count) => store.leaseStans(host, count),
  }
}

async function fullInstead<T>(act: Promise<T>): Promise<T | { readonly kind: 'full' }> {
  try {
    return await act
  } catch (error) {
    if (NOTHING_CHANGED.has(codeOf(error))) return { kind: 'full' }
    throw error
  }
}

const NOTHING_CHANGED: ReadonlySet<string | undefined> = new Set([
  'QUEUE_FULL',
  'WAL_FULL',
  'DISK_FULL',
  'STORE_BUSY',
])

async function unlessBusy<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw NOTHING_CHANGED.has(codeOf(error)) ? new JournalBusyError() : error
  }
}

const ASK_AGAIN: ReadonlySet<string | undefined> = new Set(['STORE_BUSY', 'COMMIT_UNKNOWN'])

/** Each attempt waits as long as the store's own busy timeout, so this is ten minutes. */
const CONCLUDE_ATTEMPTS_MAX = 120

/** It was there a moment ago, to say that the payment has moved. */
const FIND_ATTEMPTS_MAX = 3

function isSame(stored: PaymentOutcome | undefined, { state, decidedAtMs }: PaymentOutcome) {
  return stored?.state === state && stored.decidedAtMs === decidedAtMs
}

function codeOf(error: unknown): string | undefined {
  return error instanceof StoreError ? error.code : undefined
}
