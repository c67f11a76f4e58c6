import {
  type FollowUpRequest,
  followUpObstacle,
  type Merchant,
  type Money,
  type Payment,
  type Refusal,
  refundableMinorOf,
  refusal,
} from '#domain'
import { freshnessRefusal } from '#processing'
import { DRAINING } from './authorize.ts'
import { type Conducted, earlierOr, exchange, type Named, type Order } from './exchange.ts'
import { followUpRefusal } from './follow-up-refusal.ts'
import { unseen } from './inquire.ts'
import type { Parts } from './parts.ts'

/**
 * Hold more of an authorization, or give back of what was taken: an exchange of its own, with the
 * card of the payment that it follows up.
 *
 * What the payment allows is asked here first, so that a wish in vain costs no place at the host,
 * and again in the act that begins it, which alone decides.
 */
export async function followUp(
  request: FollowUpRequest,
  merchant: Merchant,
  parts: Parts,
): Promise<Conducted> {
  const { id, operation } = request
  const fingerprint = parts.vault.fingerprint(parts.messages.contentOf(request))
  const named = { merchant: merchant.id, id, fingerprint }
  const obstacle = obstacleTo(request, parts)
  if (obstacle) return earlierOr(obstacle, named, parts)
  const original = await parts.store.find(merchant.id, request.payment)
  if (original === undefined) return unseen(request, parts)
  const amount = request.amount ?? allOf(original)
  const why = followUpObstacle(original, operation, amount)
  if (why) return earlierOr(followUpRefusal(operation, { why, original }), named, parts)
  return exchange(orderOf(request, { named, original, amount }, { merchant, parts }), parts)
}

function obstacleTo(request: FollowUpRequest, parts: Parts): Refusal | undefined {
  if (parts.draining()) return DRAINING
  if (!parts.mapping.operations.has(request.operation)) {
    return refusal('NOT_SUPPORTED_BY_HOST', 'the host is not told of such a thing', 'type')
  }
  return freshnessRefusal(request, parts.clock.nowMs(), parts.limits.freshnessMs)
}

function allOf(original: Payment): Money {
  return { minor: refundableMinorOf(original), currency: original.amount.currency }
}

interface Judged {
  readonly named: Named
  readonly original: Payment
  readonly amount: Money
}

function orderOf(
  { operation, body }: FollowUpRequest,
  { named, original, amount }: Judged,
  { merchant, parts }: { readonly merchant: Merchant; readonly parts: Parts },
): Order {
  const { panMasked, panHash, exchange: before, outcome, sealedImage } = original
  const { terminal } = before
  return {
    ...named,
    ...{ operation, amount, terminal },
    original: original.id,
    acceptPartial: false,
    card: () => ({ panMasked, panHash }),
    write(facts) {
      const image = parts.vault.openImage(sealedImage, `${original.merchant}/${original.id}`)
      const carried = outcome?.carried ? { carried: outcome.carried } : {}
      const followed = { image, amountMinor: amount.minor, ...carried }
      return parts.mapping.toHost({ operation, terminal, body, followed }, merchant, facts)
    },
  }
}
