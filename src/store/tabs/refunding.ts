import type { ItemRefundObstacle, Payment, Tab, TabCharge } from '#domain'

/** A merchant's wish to give a charge of one of its tabs back. */
export interface ItemRefundWish {
  readonly merchant: string
  /** The tab's own id. */
  readonly id: string
  /** The charge's own id. */
  readonly charge: string
  /** The merchant's own key of the refund, and of the payment by which it goes back. */
  readonly refund: string
  readonly atMs: number
}

/** What became of an {@link ItemRefundWish}. */
export type ItemRefundResult =
  /**
   * It is to be given back, now or from before: `minor` by a payment of its own, the rest of it by
   * what is carried on.
   */
  | { readonly kind: 'due'; readonly tab: Tab; readonly charge: TabCharge; readonly minor: bigint }
  /** The id was used before for something else. */
  | { readonly kind: 'conflict' }
  /** Nothing changed. */
  | { readonly kind: 'refused'; readonly why: ItemRefundObstacle; readonly payment: Payment }
  /** This merchant has no such tab, or the tab no such charge. */
  | { readonly kind: 'unseen'; readonly what: 'tab' | 'charge' }
