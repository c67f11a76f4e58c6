import { NO_FOLLOW_UPS } from './follow-up.ts'
import type { Payment } from './payment.ts'

/** What a merchant's wish to reverse a payment comes to, as the payment stands. */
export type ReversalVerdict =
  /** It is to be reversed, from now on. */
  | { readonly kind: 'due' }
  /** There is nothing of it to reverse, or it is being reversed. */
  | { readonly kind: 'stands' }
  | { readonly kind: 'refused'; readonly why: ReversalObstacle }

/** Why a payment is not reversed as its merchant wants. */
export type ReversalObstacle =
  /** The host is being told of its capture. */
  | 'capturing'
  /** The day that it settles on is over: what was taken is only refunded. */
  | 'day-over'
  /** Something of it was given back, or may have been. */
  | 'refunded'
  /** The host is being asked to hold more of it. */
  | 'increment-begun'
  /** It is an increment of what is captured, or being captured. */
  | 'captured-with-original'
  /** What it holds is for a tab. */
  | 'tab-open'
  /** It gives back a charge of a tab. */
  | 'tab-item'

export interface ReversalCircumstances {
  /** The business day that is open now, `YYYY-MM-DD`. */
  readonly openDate: string
  /** The payment that it follows up, if it does. */
  readonly original?: Payment
}

/**
 * Judge a wish to reverse: a hold is let go at any time, what was taken is put back until the day
 * that it settles on is over.
 */
export function reversalVerdict(
  payment: Payment,
  { openDate, original }: ReversalCircumstances,
): ReversalVerdict {
  if (payment.state === 'capturing') return refused('capturing')
  if (payment.state !== 'approved' && payment.state !== 'captured') return STANDS
  const { refundedMinor, refundsOpenMinor, incrementsBegunMinor } =
    payment.followUps ?? NO_FOLLOW_UPS
  if (refundedMinor + refundsOpenMinor > 0n) return refused('refunded')
  if (incrementsBegunMinor > 0n) return refused('increment-begun')
  if (payment.operation === 'payment.increment' && original?.capture !== undefined) {
    return refused('captured-with-original')
  }
  return isTaken(payment) && lastDayOf(payment) < openDate ? refused('day-over') : DUE
}

function isTaken({ operation, state }: Payment): boolean {
  return state === 'captured' || operation === 'payment.sale' || operation === 'payment.refund'
}

/** The day that it settles on; a host whose day is behind ours settles on none of its past. */
function lastDayOf({ businessDate, capture, outcome }: Payment): string {
  const ours = capture?.businessDate ?? businessDate
  const theirs = capture === undefined ? outcome?.settlementDate : capture.settlementDate
  return theirs === undefined || theirs < ours ? ours : theirs
}

const DUE: ReversalVerdict = Object.freeze({ kind: 'due' })
const STANDS: ReversalVerdict = Object.freeze({ kind: 'stands' })

function refused(why: ReversalObstacle): ReversalVerdict {
  return { kind: 'refused', why }
}
