import { type FollowUpObstacle, followUpObstacle, refundableMinorOf } from './follow-up.ts'
import type { Payment } from './payment.ts'
import { itemRefundMinor, type Tab, type TabCharge } from './tab.ts'

/** Why a charge of a tab is not given back. */
export type ItemRefundObstacle =
  | FollowUpObstacle
  /** The tab is open, or came to nothing. */
  | 'not-posted'
  /** It was given back before, or is being. */
  | 'refunded'

/**
 * Judge a charge that is on its tab and was not given back: how many whole minor units go back.
 *
 * @param carriedGrains what closed tabs have left
 */
export function itemRefundVerdict(
  { tab, payment }: { readonly tab: Tab; readonly payment: Payment },
  charge: TabCharge,
  carriedGrains: bigint,
): bigint | ItemRefundObstacle {
  if (tab.state !== 'posted') return 'not-posted'
  const minor = itemRefundMinor(charge.grains, carriedGrains, refundableMinorOf(payment))
  if (minor === 0n) return minor
  const amount = { minor: minor ?? charge.grains, currency: tab.currency }
  return followUpObstacle(payment, 'payment.refund', amount) ?? minor ?? 'more-than-left'
}
