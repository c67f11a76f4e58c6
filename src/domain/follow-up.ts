import { AMOUNT_MINOR_MAX, type Money } from './money.ts'
import type { FollowUpOperation, FollowUps, Payment } from './payment.ts'

/** Why a payment is not followed up as its merchant wants. */
export type FollowUpObstacle =
  /** It is no authorization: nothing of it is held. */
  | 'no-authorization'
  /** It is itself a refund or an increment. */
  | 'no-payment'
  | 'other-currency'
  /** More than is left of what was taken, the refunds counted whose outcome is open. */
  | 'more-than-left'
  /** More in all than an amount can be. */
  | 'too-much'
  /** What is to be increased or given back is not there, as far as the payment's state says. */
  | 'state'

/** Of a payment that nothing has followed up. */
export const NO_FOLLOW_UPS: FollowUps = Object.freeze({
  incrementedMinor: 0n,
  incrementsBegunMinor: 0n,
  incrementsInDoubtMinor: 0n,
  refundedMinor: 0n,
  refundsOpenMinor: 0n,
})

/** What of a payment's own amount the host approved, when it approved it. */
function approvedMinorOf({ amount, outcome }: Payment): bigint {
  return outcome?.approvedMinor ?? amount.minor
}

/** What is held, or was until it was captured: an authorization with its increments. */
export function heldMinorOf(payment: Payment): bigint {
  return approvedMinorOf(payment) + (payment.followUps ?? NO_FOLLOW_UPS).incrementedMinor
}

/** What was taken of a payment: nothing, as long as the host has not said so. */
export function takenMinorOf(payment: Payment): bigint {
  if (payment.operation === 'payment.sale') {
    return payment.state === 'approved' ? approvedMinorOf(payment) : 0n
  }
  return payment.state === 'captured' ? (payment.capture?.amountMinor ?? 0n) : 0n
}

/** What can still be given back of what was taken. */
export function refundableMinorOf(payment: Payment): bigint {
  const { refundedMinor, refundsOpenMinor } = payment.followUps ?? NO_FOLLOW_UPS
  return takenMinorOf(payment) - refundedMinor - refundsOpenMinor
}

/**
 * Judge a wish to hold more of an authorization, or to give back of what was taken.
 *
 * @returns undefined when the host may be asked
 */
export function followUpObstacle(
  original: Payment,
  operation: FollowUpOperation,
  amount: Money,
): FollowUpObstacle | undefined {
  if (original.original !== undefined) return 'no-payment'
  if (amount.currency.code !== original.amount.currency.code) return 'other-currency'
  return operation === 'payment.refund'
    ? refundObstacle(original, amount.minor)
    : incrementObstacle(original, amount.minor)
}

function refundObstacle(original: Payment, amountMinor: bigint): FollowUpObstacle | undefined {
  if (takenMinorOf(original) === 0n) return 'state'
  const leftMinor = refundableMinorOf(original)
  return leftMinor === 0n || amountMinor > leftMinor ? 'more-than-left' : undefined
}

function incrementObstacle(original: Payment, amountMinor: bigint): FollowUpObstacle | undefined {
  if (original.operation !== 'payment.authorize') return 'no-authorization'
  if (original.state !== 'approved') return 'state'
  const { incrementsBegunMinor, incrementsInDoubtMinor } = original.followUps ?? NO_FOLLOW_UPS
  const heldMinor = heldMinorOf(original) + incrementsBegunMinor + incrementsInDoubtMinor
  return heldMinor + amountMinor > AMOUNT_MINOR_MAX ? 'too-much' : undefined
}
