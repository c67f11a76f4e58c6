import {
  type Merchant,
  type PaymentRequest,
  type Refusal,
  refusal,
  type TokenPaymentRequest,
} from '#domain'
import { refusalOfNew } from '#processing'
import { type Conducted, earlierOr, exchange, type Named, type Order } from './exchange.ts'
import { withHostPin } from './host-pin.ts'
import { tokenUnknown, withKeptCard } from './kept-card.ts'
import type { Parts } from './parts.ts'

/**
 * Conduct one authorization or sale from validated request to durable outcome. Everything that can
 * refuse comes first.
 *
 * A token is exchanged for its card before anything else; what the id stands for is the request as
 * it was sent, so that a repeat is one also when its token was forgotten since.
 */
export async function authorize(
  request: PaymentRequest | TokenPaymentRequest,
  merchant: Merchant,
  parts: Parts,
): Promise<Conducted> {
  const fingerprint = parts.vault.fingerprint(parts.messages.contentOf(request))
  const named = { merchant: merchant.id, id: request.id, fingerprint }
  if ('pan' in request) return authorizeCard(request, { named, merchant }, parts)
  const withCard = await withKeptCard(request, parts)
  if (withCard === undefined) return earlierOr(tokenUnknown('card.token'), named, parts)
  return asSent(await authorizeCard(withCard, { named, merchant }, parts))
}

interface Sender {
  readonly named: Named
  readonly merchant: Merchant
}

async function authorizeCard(
  request: PaymentRequest,
  { named, merchant }: Sender,
  parts: Parts,
): Promise<Conducted> {
  const order = orderOf(request, { named, merchant }, parts)
  const obstacle = obstacleTo(request, merchant, parts)
  if (obstacle) return earlierOr(obstacle, order, parts)
  if (request.pin === undefined) return exchange(order, parts)
  const forHost = await withHostPin(request, parts)
  if (forHost.kind === 'refused') return earlierOr(forHost.refusal, order, parts)
  return exchange({ ...order, ...writing(forHost.request, merchant, parts) }, parts)
}

/** A merchant that sent a token hears of that, and not of what it brought along. */
function asSent(conducted: Conducted): Conducted {
  if (conducted.kind !== 'refused') return conducted
  const { field } = conducted.refusal
  if (field !== 'card.pan' && field !== 'card.expiry') return conducted
  return { kind: 'refused', refusal: { ...conducted.refusal, field: 'card.token' } }
}

function orderOf(request: PaymentRequest, { named, merchant }: Sender, parts: Parts): Order {
  const { operation, amount, acceptPartial, terminal, pan } = request
  return {
    ...named,
    ...{ operation, amount, acceptPartial, terminal },
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
