import { AMOUNT_MINOR_MAX } from '#domain'
import type { Account } from './accounts.ts'
import { LedgerError } from './errors.ts'

/** One line of a posting set. */
export interface Entry {
  readonly account: Account
  /** Minor units: a debit above zero, a credit below. */
  readonly minor: bigint
}

declare const zero: unique symbol

/** Entries that are zero together in each currency; nothing but {@link postingSet} makes one. */
export interface PostingSet {
  readonly entries: readonly Entry[]
  readonly [zero]: true
}

/** The most entries that one set may have. */
export const SET_ENTRIES_MAX = 16

/**
 * Make a posting set; an entry of nothing is left out.
 *
 * @throws LedgerError `SET_EMPTY`, `SET_TOO_LARGE`, `SET_NOT_ZERO`, `AMOUNT_INVALID`
 */
export function postingSet(given: readonly Entry[]): PostingSet {
  const entries = given.filter(({ minor }) => minor !== 0n)
  if (entries.length === 0) throw new LedgerError('SET_EMPTY', 'nothing is moved')
  if (entries.length > SET_ENTRIES_MAX) {
    throw new LedgerError('SET_TOO_LARGE', `a set has ${SET_ENTRIES_MAX} entries at most`)
  }
  if (entries.some(({ minor }) => minor > AMOUNT_MINOR_MAX || minor < -AMOUNT_MINOR_MAX)) {
    throw new LedgerError('AMOUNT_INVALID', 'an entry is larger than any amount may be')
  }
  const set = { entries }
  if (!isZero(set)) {
    throw new LedgerError('SET_NOT_ZERO', 'debits and credits of a currency differ')
  }
  return set
}

/** Whether debits and credits are the same in each currency. */
function isZero(set: Pick<PostingSet, 'entries'>): set is PostingSet {
  const sums = new Map<string, bigint>()
  for (const { account, minor } of set.entries) {
    sums.set(account.currency, (sums.get(account.currency) ?? 0n) + minor)
  }
  return [...sums.values()].every((sum) => sum === 0n)
}
