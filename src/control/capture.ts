import {
  type CaptureObstacle,
  type CaptureRequest,
  captureVerdict,
  type Payment,
  type Refusal,
  refusal,
} from '#domain'
import { freshnessRefusal } from '#processing'
import { type Conducted, later } from './exchange.ts'
import { unseen } from './inquire.ts'
import type { Parts } from './parts.ts'
import { STATE_WORDS } from './state-words.ts'

/**
 * Capture one of a merchant's own authorizations: take what was approved of it, or less.
 *
 * One act decides and writes, and from then on the host is told until it acknowledges. So nothing
 * waits for the host, and a merchant may ask for the same as often as it likes.
 */
export async function capture(request: CaptureRequest, parts: Parts): Promise<Conducted> {
  const obstacle = obstacleTo(request, parts)
  if (obstacle) return earlierOr(obstacle, request, parts)
  const { merchant, payment: id, amount } = request
  const wish = { merchant, id, businessDate: parts.day.date(), atMs: parts.clock.nowMs() }
  const result = await parts.store.capture(amount ? { ...wish, amount } : wish)
  switch (result.kind) {
    case 'taken':
      if (result.payment.state === 'capturing') parts.forwarding.wake()
      return { kind: 'payment', payment: result.payment }
    case 'refused':
      return { kind: 'refused', refusal: refusalOf(result.why, result.payment) }
    case 'unseen':
      return unseen(request, parts)
    case 'full':
      return { kind: 'refused', refusal: later(refusal('BUSY', 'the journal is full'), parts) }
  }
}

/** Why nothing new can be captured now; what was captured already is still told of. */
function obstacleTo(request: CaptureRequest, parts: Parts): Refusal | undefined {
  if (parts.mapping.owed.advice === undefined) {
    return refusal('NOT_SUPPORTED_BY_HOST', 'the host takes no captures', 'type')
  }
  return freshnessRefusal(request, parts.clock.nowMs(), parts.limits.freshnessMs)
}

async function earlierOr(
  obstacle: Refusal,
  { merchant, payment: id, amount }: CaptureRequest,
  parts: Parts,
): Promise<Conducted> {
  const payment = await parts.store.find(merchant, id)
  const isRepeat = payment && captureVerdict(payment, amount).kind === 'repeat'
  return isRepeat ? { kind: 'payment', payment } : { kind: 'refused', refusal: obstacle }
}

const INCREMENT_OPEN = 'whether more of it is held is not known yet: ask again'

function refusalOf(why: CaptureObstacle, { state }: Payment): Refusal {
  switch (why) {
    case 'no-authorization':
      return refusal('CAPTURE_NOT_ALLOWED', 'a sale is taken already: there is no hold', 'payment')
    case 'state':
      return refusal(
        'CAPTURE_NOT_ALLOWED',
        `a payment ${STATE_WORDS[state]} is not captured`,
        'payment',
      )
    case 'other-amount':
      return refusal('CAPTURE_CONFLICT', 'it is captured with another amount', 'amount.value')
    case 'other-currency':
      return refusal('FIELD_INVALID', 'must be the currency of the payment', 'amount.currency')
    case 'more-than-approved':
      return refusal('FIELD_INVALID', 'must be no more than was approved', 'amount.value')
    case 'tab-open':
      return refusal('CAPTURE_NOT_ALLOWED', 'a tab is open on it: post the tab', 'payment')
    case 'increment-open':
      return refusal('CAPTURE_NOT_ALLOWED', INCREMENT_OPEN, 'payment')
  }
}
