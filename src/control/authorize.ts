import { type Merchant, type PaymentRequest, type Refusal, refusal } from '#domain'
import { refusalOfNew } from '#processing'
import { type Conducted, earlierOr, exchange, type Order } from './exchange.ts'
import { withHostPin } from './host-pin.ts'
import type { Parts } from './parts.ts'

/**
 * Conduct one authorization or sale from validated request to durable outcome. Everything that can
 * refuse comes first.
 */
export async function authorize(
  request: PaymentRequest,
  merchant: Merchant,
  parts: Parts,
): Promise<Conducted> {
  const order = orderOf(request, merchant, parts)
  const obstacle = obstacleTo(request, merchant, parts)
  if (obstacle) return earlierOr(obstacle, order, parts)
  if (request.pin === undefined) return exchange(order, parts)
  const forHost = await withHostPin(request, parts)
  if (forHost.kind === 'refused') return earlierOr(forHost.refusal, order, parts)
  return exchange({ ...order, ...writing(forHost.request, merchant, parts) }, parts)
}

function orderOf(request: PaymentRequest, merchant: Merchant, parts: Parts): Order {
  const { operation, id, amount, acceptPartial, terminal, pan } = request
  return {
    ...{ merchant: request.merchant, id, operation, amount, acceptPartial, terminal },
    fingerprint: parts.vault.fingerprint(parts.messages.contentOf(request)),
    card: () => ({ panMasked: pan.masked, panHash: parts.vault.panHash(pan) }),
    ...writing(request, merchant, parts),
  }
}

function writing(
  request: PaymentRequest,
  merchant: Merchant,
  { mapping }: Parts,
): Pick<Order, 'write'> {
  return {
    write: (facts) => mapping.toHost(request, merchant, facts),
  }
}

/** Why no new payment can be begun now; an earlier one with the same id is still told of. */
function obstacleTo(
  request: PaymentRequest,
  merchant: Merchant,
  parts: Parts,
): Refusal | undefined {
  if (parts.draining()) return DRAINING
  const { clock, limits, sandboxPans } = parts
  const windowMs = limits.freshnessMs
  return refusalOfNew(request, { merchant, nowMs: clock.nowMs(), windowMs, sandboxPans })
}

export const DRAINING = refusal('DRAINING', 'the gateway is closing; try again elsewhere')
