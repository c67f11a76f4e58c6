import { lastDueMs, type Payment, type Tab, type TabOpening } from '#domain'

/** What became of a wish to open a tab. */
export type OpeningResult =
  | { readonly kind: 'opened' | 'repeat'; readonly tab: Tab }
  /** This merchant used the id before, with other content. */
  | { readonly kind: 'conflict' }
  /** Nothing changed. */
  | { readonly kind: 'refused'; readonly why: TabObstacle; readonly payment: Payment }
  /** This merchant has no such payment. */
  | { readonly kind: 'unseen' }

/** Why no tab is opened on a payment. */
export type TabObstacle =
  | 'no-authorization'
  | 'other-currency'
  /** Nothing is held, as far as its state says. */
  | 'state'
  /** It had one before, open or closed. */
  | 'tab-before'

/** Judge a payment that has had no tab. @returns undefined when one may be opened on it */
export function tabObstacle(payment: Payment, opening: TabOpening): TabObstacle | undefined {
  if (payment.operation !== 'payment.authorize') return 'no-authorization'
  if (payment.amount.currency.code !== opening.currency.code) return 'other-currency'
  return payment.state === 'approved' ? undefined : 'state'
}

/** Columns that are not the opening's own; the payment's number and host come before them. */
export function firstDue(opening: TabOpening): { dueAtMs: number; dayDue: string | null } {
  const { posting, businessDate } = opening
  return { dueAtMs: lastDueMs(opening), dayDue: posting.atDayEnd ? businessDate : null }
}
