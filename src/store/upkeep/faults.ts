import { StoreError, storeErrorOf } from '../errors.ts'

/**
 * - `structure`: the file itself: pages, indexes, the schema.
 * - `reference`: a row refers to one that is not there.
 * - `chain`: an event is not what was written after the one before it.
 * - `content`: a payment is not what the act of its event wrote.
 * - `move`: a payment moved as it may not.
 * - `state`: a payment is not where its last event led.
 * - `head`: a hash that was noted elsewhere is not in the chain.
 * - `ledger`: a posting is not zero or is missing, or something is not what the entries make it.
 */
export type FaultKind =
  | 'structure'
  | 'reference'
  | 'chain'
  | 'content'
  | 'move'
  | 'state'
  | 'head'
  | 'ledger'

/** Something in a store that its program did not write so. No value of any payment is in it. */
export interface StoreFault {
  readonly kind: FaultKind
  /** A table, or a row by its `seq`, e.g. `event 17`. */
  readonly place: string
  readonly reason: string
}

/** Faults as they are found: the first of them, and how many there are. */
export interface FaultList {
  readonly first: readonly StoreFault[]
  readonly count: number
  add(kind: FaultKind, place: string, reason: string): void
}

export function createFaultList(): FaultList {
  const first: StoreFault[] = []
  let count = 0
  return {
    first,
    get count() {
      return count
    },
    add(kind, place, reason) {
      if (count++ < FAULTS_KEPT_MAX) first.push({ kind, place, reason })
    },
  }
}

/** A file that is damaged may be so in a million places. */
export const FAULTS_KEPT_MAX = 100

/** Why a store with faults cannot be used, for the operator. */
export function corruptionOf({ first, count }: Pick<FaultList, 'first' | 'count'>): StoreError {
  const [fault] = first
  const others = count > 1 ? `, and ${count - 1} more` : ''
  const found = fault === undefined ? '' : ` (${fault.place}: ${fault.reason}${others})`
  return new StoreError('STORE_CORRUPT', `the store is damaged${found}; ${REMEDY}`)
}

const REMEDY =
  '`sallyport store verify` says where, `sallyport store restore` puts a backup in place'

/**
 * What was thrown while a store was read, if the reason is damage: SQLite met it, or a number that
 * none of our columns can hold.
 *
 * @throws what was thrown, if it is something else
 */
export function damageOf(thrown: unknown): string {
  const error = storeErrorOf(thrown)
  if (error.code === 'STORE_CORRUPT') return error.message
  if (thrown instanceof RangeError) return 'a number is too large for its column'
  throw error
}
