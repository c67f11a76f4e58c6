import { type ReversalRequest, refusal } from '#domain'
import type { Conducted } from './authorize.ts'
import type { Parts } from './parts.ts'

/** What a merchant's wish to reverse came to. */
export type Reversed =
  | Conducted
  /** It has never come, and will be refused if it does. */
  | { readonly kind: 'unseen' }

/**
 * Reverse one of a merchant's own payments, or see to it that it is never made.
 *
 * One act decides and writes: what is approved owes a reversal from then on, what is unknown owes
 * one already, and of anything else no money is there to give back. So a merchant may ask as often
 * as it likes, and ask before it knows whether its payment ever arrived. What is captured is not
 * undone by a reversal: that is refused.
 */
export async function reverse(request: ReversalRequest, parts: Parts): Promise<Reversed> {
  const { merchant, payment: id } = request
  const payment = await parts.store.reverse(merchant, id, parts.clock.nowMs())
  if (payment === undefined) return { kind: 'unseen' }
  if (payment.capture) return { kind: 'refused', refusal: CAPTURED }
  if (payment.state === 'reversing') parts.forwarding.wake()
  return { kind: 'payment', payment }
}

const CAPTURED = refusal(
  'PAYMENT_CAPTURED',
  'what is captured, or is being captured, can no longer be reversed',
  'payment',
)
