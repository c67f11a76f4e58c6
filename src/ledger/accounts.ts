/** One account: of one merchant, in one currency, for one purpose. */
export interface Account {
  readonly merchant: string
  /** ISO 4217 alphabetic code. */
  readonly currency: string
  readonly purpose: Purpose
}

/** Which side an account's balance is on when all is well; `either` must come back to zero. */
export type Side = 'debit' | 'credit' | 'either'

/**
 * What an account is for, and its normal side. Every merchant has its own of each kind, also of the
 * gateway's income: so a merchant's statement is made of its accounts alone, no two merchants wait
 * for one row, and what the gateway has is the sum over a purpose.
 */
export const PURPOSES = Object.freeze({
  /** What the host owes for what it has taken from cards. */
  'host-settlement': 'debit',
  /** The merchant's, and not to be paid out yet. */
  pending: 'credit',
  /** The merchant's, to be paid out. */
  available: 'credit',
  /** The merchant's, held back for what may come. */
  reserve: 'credit',
  /** What the merchant owes, because it has given back more than it had. */
  negative: 'debit',
  /** The gateway's income. */
  fee: 'credit',
  /** Owed on for interchange and the schemes. */
  schemes: 'credit',
  /** A platform's share. */
  platform: 'credit',
  /** A creator's share. */
  creator: 'credit',
  /** What holders of wallets have in them. */
  'wallet-float': 'credit',
  /** What tabs have come to and is not captured yet. */
  tab: 'debit',
  /** What parts of a minor unit have come to. */
  rounding: 'either',
  /** What nobody knows yet whose it is. */
  suspense: 'either',
} satisfies Readonly<Record<string, Side>>)

export type Purpose = keyof typeof PURPOSES

export function isPurpose(text: string): text is Purpose {
  return Object.hasOwn(PURPOSES, text)
}

/** No two accounts have the same, whatever the merchant is called: a purpose has no slash. */
export function accountName({ merchant, currency, purpose }: Account): string {
  return `${currency}/${purpose}/${merchant}`
}

/**
 * A balance as people read it: above zero on the account's normal side.
 *
 * @param minor debits less credits, in minor units
 */
export function normalBalance(purpose: Purpose, minor: bigint): bigint {
  return PURPOSES[purpose] === 'credit' ? -minor : minor
}
