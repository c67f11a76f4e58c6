import type { FeePlan } from './fee-plan.ts'

/** A public key of a merchant, as a JWK (RFC 7517) with its RFC 7638 thumbprint as `kid`. */
export interface MerchantKey {
  readonly kid: string
  /** `sig`: verifies what the merchant signs. `enc`: seals what the merchant is told. */
  readonly use: 'sig' | 'enc'
  readonly jwk: Readonly<Record<string, string>>
}

/**
 * The one record of a merchant: it feeds the host's acceptor fields, the journal and the envelope
 * alike (G16).
 */
export interface Merchant {
  /** 1 to 32 of `A-Z a-z 0-9 . _ -`. */
  readonly id: string
  /** Trading name; DE43 carries it with city and country. */
  readonly name: string
  readonly city: string
  /** ISO 3166-1 alpha-2, e.g. `US`. */
  readonly country: string
  /** Card acceptor identification code, DE42: up to 15 characters. */
  readonly acceptorId: string
  /**
   * Card acceptor terminals, DE41: 8 characters each; the first is used when a request names none.
   */
  readonly terminals: readonly string[]
  /** Merchant category code (ISO 18245), DE18: 4 digits. */
  readonly categoryCode: string
  /** ISO 4217 alphabetic codes that the merchant may be paid in. */
  readonly currencies: readonly string[]
  readonly keys: readonly MerchantKey[]
  /**
   * How answers are encrypted: to the merchant's `enc` key, or directly (`dir`) under the content
   * key of the request that is answered.
   */
  readonly answerEncryption: 'registered-key' | 'request-key'
  /** What it pays, and who has a share in its payments; none: nothing, and nobody. */
  readonly feePlan?: FeePlan
  readonly active: boolean
}
