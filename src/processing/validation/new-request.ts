import type { CardRegisterRequest, Merchant, PaymentRequest, Refusal } from '#domain'
import type { PaymentBody } from '../messages/bodies.ts'
import { currencyRefusal } from './amount-rules.ts'
import { expiryRefusal, sandboxRefusal } from './card-rules.ts'
import { terminalRefusal } from './merchant-rules.ts'
import { freshnessRefusal } from './time-rules.ts'

/** What a new payment is judged against: all of it changes with time, the request does not. */
export interface NewPaymentContext {
  readonly merchant: Merchant
  readonly nowMs: number
  /** How far `time` may be from `nowMs`, either way. */
  readonly windowMs: number
  /** Card numbers that only a sandbox takes; empty outside production. */
  readonly sandboxPans: ReadonlySet<string>
}

/**
 * Why a valid request cannot begin a payment now.
 *
 * A repeat is not judged by it: its answer stands though the card has expired since, its `time` is
 * years old, or the merchant's record has lost the currency.
 */
export function refusalOfNew(
  request: PaymentRequest,
  context: NewPaymentContext,
): Refusal | undefined {
  const { merchant, nowMs, windowMs, sandboxPans } = context
  // Only the schema check of specs/messages makes a PaymentRequest, so its body has that shape.
  const body = request.body.reveal() as PaymentBody
  return (
    freshnessRefusal(request, nowMs, windowMs) ??
    currencyRefusal(request.amount, merchant) ??
    terminalRefusal(request.terminal, merchant) ??
    expiryRefusal(body.card, nowMs) ??
    sandboxRefusal(request, sandboxPans)
  )
}

/** Why a card cannot be registered now; a repeat is not judged by it either. */
export function refusalOfNewCard(
  request: CardRegisterRequest,
  { nowMs, windowMs, sandboxPans }: Omit<NewPaymentContext, 'merchant'>,
): Refusal | undefined {
  return (
    freshnessRefusal(request, nowMs, windowMs) ??
    expiryRefusal(request.card, nowMs) ??
    sandboxRefusal(request.card, sandboxPans)
  )
}
