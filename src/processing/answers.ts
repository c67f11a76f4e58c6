import type {
  Balance,
  Capture,
  CardOutcome,
  CardRequest,
  Payment,
  PaymentState,
  Refusal,
  RegisteredCard,
  ReversalRequest,
} from '#domain'
import { momentText } from './calendar.ts'
import { type ExchangeFacts, stanText } from './exchange-facts.ts'

/**
 * How a payment stands, for its merchant: a payment.answer of specs/messages.
 *
 * Made from the record alone, so the same payment gives the same text for ever.
 *
 * @param requestId the request answered, when that is an inquiry and not the payment's own
 */
export function answerOf(payment: Payment, requestId: string = payment.id): string {
  const { amount, exchange, followUps, outcome } = payment
  const { code } = amount.currency
  const capture = CAPTURED.has(payment.state) ? payment.capture : undefined
  const stands = STANDING.has(payment.state)
  return JSON.stringify({
    type: 'payment.answer',
    id: requestId,
    payment: requestId === payment.id ? undefined : payment.id,
    merchant: payment.merchant,
    operation: payment.operation,
    original: payment.original,
    outcome: outcomeWord(payment),
    reason: outcome?.reason,
    reversal: REVERSALS[payment.state],
    amount: amountBody(amount.minor, code),
    approvedAmount: stands ? amountBody(outcome?.approvedMinor ?? amount.minor, code) : undefined,
    capturedAmount: capture ? amountBody(capture.amountMinor, code) : undefined,
    incrementedAmount: amountIfAny(followUps?.incrementedMinor, code),
    refundedAmount: amountIfAny(followUps?.refundedMinor, code),
    responseCode: outcome?.responseCode,
    approvalCode: stands ? outcome?.approvalCode : undefined,
    rrn: exchange.rrn,
    stan: stanText(exchange.stan),
    card: payment.panMasked,
    checks: outcome?.checks,
    ...outcome?.details,
    ...settlementOf(capture),
    time: momentText(outcome?.decidedAtMs ?? payment.begunAtMs),
  })
}

/** States in which a capture stands. */
const CAPTURED: ReadonlySet<PaymentState> = new Set(['capturing', 'captured'])

/** What was captured settles on a day of its own. */
function settlementOf(capture: Capture | undefined): { readonly settlementDate?: string } {
  const date = capture?.settlementDate
  return date === undefined ? {} : { settlementDate: `${date.slice(5, 7)}${date.slice(8)}` }
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

/** A payment is reversed that never came: a reversal.answer of specs/messages. */
export function unseenAnswer(request: ReversalRequest, nowMs: number): string {
  const { id, payment, merchant } = request
  const time = momentText(nowMs)
  return JSON.stringify({ type: 'reversal.answer', id, payment, merchant, outcome: 'unseen', time })
}

/** What stands for a card, and whether it still does: a card.answer of specs/messages. */
export function cardAnswer(kept: RegisteredCard, requestId: string): string {
  const { merchant, token, panMasked, registeredAtMs, forgottenAtMs } = kept
  return JSON.stringify({
    type: 'card.answer',
    id: requestId,
    merchant,
    outcome: forgottenAtMs === undefined ? 'registered' : 'forgotten',
    token,
    card: panMasked,
    time: momentText(forgottenAtMs ?? registeredAtMs),
  })
}

/** What the host said of a card: a card.inquiry.answer of specs/messages. */
export function inquiryAnswer(
  { id, merchant, operation, pan }: CardRequest,
  { state, reason, details, balances, ...told }: CardOutcome,
  {
    exchange,
    nowMs,
  }: { readonly exchange: Pick<ExchangeFacts, 'rrn' | 'stan'>; readonly nowMs: number },
): string {
  return JSON.stringify({
    ...{ type: 'card.inquiry.answer', id, merchant, operation, outcome: state, reason },
    responseCode: told.responseCode,
    approvalCode: state === 'approved' ? told.approvalCode : undefined,
    ...{ rrn: exchange.rrn, stan: stanText(exchange.stan), card: pan.masked },
    checks: told.checks,
    balances: balances?.map(balanceBody),
    ...details,
    time: momentText(nowMs),
  })
}

function balanceBody({ type, amount: { minor, currency } }: Balance) {
  return { type, amount: amountBody(minor, currency.code) }
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
  reversing: 'reversing',
  reversed: 'reversed',
  reversed_not_found: 'reversed',
  capturing: 'capturing',
  captured: 'captured',
}

/** States in which what was approved can be relied on. */
const STANDING: ReadonlySet<PaymentState> = new Set(['approved', 'capturing', 'captured'])

/** How the reversal stands of a payment that owes one. */
const REVERSALS: Readonly<Partial<Record<PaymentState, string>>> = {
  unknown: 'under-way',
  reversing: 'under-way',
  reversed: 'confirmed',
  reversed_not_found: 'nothing-found',
}

export function outcomeWord({ state, outcome }: Payment): string {
  const inPart = state === 'approved' && outcome?.approvedMinor !== undefined
  return inPart ? 'partial' : WORDS[state]
}

function amountIfAny(minor: bigint | undefined, currency: string) {
  return minor ? amountBody(minor, currency) : undefined
}

export function amountBody(minor: bigint, currency: string): { value: string; currency: string } {
  return { value: minor.toString(), currency }
}
