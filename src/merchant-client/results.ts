import { isJsonObject, type JsonObject } from '#domain'

/** How a payment stands, as the gateway's answer says it. */
export type PaymentOutcomeKind =
  | 'approved'
  | 'partial'
  | 'declined'
  | 'unknown'
  | 'failed'
  | 'pending'
  | 'reversing'
  | 'reversed'
  | 'capturing'
  | 'captured'

/**
 * A payment answer, or what the host said of a card; `answer` is the whole of it
 * (specs/protocol.md), `id` the merchant's own.
 */
export interface PaymentResult {
  readonly kind: PaymentOutcomeKind
  readonly id: string
  readonly answer: JsonObject
}

/** The payment is reversed although it never came: it will be refused when it does. */
export interface UnseenResult {
  readonly kind: 'unseen'
  readonly id: string
  /** The payment's own id. */
  readonly payment: string
}

/** What stands for a card, and whether it can be used. */
export interface CardResult {
  readonly kind: 'registered' | 'forgotten'
  readonly id: string
  readonly token: string
  /** The card number, masked. */
  readonly card: string
}

/** The gateway is there. `time` is its own, RFC 3339. */
export interface EchoResult {
  readonly kind: 'echo'
  readonly id: string
  readonly time: string
}

/** The gateway did not carry the request out, in any attempt; no money moved for it. */
export interface RefusedResult {
  readonly kind: 'refused'
  /** Listed in specs/protocol.md; `REFUSED` when the gateway could not tell who asked. */
  readonly code: string
  /** Dotted path of the member at fault. */
  readonly field?: string
  readonly reason: string
  readonly retryAfterMs?: number
}

/**
 * No answer that can be trusted came, after every attempt.
 *
 * The payment may have been made: ask again with the same id, or inquire. Only `too-many-in-flight`
 * means that nothing was sent.
 */
export interface UnreachableResult {
  readonly kind: 'unreachable'
  readonly reason: UnreachableReason
  /** The request's own id, when it has one: what to ask again with. */
  readonly id?: string
}

/** `gateway-failed`: the gateway said that it does not know itself what became of the request. */
export type UnreachableReason =
  | 'connection-lost'
  | 'timeout'
  | 'gateway-failed'
  | 'answer-unreadable'
  | 'answer-mismatched'
  | 'too-many-in-flight'
  | 'closed'

/** How a tab stands; `answer` is the whole of it (specs/protocol.md, tab.answer). */
export interface TabResult {
  readonly kind: 'tab'
  readonly id: string
  readonly answer: JsonObject
}

/** What of a message of charges is on its tab: all but those in `refused`. */
export interface ChargedResult {
  readonly kind: 'charged'
  readonly id: string
  readonly refused: readonly { readonly id: string; readonly why: string }[]
  readonly answer: JsonObject
}

/** The refund of a charge; `outcome` is its payment's, or `carried` when it needed none. */
export interface ItemRefundResult {
  readonly kind: 'item-refund'
  readonly id: string
  readonly outcome: PaymentOutcomeKind | 'carried'
  readonly answer: JsonObject
}

export type MerchantResult =
  | PaymentResult
  | TabResult
  | ChargedResult
  | ItemRefundResult
  | UnseenResult
  | CardResult
  | EchoResult
  | RefusedResult
  | UnreachableResult

/** What the SDK says of an opened answer to the request `id`. */
export function resultOf(json: string, id: string | undefined): MerchantResult {
  const answer: unknown = JSON.parse(json)
  if (!isJsonObject(answer)) return unreachable('answer-unreadable', id)
  const { id: answered, outcome, time } = answer
  if (answered !== undefined && answered !== id) return unreachable('answer-mismatched', id)
  switch (answer['type']) {
    case 'error':
      return refusedResult(answer['error']) ?? unreachable('answer-unreadable', id)
    case 'echo.answer':
      return { kind: 'echo', id: id ?? '', time: String(time) }
    case 'reversal.answer':
      return { kind: 'unseen', id: id ?? '', payment: String(answer['payment']) }
    case 'card.answer': {
      const kind = outcome === 'forgotten' ? 'forgotten' : 'registered'
      const { token, card } = answer
      return { kind, id: id ?? '', token: String(token), card: String(card) }
    }
    case 'payment.answer':
    case 'card.inquiry.answer':
      return isOutcome(outcome)
        ? { kind: outcome, id: id ?? '', answer }
        : unreachable('answer-unreadable', id)
    default:
      return tabResultOf(answer, id)
  }
}

function tabResultOf(answer: JsonObject, id = ''): MerchantResult {
  const { type, outcome, refused } = answer
  if (type === 'tab.answer') return { kind: 'tab', id, answer }
  if (type === 'tab.charge.answer')
    return { kind: 'charged', id, refused: refusedIn(refused), answer }
  if (type === 'tab.refund.answer' && (outcome === 'carried' || isOutcome(outcome))) {
    return { kind: 'item-refund', id, outcome, answer }
  }
  return unreachable('answer-unreadable', id)
}

function refusedIn(refused: unknown): ChargedResult['refused'] {
  if (!Array.isArray(refused)) return []
  return refused.filter(isJsonObject).map(({ id, why }) => ({ id: String(id), why: String(why) }))
}

/**
 * A refusal in clear, which says nothing of who asked:
 * `{"type":"refusal","code","retryAfterMs"?}`.
 *
 * Its code `FAILED` refuses nothing: the gateway does not know what became of the request.
 */
export function plainRefusal(
  text: string,
  id: string | undefined,
): RefusedResult | UnreachableResult {
  const refused = refusedResult(parsed(text))
  if (refused === undefined) return unreachable('answer-unreadable', id)
  return refused.code === 'FAILED' ? unreachable('gateway-failed', id) : refused
}

/**
 * The result of the last attempt, seen with the loss of an earlier one.
 *
 * A refusal then holds for both only if it judges the request itself. One for the moment's sake
 * (`BUSY`, `DRAINING`, `REFUSED`, ...) says nothing of the attempt that may have arrived.
 */
export function afterLoss(
  result: MerchantResult,
  lost: UnreachableReason,
  id: string | undefined,
): MerchantResult {
  const hides = result.kind === 'refused' && !REFUSED_EVERY_TIME.has(result.code)
  return hides ? unreachable(lost, id) : result
}

const REFUSED_EVERY_TIME: ReadonlySet<string> = new Set([
  'JSON_MALFORMED',
  'TYPE_UNKNOWN',
  'FIELD_MISSING',
  'FIELD_UNKNOWN',
  'FIELD_INVALID',
  'MERCHANT_MISMATCH',
  'TOKEN_UNKNOWN',
  'ID_CONFLICT',
  'PAYMENT_NOT_FOUND',
  'PAYMENT_REVERSED',
  'REVERSAL_NOT_ALLOWED',
  'INCREMENT_NOT_ALLOWED',
  'REFUND_NOT_ALLOWED',
  'CAPTURE_NOT_ALLOWED',
  'CAPTURE_CONFLICT',
  'TAB_NOT_FOUND',
  'TAB_NOT_ALLOWED',
  'CHARGE_NOT_FOUND',
  'NOT_SUPPORTED_BY_HOST',
])

export function unreachable(reason: UnreachableReason, id: string | undefined): UnreachableResult {
  return { kind: 'unreachable', reason, ...(id === undefined ? {} : { id }) }
}

/** Nothing when it has not the form of a refusal. */
function refusedResult(error: unknown): RefusedResult | undefined {
  if (!isJsonObject(error) || typeof error['code'] !== 'string') return undefined
  const { code, field, reason, retryAfterMs } = error
  return {
    kind: 'refused',
    code,
    reason: typeof reason === 'string' ? reason : 'the gateway gave no reason',
    ...(typeof field === 'string' ? { field } : {}),
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const OUTCOMES: ReadonlySet<unknown> = new Set<PaymentOutcomeKind>([
  'approved',
  'partial',
  'declined',
  'unknown',
  'failed',
  'pending',
  'reversing',
  'reversed',
  'capturing',
  'captured',
])

function isOutcome(value: unknown): value is PaymentOutcomeKind {
  return OUTCOMES.has(value)
}
