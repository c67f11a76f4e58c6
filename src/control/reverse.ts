import { type Refusal, type ReversalObstacle, type ReversalRequest, refusal } from '#domain'
import type { Conducted } from './exchange.ts'
import type { Parts } from './parts.ts'

/** What a merchant's wish to reverse came to. */
export type Reversed =
  | Conducted
  /** It has never come, and will be refused if it does. */
  | { readonly kind: 'unseen' }

/**
 * Reverse one of a merchant's own payments, or see to it that it is never made.
 *
 * One act decides and writes: what is held, or was taken on a day that is not over, owes a reversal
 * from then on, what is unknown owes one already, and of anything else no money is there to give
 * back. So a merchant may ask as often as it likes, and ask before it knows whether its payment
 * ever arrived.
 */
export async function reverse(request: ReversalRequest, parts: Parts): Promise<Reversed> {
  const { merchant, payment: id } = request
  const wish = { merchant, id, openDate: parts.day.date(), atMs: parts.clock.nowMs() }
  const result = await parts.store.reverse(wish)
  switch (result.kind) {
    case 'stands':
      if (result.payment.state === 'reversing') parts.forwarding.wake()
      return { kind: 'payment', payment: result.payment }
    case 'refused':
      return { kind: 'refused', refusal: refusalOf(result.why) }
    case 'unseen':
      return result
  }
}

function refusalOf(why: ReversalObstacle): Refusal {
  return refusal('REVERSAL_NOT_ALLOWED', REASONS[why], 'payment')
}

const REASONS: Readonly<Record<ReversalObstacle, string>> = {
  capturing: 'a payment that is being captured is not reversed: ask again once it is captured',
  'day-over': 'the day that it settles on is over: what was taken is only refunded',
  refunded: 'something of it was refunded, or may have been: the rest is only refunded',
  'increment-begun': 'the host is just being asked to hold more of it: ask again',
  'tab-open': 'a tab is open on it: post the tab',
  'tab-item': 'it gives back a charge of a tab, and that stands',
  'captured-with-original': 'the increment is captured with its authorization',
}
