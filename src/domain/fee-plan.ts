/**
 * What a merchant pays for its payments, and who else has a share in them: data, as a file of
 * specs/fees says it (specs/fee-plan.schema.json, specs/ledger.md).
 */
export interface FeePlan {
  /** For people, e.g. `blended`. */
  readonly name: string
  /** The earliest first; each is in force until the next one begins. */
  readonly versions: readonly FeeVersion[]
}

export interface FeeVersion {
  /** The first business date on which it is in force, `YYYY-MM-DD`. */
  readonly from: string
  /** By ISO 4217 alphabetic code: an amount in minor units means nothing without one. */
  readonly currencies: Readonly<Record<string, FeeTerms>>
}

/** The terms of one currency. */
export interface FeeTerms {
  readonly fees: readonly Fee[]
  /**
   * No more than so much of the amount is charged, in hundredths of a per cent; 10,000, if absent.
   */
  readonly ceilingBasisPoints?: number
  readonly shares?: Shares
}

/** One fee: what is fixed and what goes by the amount, within its bounds. */
export interface Fee {
  readonly name: string
  /** Whose it is: `schemes` are paid on by the gateway, for interchange and the network. */
  readonly payee: 'gateway' | 'schemes'
  /** What it is charged for: a payment of its own, or what a tab has come to; either, if absent. */
  readonly per?: Chargeable
  readonly fixedMinor?: number
  /** Of the whole amount, in hundredths of a per cent. */
  readonly basisPoints?: number
  /** Of the part of the amount from one tier to the next; the first is from 0. */
  readonly tiers?: readonly Tier[]
  readonly minimumMinor?: number
  readonly maximumMinor?: number
}

export interface Tier {
  readonly fromMinor: number
  readonly basisPoints: number
}

/** What is charged for. */
export type Chargeable = 'payment' | 'tab'

/** Who has a share. */
export interface Shares {
  /**
   * `net`: of the amount less all fees, and what nobody has a share in is the merchant's. `fee`: of
   * the gateway's fees, and what nobody else has a share in stays with the gateway.
   */
  readonly of: 'net' | 'fee'
  /** In hundredths of a per cent; together 10,000 at most. */
  readonly basisPoints: Readonly<Partial<Record<Sharer, number>>>
}

export type Sharer = 'gateway' | 'platform' | 'creator'
