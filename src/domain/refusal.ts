/**
 * Why a merchant's authenticated request was not carried out. Closed: protocol.md lists every code.
 */
export type RefusalCode =
  | 'JSON_MALFORMED'
  | 'TYPE_UNKNOWN'
  | 'FIELD_MISSING'
  | 'FIELD_UNKNOWN'
  | 'FIELD_INVALID'
  | 'MERCHANT_MISMATCH'
  | 'MERCHANT_INACTIVE'
  | 'TERMINAL_UNKNOWN'
  | 'CURRENCY_NOT_ACCEPTED'
  | 'CARD_EXPIRED'
  | 'SANDBOX_CARD'
  | 'PIN_UNUSABLE'
  | 'TOKEN_UNKNOWN'
  | 'TIME_OUTSIDE_WINDOW'
  | 'ID_CONFLICT'
  | 'PAYMENT_NOT_FOUND'
  | 'PAYMENT_REVERSED'
  | 'REVERSAL_NOT_ALLOWED'
  | 'INCREMENT_NOT_ALLOWED'
  | 'REFUND_NOT_ALLOWED'
  | 'CAPTURE_NOT_ALLOWED'
  | 'CAPTURE_CONFLICT'
  | 'TAB_NOT_FOUND'
  | 'TAB_NOT_ALLOWED'
  | 'CHARGE_NOT_FOUND'
  | 'NOT_SUPPORTED_BY_HOST'
  | 'HOST_UNAVAILABLE'
  | 'BUSY'
  | 'DRAINING'

/** A request refused: nothing was journalled and nothing went to the host. */
export interface Refusal {
  readonly code: RefusalCode
  /** Dotted path of the member at fault, e.g. `amount.value`; absent when it is the whole. */
  readonly field?: string
  /** One sentence for the merchant's developer; never holds a value of the request. */
  readonly reason: string
  /** When trying the same request again can help: after so many milliseconds. */
  readonly retryAfterMs?: number
}

export function refusal(code: RefusalCode, reason: string, field?: string): Refusal {
  return field === undefined ? { code, reason } : { code, field, reason }
}
