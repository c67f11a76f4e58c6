import type {
  CardRegisterRequest,
  CardRequest,
  JsonObject,
  Merchant,
  PaymentRequest,
  Refusal,
} from '#domain'
import type { PaymentBody } from '../messages/bodies.ts'
import { currencyRefusal } from './amount-rules.ts'
import { expiryRefusal, sandboxRefusal } from './card-rules.ts'
import { terminalRefusal } from './merchant-rules.ts'
import { freshnessRefusal } from './time-rules.ts'

/** What a new request is judged against: all of it changes with time, the request does not. */
export interface NewRequestContext {
  readonly merchant: Merchant
  readonly nowMs: number
  /** How far `time` may be from `nowMs`, either way. */
  readonly windowMs: number
  /** Card numbers that only a sandbox takes; empty outside production. */
  readonly sandboxPans: ReadonlySet<string>
}

/**
 * Why a valid request cannot begin a payment, or ask about a card, now.
 *
 * A repeat is not judged by it: its answer stands though the card has expired since, its `time` is
 * years old, or the merchant's record has lost the currency.
 */
export function refusalOfNew(
  request: PaymentRequest | CardRequest,
  context: NewRequestContext,
): Refusal | undefined {
  const { merchant, nowMs, windowMs, sandboxPans } = context
  // Only the schema check of specs/messages makes such a request, so its body has that shape.
  const body = request.body.reveal() as Pick<PaymentBody, 'card'> & JsonObject
  return (
    freshnessRefusal(request, nowMs, windowMs) ??
    wrongCurrency(request, merchant) ??
    terminalRefusal(request.terminal, merchant) ??
    expiryRefusal(body.card, nowMs) ??
    sandboxRefusal(request, sandboxPans)
  )
}

function wrongCurrency(
  request: PaymentRequest | CardRequest,
  merchant: Merchant,
): Refusal | undefined {
  return 'amount' in request
    ? currencyRefusal(request.amount.currency, merchant, 'amount.currency')
    : currencyRefusal(request.currency, merchant, 'currency')
}

/** Why a card cannot be registered now; a repeat is not judged by it either. */
export function refusalOfNewCard(
  request: CardRegisterRequest,
  { nowMs, windowMs, sandboxPans }: Omit<NewRequestContext, 'merchant'>,
): Refusal | undefined {
  return (
    freshnessRefusal(request, nowMs, windowMs) ??
    expiryRefusal(request.card, nowMs) ??
    sandboxRefusal(request.card, sandboxPans)
  )
}
