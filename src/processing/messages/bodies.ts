import type { JsonObject, PinFormat, Refusal } from '#domain'

/**
 * The members of valid requests that this room's own rules read. Others reach the host by the
 * mapping alone, so that a new member needs a line of schema and a line of mapping, and no code.
 */
export interface RequestBody extends JsonObject {
  readonly merchant: string
  readonly id: string
  readonly time: string
}

export interface PaymentBody extends RequestBody {
  readonly terminal?: string
  readonly amount: AmountBody
  readonly acceptPartial?: boolean
  readonly card: CardBody
  readonly pin?: PinBody
  readonly threeDS?: JsonObject
  readonly initiator?: 'cardholder' | 'merchant'
  readonly storedCredential?: 'initial' | 'unscheduled' | 'recurring' | 'instalment'
}

export interface AmountBody extends JsonObject {
  readonly value: string
  readonly currency: string
}

interface CardBody extends JsonObject {
  readonly pan: string
  /** `YYMM`. */
  readonly expiry: string
  readonly entryMode: 'ecommerce' | 'stored' | 'moto' | 'manual' | 'terminal'
  readonly cvv2?: string
}

export interface PinBody extends JsonObject {
  readonly block: string
  readonly format: PinFormat
  readonly key: string
  readonly ksn?: string
}

/** What is asked about a card. */
export interface CardQuestionBody extends RequestBody {
  readonly terminal?: string
  readonly currency: string
  readonly card: CardBody
  readonly pin?: PinBody
}

/** What names a payment that was sent before: an inquiry, a reversal. */
export interface InquiryBody extends RequestBody {
  readonly payment: string
}

/** What names a payment and an amount: a capture, an increment, a refund. */
export interface AmountOfBody extends InquiryBody {
  readonly amount?: AmountBody
}

/**
 * A message kind's schema as a check: the body, typed, or the one refusal that says what is
 * wrong.
 */
export type ReadBody<Body> = (body: unknown) => Body | { readonly refused: Refusal }
