import {
  type FollowUpObstacle,
  type Payment,
  type PaymentOperation,
  type Refusal,
  refusal,
} from '#domain'
import { STATE_WORDS } from './state-words.ts'

/** Why a payment is not increased or refunded, for its merchant. */
export function followUpRefusal(
  operation: PaymentOperation,
  { why, original }: { readonly why: FollowUpObstacle; readonly original: Payment },
): Refusal {
  const isRefund = operation === 'payment.refund'
  const code = isRefund ? 'REFUND_NOT_ALLOWED' : 'INCREMENT_NOT_ALLOWED'
  switch (why) {
    case 'state': {
      const done = isRefund ? 'refunded' : 'increased'
      const reason = `a payment ${STATE_WORDS[original.state]} is not ${done}`
      return refusal(code, reason, 'payment')
    }
    case 'no-authorization':
      return refusal(code, 'a sale is taken already: there is no hold to increase', 'payment')
    case 'no-payment':
      return refusal(code, 'a refund or an increment is not followed up itself', 'payment')
    case 'other-currency':
      return refusal('FIELD_INVALID', 'must be the currency of the payment', 'amount.currency')
    case 'more-than-left':
      return refusal(code, 'no more than was taken and is not refunded yet', 'amount.value')
    case 'too-much':
      return refusal(code, 'no more than 12 digits in all', 'amount.value')
  }
}
