import { type InquiryRequest, refusal } from '#domain'
import { type Conducted, reversedUnseen } from './authorize.ts'
import type { Parts } from './parts.ts'

/**
 * Tell a merchant how one of its own payments stands. Nothing goes to the host, nothing changes.
 */
export async function inquire(request: InquiryRequest, parts: Parts): Promise<Conducted> {
  const { merchant, payment: id } = request
  const payment = await parts.store.find(merchant, id)
  if (payment) return { kind: 'payment', payment }
  if (await parts.store.isReversedUnseen(merchant, id)) {
    return { kind: 'refused', refusal: reversedUnseen('payment') }
  }
  const reason = 'this merchant has no payment with this id'
  return { kind: 'refused', refusal: refusal('PAYMENT_NOT_FOUND', reason, 'payment') }
}
