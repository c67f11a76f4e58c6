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

/** Number and expiry date, or the token that brings them. */
export interface CardBody extends JsonObject {
  readonly pan?: string
  /** `YYMM`. */
  readonly expiry?: string
  readonly token?: string
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

export interface CardRegisterBody extends RequestBody {
  readonly card: JsonObject & { readonly pan: string; readonly expiry: string }
}

export interface CardForgetBody extends RequestBody {
  readonly token: string
}

/** What names a payment that was sent before: an inquiry, a reversal. */
export interface InquiryBody extends RequestBody {
  readonly payment: string
}

/** What names a payment and an amount: a capture, an increment, a refund. */
export interface AmountOfBody extends InquiryBody {
  readonly amount?: AmountBody
}

/** What opens a tab. */
export interface TabOpenBody extends RequestBody {
  readonly payment: string
  readonly consent: {
    readonly reference: string
    readonly maximum: AmountBody
    readonly until: string
  }
  readonly posting?: {
    readonly threshold?: string
    readonly charges?: number
    readonly afterSeconds?: number
    readonly dayEnd?: boolean
  }
  readonly increment?: string
  readonly rate?: { readonly unit: 'second' | 'kilobyte'; readonly value: string }
}

/** What names a tab: to post it, or to ask about it. */
export interface TabBody extends RequestBody {
  readonly tab: string
}

export interface TabInquiryBody extends TabBody {
  readonly after?: number
}

export interface TabRefundBody extends TabBody {
  readonly charge: string
}

export interface TabChargeBody extends TabBody {
  readonly charges: readonly ChargeBody[]
}

export interface ChargeBody extends JsonObject {
  readonly id: string
  readonly amount?: string
  readonly quantity?: number
  readonly item?: string
}

/**
 * A message kind's schema as a check: the body, typed, or the one refusal that says what is
 * wrong.
 */
export type ReadBody<Body> = (body: unknown) => Body | { readonly refused: Refusal }
