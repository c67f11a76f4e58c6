import {
  type Currency,
  currencyOf,
  type Merchant,
  type Money,
  money,
  type Refusal,
  refusal,
} from '#domain'
import type { AmountBody } from '../messages/bodies.ts'

/** The amount asked for, or a refusal when ISO 4217 has no such currency. */
export function amountOf(amount: AmountBody): Money | { readonly refused: Refusal } {
  const currency = currencyOf(amount.currency)
  if (currency) return money(BigInt(amount.value), currency)
  const reason = 'must be an ISO 4217 alphabetic code in use'
  return { refused: refusal('FIELD_INVALID', reason, 'amount.currency') }
}

/** A merchant is paid in the currencies of its record alone. */
export function currencyRefusal(
  currency: Currency,
  merchant: Merchant,
  field: 'amount.currency' | 'currency',
): Refusal | undefined {
  if (merchant.currencies.includes(currency.code)) return undefined
  const reason = 'this merchant is not paid in this currency'
  return refusal('CURRENCY_NOT_ACCEPTED', reason, field)
}
