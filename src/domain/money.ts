import type { Currency } from './currency.ts'

/**
 * An amount in whole minor units of one currency: 12.50 US dollars is `{ minor: 1250n, currency:
 * USD }`.
 */
export interface Money {
  readonly minor: bigint
  readonly currency: Currency
}

/** The most that an ISO 8583 amount element (n 12) can hold, in minor units. */
export const AMOUNT_MINOR_MAX = 999_999_999_999n

/** @throws RangeError when `minor` is negative or does not fit an n 12 element. */
export function money(minor: bigint, currency: Currency): Money {
  if (minor < 0n || minor > AMOUNT_MINOR_MAX) throw new RangeError('amount outside 0..10^12-1')
  return { minor, currency }
}

/** For people: `USD 12.50`, `JPY 1250`, `KWD 1.250`; `USD -0.05` of what is owed. */
export function moneyText({ minor, currency }: Money): string {
  const { code, exponent } = currency
  if (exponent === 0) return `${code} ${minor}`
  const [sign, absolute] = minor < 0n ? ['-', -minor] : ['', minor]
  const digits = absolute.toString().padStart(exponent + 1, '0')
  return `${code} ${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}
