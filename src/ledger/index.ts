/**
 * Double entry: whose money it is, in whole minor units of one currency.
 *
 * Pure rules. An event becomes a posting set, which is zero in each currency or cannot be made; an
 * amount is divided among those who have a part in it, and given back in the same proportion. It
 * keeps nothing: the store writes what is posted, in the event's own act.
 */
export {
  type Account,
  accountName,
  isPurpose,
  normalBalance,
  PURPOSES,
  type Purpose,
} from './accounts.ts'
export { apportion } from './apportion.ts'
export { divide, type Line, PARTIES, type Parts, type Party, termsOn } from './division.ts'
export { LedgerError } from './errors.ts'
export type { Correction, Funds, MoneyEvent, MoneyEventKind, Posted } from './money-event.ts'
export { ACCOUNT_OF } from './party-accounts.ts'
export { type PlanFault, planFaults } from './plan-faults.ts'
export { type Entry, type PostingSet, postingSet, SET_ENTRIES_MAX } from './posting-set.ts'
export { postingsOf } from './postings.ts'
