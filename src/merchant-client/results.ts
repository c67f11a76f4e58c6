import { isJsonObject, type JsonObject } from '#domain'

/** How a payment stands, as the gateway's answer says it. */
export type PaymentOutcomeKind =
  | 'approved'
  | 'partial'
  | 'declined'
  | 'unknown'
  | 'failed'
  | 'pending'

/** A payment answer; `answer` is the whole of it (specs/protocol.md), `id` the merchant's own. */
export interface PaymentResult {
  readonly kind: PaymentOutcomeKind
  readonly id: string
  readonly answer: JsonObject
}

/** The gateway is there. `time` is its own, RFC 3339. */
export interface EchoResult {
  readonly kind: 'echo'
  readonly id: string
  readonly time: string
}

/** The gateway did not carry the request out; no money moved for it. */
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
}

export type UnreachableReason =
  | 'connection-lost'
  | 'timeout'
  | 'answer-unreadable'
  | 'answer-mismatched'
  | 'too-many-in-flight'
  | 'closed'

export type MerchantResult = PaymentResult | EchoResult | RefusedResult | UnreachableResult

/** What the SDK says of an opened answer to the request `id`. */
export function resultOf(json: string, id: string | undefined): MerchantResult {
  const answer: unknown = JSON.parse(json)
  if (!isJsonObject(answer)) return unreachable('answer-unreadable')
  const { id: answered, outcome, time } = answer
  if (answered !== undefined && answered !== id) return unreachable('answer-mismatched')
  switch (answer['type']) {
    case 'error':
      return refusedResult(answer['error'])
    case 'echo.answer':
      return { kind: 'echo', id: id ?? '', time: String(time) }
    case 'payment.answer':
      return isOutcome(outcome)
        ? { kind: outcome, id: id ?? '', answer }
        : unreachable('answer-unreadable')
    default:
      return unreachable('answer-unreadable')
  }
}

/**
 * A refusal in clear, from before the gateway knew who asks:
 * `{"type":"refusal","code","retryAfterMs"?}`.
 */
export function plainRefusal(text: string): RefusedResult | UnreachableResult {
  try {
    return refusedResult(JSON.parse(text))
  } catch {
    return unreachable('answer-unreadable')
  }
}

export function unreachable(reason: UnreachableReason): UnreachableResult {
  return { kind: 'unreachable', reason }
}

function refusedResult(error: unknown): RefusedResult | UnreachableResult {
  if (!isJsonObject(error) || typeof error['code'] !== 'string') {
    return unreachable('answer-unreadable')
  }
  const { code, field, reason, retryAfterMs } = error
  return {
    kind: 'refused',
    code,
    reason: typeof reason === 'string' ? reason : 'the gateway gave no reason',
    ...(typeof field === 'string' ? { field } : {}),
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
  }
}

const OUTCOMES: ReadonlySet<unknown> = new Set<PaymentOutcomeKind>([
  'approved',
  'partial',
  'declined',
  'unknown',
  'failed',
  'pending',
])

function isOutcome(value: unknown): value is PaymentOutcomeKind {
  return OUTCOMES.has(value)
}
