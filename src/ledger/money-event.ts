import type { Chargeable, FeeTerms, Money } from '#domain'
import type { Parts } from './division.ts'
import type { Entry } from './posting-set.ts'

/** Something that has happened to a merchant's money. */
export type MoneyEvent = Taking | Unwinding | Retaking | Shift | Correction

/** A card's money is the merchant's now: a sale was approved, or an authorization captured. */
export interface Taking extends OfMerchant {
  readonly kind: 'sold' | 'captured'
  readonly amount: Money
  /** What it is charged as; `payment`, if absent. */
  readonly per?: Chargeable
}

/** Money goes back to the card: what was taken is refunded, or reversed as if it had never been. */
export interface Unwinding extends OfMerchant {
  readonly kind: 'refunded' | 'reversed'
  /**
   * No more than was taken and is not given back yet, which is what goes back when it is absent.
   */
  readonly amount?: Money
}

/** A refund is reversed: what it gave back is taken again. */
export interface Retaking extends OfMerchant {
  readonly kind: 'refund-reversed'
}

/** Money of the merchant becomes available, or is held back, or is not any more. */
export interface Shift extends OfMerchant {
  readonly kind: 'available' | 'reserved' | 'released'
  readonly amount: Money
}

/** An earlier set was wrong: its mirror is posted, and it stays where it is. */
export interface Correction extends OfMerchant {
  readonly kind: 'corrected'
  readonly wrong: readonly Entry[]
}

interface OfMerchant {
  readonly merchant: string
}

export type MoneyEventKind = MoneyEvent['kind']

/** What else decides how an event is posted; each is asked for only where it does. */
export interface PostingTerms {
  /** For takings: the merchant's fees and shares on the day. */
  fees(): FeeTerms | undefined
  /**
   * For unwindings: what was posted for the payment so far. For retakings: for the refund alone.
   */
  posted(): Posted
  /** For unwindings and shifts: what the merchant has in the event's currency. */
  funds(): Funds
}

/** What was posted for one payment, in its currency. */
export interface Posted {
  readonly currency: string
  readonly taken: Parts
  readonly unwound: Parts
}

/** Balances of a merchant on their normal sides, minor units. */
export type Funds = Readonly<Record<'pending' | 'available' | 'reserve' | 'negative', bigint>>
