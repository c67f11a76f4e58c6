import {
  type FollowUpObstacle,
  type FollowUpRequest,
  type ItemRefundObstacle,
  type JsonObject,
  type Merchant,
  type Payment,
  type Refusal,
  refusal,
  Secret,
  type Tab,
  type TabItemRefundRequest,
} from '#domain'
import { errorAnswer, freshnessRefusal, itemRefundAnswer, momentText } from '#processing'
import { DRAINING } from '../authorize.ts'
import { conflict } from '../exchange.ts'
import { followUp } from '../follow-up.ts'
import { followUpRefusal } from '../follow-up-refusal.ts'
import type { Parts } from '../parts.ts'
import { answeredNow, journalFull, noTab, refused } from './tab-told.ts'

/**
 * Give one charge of a posted tab back. One act decides how many whole minor units go back, and
 * they do like every refund of a payment, under the id of this request; the rest is carried on.
 */
export async function refundItem(
  request: TabItemRefundRequest,
  merchant: Merchant,
  parts: Parts,
): Promise<string> {
  const obstacle = obstacleTo(request, parts)
  if (obstacle) return errorAnswer(obstacle, request.id)
  const { tab: id, charge, id: refund } = request
  const wish = { merchant: merchant.id, id, charge, refund, atMs: parts.clock.nowMs() }
  const result = await parts.store.refundItem(wish)
  switch (result.kind) {
    case 'due': {
      if (result.minor === 0n) return itemRefundAnswer(result, answeredNow(request, parts))
      const conducted = await followUp(refundOf(request, result, parts), merchant, parts)
      if (conducted.kind === 'refused') return errorAnswer(conducted.refusal, request.id)
      const { payment } = conducted
      return itemRefundAnswer({ ...result, payment }, answeredNow(request, parts))
    }
    case 'conflict':
      return errorAnswer(conflict(), request.id)
    case 'refused':
      return errorAnswer(refusalOf(result.why, result.payment), request.id)
    case 'unseen':
      return result.what === 'tab' ? noTab(request) : noCharge(request)
    case 'full':
      return journalFull(request, parts)
  }
}

function obstacleTo(request: TabItemRefundRequest, parts: Parts): Refusal | undefined {
  if (parts.draining()) return DRAINING
  if (!parts.mapping.operations.has('payment.refund')) {
    return refusal('NOT_SUPPORTED_BY_HOST', 'the host is not told of such a thing', 'type')
  }
  return freshnessRefusal(request, parts.clock.nowMs(), parts.limits.freshnessMs)
}

/** The refund of the payment, as its merchant would ask for it. */
function refundOf(
  { merchant, id, sentAtMs }: TabItemRefundRequest,
  { tab, minor }: { readonly tab: Tab; readonly minor: bigint },
  { clock }: Parts,
): FollowUpRequest {
  const operation = 'payment.refund'
  const { payment, currency } = tab
  const amount = { value: minor.toString(), currency: currency.code }
  const time = momentText(clock.nowMs())
  const body = new Secret<JsonObject>({ type: operation, id, merchant, time, payment, amount })
  return { operation, merchant, id, sentAtMs, payment, amount: { minor, currency }, body }
}

function noCharge({ id }: TabItemRefundRequest): string {
  return refused('CHARGE_NOT_FOUND', 'this tab has no charge with this id', { id, field: 'charge' })
}

function refusalOf(why: ItemRefundObstacle, original: Payment): Refusal {
  if (why === 'not-posted') return NOT_POSTED
  if (why === 'refunded') return REFUNDED
  const obstacle: FollowUpObstacle = why
  return followUpRefusal('payment.refund', { why: obstacle, original })
}

const NOT_POSTED = refusal('REFUND_NOT_ALLOWED', 'a charge is given back of a posted tab', 'tab')
const REFUNDED = refusal('REFUND_NOT_ALLOWED', 'this charge is given back already', 'charge')
