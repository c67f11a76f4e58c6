import { lastDueMs, type Payment, type Tab, type TabObstacle, type TabOpening } from '#domain'

/** What became of a wish to open a tab. */
export type OpeningResult =
  | { readonly kind: 'opened' | 'repeat'; readonly tab: Tab }
  /** This merchant used the id before, with other content. */
  | { readonly kind: 'conflict' }
  /** Nothing changed. */
  | { readonly kind: 'refused'; readonly why: TabObstacle; readonly payment: Payment }
  /** This merchant has no such payment. */
  | { readonly kind: 'unseen' }

/** When a tab is due whatever is charged to it, and after which day. */
export function firstDue(opening: TabOpening): { dueAtMs: number; dayDue: string | null } {
  const { posting, businessDate } = opening
  return { dueAtMs: lastDueMs(opening), dayDue: posting.atDayEnd ? businessDate : null }
}
