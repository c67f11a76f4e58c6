import { heldMinorOf, NO_FOLLOW_UPS } from './follow-up.ts'
import type { Money } from './money.ts'
import type { Payment } from './payment.ts'

/** What a merchant's wish to capture a payment comes to, as the payment stands. */
export type CaptureVerdict =
  /** So much is to be captured, from now on. */
  | { readonly kind: 'due'; readonly amountMinor: bigint }
  /** The same was asked for before. */
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly why: CaptureObstacle }

/** Why a payment is not captured as its merchant wants. */
export type CaptureObstacle =
  /** It is a sale, whose money is taken already. */
  | 'no-authorization'
  | 'other-currency'
  | 'more-than-approved'
  /** Whether an increment is held as well is not known yet. */
  | 'increment-open'
  /** It is captured already, or being captured, with another amount. */
  | 'other-amount'
  /** Nothing is held, as far as its state says. */
  | 'state'
  /** What it holds is for a tab. */
  | 'tab-open'

/**
 * Judge a wish to capture: an approved authorization is captured once with all its increments,
 * wholly or in part.
 *
 * @param amount all that is held, when absent
 */
export function captureVerdict(payment: Payment, amount: Money | undefined): CaptureVerdict {
  if (payment.operation !== 'payment.authorize') return refused('no-authorization')
  if (amount !== undefined && amount.currency.code !== payment.amount.currency.code) {
    return refused('other-currency')
  }
  const heldMinor = heldMinorOf(payment)
  const amountMinor = amount?.minor ?? heldMinor
  if (payment.capture !== undefined && isCaptured(payment)) {
    return payment.capture.amountMinor === amountMinor ? REPEAT : refused('other-amount')
  }
  if (payment.state !== 'approved') return refused('state')
  const { incrementsBegunMinor, incrementsInDoubtMinor } = payment.followUps ?? NO_FOLLOW_UPS
  if (incrementsBegunMinor + incrementsInDoubtMinor > 0n) return refused('increment-open')
  if (amountMinor > heldMinor) return refused('more-than-approved')
  return { kind: 'due', amountMinor }
}

/** What was captured and reversed afterwards is neither captured nor to be captured. */
function isCaptured({ state }: Payment): boolean {
  return state === 'capturing' || state === 'captured'
}

const REPEAT: CaptureVerdict = Object.freeze({ kind: 'repeat' })

function refused(why: CaptureObstacle): CaptureVerdict {
  return { kind: 'refused', why }
}
