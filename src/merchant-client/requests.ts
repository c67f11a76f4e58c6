import { timeText } from './system.ts'

/** What a merchant says of a card payment; specs/protocol.md has every member, type and limit. */
export interface PaymentInput {
  /** The merchant's idempotency key: the same id never makes a second payment. */
  readonly id: string
  readonly terminal?: string
  readonly amount: AmountInput
  readonly acceptPartial?: boolean
  readonly card: CardInput | TokenInput
  /** The PIN as the terminal has encrypted it, which goes with entry mode `terminal` alone. */
  readonly pin?: PinInput
  readonly address?: AddressInput
  readonly threeDS?: {
    readonly eci: string
    readonly cavv?: string
    readonly transactionId?: string
  }
  readonly initiator?: 'cardholder' | 'merchant'
  readonly storedCredential?: 'initial' | 'unscheduled' | 'recurring' | 'instalment'
}

/** A card as the merchant came by it. */
export interface CardInput {
  readonly pan: string
  /** `YYMM`. */
  readonly expiry: string
  readonly entryMode: 'ecommerce' | 'stored' | 'moto' | 'manual' | 'terminal'
  readonly cvv2?: string
}

export interface PinInput {
  /** Upper-case hexadecimal. */
  readonly block: string
  readonly format: 'iso-0' | 'iso-3' | 'iso-4'
  readonly key: string
  /** Key serial number, where the terminal derives a key for each PIN (DUKPT). */
  readonly ksn?: string
}

export interface AddressInput {
  readonly street?: string
  readonly postcode?: string
}

/** What a merchant asks about a card with. */
export interface CardQuestionInput {
  readonly terminal?: string
  /** ISO 4217 alphabetic code, one that the merchant is paid in. */
  readonly currency: string
  readonly card: CardInput
}

/** A card that was registered; the payment says `initiator` and `storedCredential` too. */
export interface TokenInput {
  readonly token: string
  readonly entryMode: 'stored'
}

/** A card to keep for later payments. */
export interface CardRegistrationInput {
  /** Its own idempotency key: the same id never registers another card. */
  readonly id: string
  readonly card: Pick<CardInput, 'pan' | 'expiry'>
}

/** What a merchant says of an increment or a refund. */
export interface FollowUpInput {
  /** Its own idempotency key: the same id never makes a second one. */
  readonly id: string
  /** The id of the payment that it follows up. */
  readonly payment: string
  /** All that is left to give back, when absent. */
  readonly amount?: AmountInput
}

/** What a merchant says of a tab that it opens. */
export interface TabInput {
  /** The tab's own idempotency key. */
  readonly id: string
  /** The id of the authorization that holds the money. */
  readonly payment: string
  readonly consent: {
    /** Where the merchant keeps the proof that the holder has agreed. */
    readonly reference: string
    readonly maximum: AmountInput
    /** RFC 3339 in UTC: nothing is charged from then on. */
    readonly until: string
  }
  readonly posting?: {
    /** Whole minor units. */
    readonly threshold?: string
    readonly charges?: number
    readonly afterSeconds?: number
    readonly dayEnd?: boolean
  }
  /** By how much more is held before it runs out, in whole minor units. */
  readonly increment?: string
  readonly rate?: { readonly unit: 'second' | 'kilobyte'; readonly value: string }
}

/** One charge: what it costs, in minor units with up to four decimals, or so many units. */
export interface ChargeInput {
  /** The charge's own key, unique on its tab. */
  readonly id: string
  readonly amount?: string
  readonly quantity?: number
  readonly item?: string
}

/** An amount in minor units, e.g. `{ value: '1250', currency: 'USD' }`. */
export interface AmountInput {
  readonly value: string
  readonly currency: string
}

/** The members that every request begins with. */
export interface RequestHead {
  readonly type:
    | 'payment.sale'
    | 'payment.authorize'
    | 'payment.inquire'
    | 'payment.reverse'
    | 'payment.capture'
    | 'payment.increment'
    | 'payment.refund'
    | 'card.verify'
    | 'card.balance'
    | 'card.register'
    | 'card.forget'
    | 'tab.open'
    | 'tab.charge'
    | 'tab.post'
    | 'tab.inquire'
    | 'tab.refund'
    | 'echo'
  readonly id: string
  readonly merchant: string
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

/** One request as JSON text. */
export function requestJson(head: RequestHead, body: object = {}): string {
  const { type, id, merchant, nowMs } = head
  return JSON.stringify({ type, id, merchant, time: timeText(nowMs), ...body })
}
