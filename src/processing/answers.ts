import type { Payment, PaymentState, Refusal } from '#domain'
import { momentText } from './calendar.ts'

/**
 * How a payment stands, for its merchant: a payment.answer of specs/messages.
 *
 * Made from the record alone, so the same payment gives the same text for ever.
 *
 * @param requestId the request answered, when that is an inquiry and not the payment's own
 */
export function answerOf(payment: Payment, requestId: string = payment.id): string {
  const { amount, exchange, outcome } = payment
  const stands = payment.state === 'approved'
  return JSON.stringify({
    type: 'payment.answer',
    id: requestId,
    payment: requestId === payment.id ? undefined : payment.id,
    merchant: payment.merchant,
    operation: payment.operation,
    outcome: outcomeWord(payment),
    reason: outcome?.reason,
    amount: amountBody(amount.minor, amount.currency.code),
    approvedAmount: stands
      ? amountBody(outcome?.approvedMinor ?? amount.minor, amount.currency.code)
      : undefined,
    responseCode: outcome?.responseCode,
    approvalCode: stands ? outcome?.approvalCode : undefined,
    rrn: exchange.rrn,
    stan: exchange.stan.toString().padStart(6, '0'),
    card: payment.panMasked,
    checks: outcome?.checks,
    ...outcome?.details,
    time: momentText(outcome?.decidedAtMs ?? payment.begunAtMs),
  })
}

/** A request that was not carried out: an error of specs/messages. */
export function errorAnswer(why: Refusal, requestId?: string): string {
  const { code, field, reason, retryAfterMs } = why
  return JSON.stringify({
    type: 'error',
    id: requestId,
    error: { code, field, reason, retryAfterMs },
  })
}

/** The gateway is there: an echo.answer of specs/messages. */
export function echoAnswer(requestId: string, nowMs: number): string {
  return JSON.stringify({ type: 'echo.answer', id: requestId, time: momentText(nowMs) })
}

const WORDS: Readonly<Record<PaymentState, string>> = {
  begun: 'pending',
  approved: 'approved',
  declined: 'declined',
  failed: 'failed',
  unknown: 'unknown',
}

function outcomeWord({ state, outcome }: Payment): string {
  const inPart = state === 'approved' && outcome?.approvedMinor !== undefined
  return inPart ? 'partial' : WORDS[state]
}

function amountBody(minor: bigint, currency: string): { value: string; currency: string } {
  return { value: minor.toString(), currency }
}
