import type { Currency } from './currency.ts'
import type { JsonObject } from './json.ts'
import type { Money } from './money.ts'
import type { Pan } from './pan.ts'
import type { FollowUpOperation, PaymentOperation } from './payment.ts'
import type { TerminalPin } from './pin.ts'
import type { Secret } from './secret.ts'
import type { TabTerms, WantedCharge } from './tab.ts'

/**
 * A merchant asks for money to be held or taken on a card. Validated: every member obeys
 * specs/messages.
 */
export interface PaymentRequest {
  readonly operation: Exclude<PaymentOperation, FollowUpOperation>
  readonly merchant: string
  readonly id: string
  /** The merchant's `time`, milliseconds since 1970. */
  readonly sentAtMs: number
  /** The terminal asked for, or the merchant's first. */
  readonly terminal: string
  readonly amount: Money
  readonly acceptPartial: boolean
  readonly pan: Pan
  /** Where the cardholder has entered one: it is a debit card then. */
  readonly pin?: TerminalPin
  /** The PIN block for the host, in upper-case hexadecimal, once there is one. */
  readonly hostPin?: Secret<string>
  /**
   * The whole request as sent, for the mapping to read from. Holds the PAN and sensitive
   * authentication data.
   */
  readonly body: Secret<JsonObject>
}

/** What can be asked of the host about a card; no money moves for it. */
export type CardOperation = 'card.verify' | 'card.balance'

/** A merchant asks the host about a card. Validated: every member obeys specs/messages. */
export interface CardRequest {
  readonly operation: CardOperation
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  /** The terminal asked for, or the merchant's first. */
  readonly terminal: string
  readonly currency: Currency
  readonly pan: Pan
  /** Where the cardholder has entered one, to be told a balance. */
  readonly pin?: TerminalPin
  /** The PIN block for the host, in upper-case hexadecimal, once there is one. */
  readonly hostPin?: Secret<string>
  /**
   * The whole request as sent, for the mapping to read from. Holds the PAN and sensitive
   * authentication data.
   */
  readonly body: Secret<JsonObject>
}

/** The same of a card that the merchant has registered: its number and expiry date are kept. */
export interface TokenPaymentRequest extends Omit<PaymentRequest, 'pan' | 'pin' | 'hostPin'> {
  readonly token: string
}

/** A merchant wants a card kept, and a token for it. */
export interface CardRegisterRequest {
  readonly operation: 'card.register'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  readonly card: CardDetails
  /** The whole request as sent. Holds the PAN. */
  readonly body: Secret<JsonObject>
}

/** What is kept of a card. */
export interface CardDetails {
  readonly pan: Pan
  /** `YYMM`. */
  readonly expiry: string
}

/** A merchant wants one of its tokens ended. */
export interface CardForgetRequest {
  readonly operation: 'card.forget'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  readonly token: string
}

/** A merchant wants more of one of its authorizations held, or something given back. */
export interface FollowUpRequest {
  readonly operation: FollowUpOperation
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  /** Idempotency key of the payment to follow up. */
  readonly payment: string
  /** All that is left to give back, when absent; of an increment always there. */
  readonly amount?: Money
  /** The whole request as sent, for the mapping to read from. */
  readonly body: Secret<JsonObject>
}

/** A merchant asks how one of its payments stands. */
export interface InquiryRequest {
  readonly operation: 'payment.inquire'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  /** Idempotency key of the payment asked about. */
  readonly payment: string
}

/** A merchant wants one of its payments reversed, or never made if it has not come yet. */
export interface ReversalRequest {
  readonly operation: 'payment.reverse'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  /** Idempotency key of the payment to reverse. */
  readonly payment: string
}

/** A merchant wants the money of one of its authorizations taken. */
export interface CaptureRequest {
  readonly operation: 'payment.capture'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  /** Idempotency key of the payment to capture. */
  readonly payment: string
  /** All that was approved, when absent. */
  readonly amount?: Money
}

/** A merchant opens a tab on one of its authorizations. */
export interface TabOpenRequest {
  readonly operation: 'tab.open'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  readonly terms: TabTerms
  /** The whole request as sent, for its content to be told from another's. */
  readonly body: Secret<JsonObject>
}

/** A merchant charges one of its tabs. */
export interface TabChargeRequest {
  readonly operation: 'tab.charge'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  /** Idempotency key of the tab. */
  readonly tab: string
  readonly charges: readonly WantedCharge[]
}

/** A merchant wants one of its tabs posted now. */
export interface TabPostRequest {
  readonly operation: 'tab.post'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  readonly tab: string
}

/** A merchant asks how one of its tabs stands, and for a page of its receipt. */
export interface TabInquiryRequest {
  readonly operation: 'tab.inquire'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  readonly tab: string
  /** The number of the last charge on the page before; 0 for the first page. */
  readonly after: number
}

/** A merchant gives one charge of a posted tab back. */
export interface TabItemRefundRequest {
  readonly operation: 'tab.refund'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
  readonly tab: string
  /** The charge's own id. */
  readonly charge: string
}

/** A merchant asks whether the gateway is there. */
export interface EchoRequest {
  readonly operation: 'echo'
  readonly merchant: string
  readonly id: string
  readonly sentAtMs: number
}

export type MerchantRequest =
  | PaymentRequest
  | TokenPaymentRequest
  | CardRegisterRequest
  | CardForgetRequest
  | FollowUpRequest
  | CardRequest
  | InquiryRequest
  | ReversalRequest
  | CaptureRequest
  | TabOpenRequest
  | TabChargeRequest
  | TabPostRequest
  | TabInquiryRequest
  | TabItemRefundRequest
  | EchoRequest
