import type { DayStore, OwedStore, PaymentStore } from '#control'
import { type Store, StoreError } from '#store'

/** All that control asks of the store. */
export type JournalPort = PaymentStore & OwedStore & DayStore

/**
 * The store in control's words.
 *
 * A journal without room is a reason to come back later, and not a fault. A journal that another
 * process held for too long took nothing either: a new payment is put off, but an outcome is tried
 * again, because its payment has been let in.
 *
 * @param onOutcomeLost called when an outcome cannot be recorded at all: only the recovery of a new
 *   start
 *   can put that right
 */
export function journalPort(
  store: Pick<Store, keyof JournalPort>,
  onOutcomeLost: (error: unknown) => void,
): JournalPort {
  async function conclude(...act: Parameters<PaymentStore['conclude']>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await store.conclude(...act)
      } catch (error) {
        if (codeOf(error) === 'STORE_BUSY' && attempt < CONCLUDE_ATTEMPTS_MAX) continue
        onOutcomeLost(error)
        throw error
      }
    }
  }

  return {
    conclude,
    begin: (intent) => fullInstead(store.begin(intent)),
    capture: (wish) => fullInstead(store.capture(wish)),
    find: (merchant, id) => store.find(merchant, id),
    reverse: (...act) => store.reverse(...act),
    isReversedUnseen: (merchant, id) => store.isReversedUnseen(merchant, id),
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

/** Each attempt waits as long as the store's own busy timeout, so this is minutes. */
const CONCLUDE_ATTEMPTS_MAX = 24

function codeOf(error: unknown): string | undefined {
  return error instanceof StoreError ? error.code : undefined
}
