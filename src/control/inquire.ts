import { type CaptureRequest, type InquiryRequest, refusal } from '#domain'
import { type Conducted, reversedUnseen } from './authorize.ts'
import type { Parts } from './parts.ts'

/**
 * Tell a merchant how one of its own payments stands. Nothing goes to the host, nothing changes.
 */
export async function inquire(request: InquiryRequest, parts: Parts): Promise<Conducted> {
  const payment = await parts.store.find(request.merchant, request.payment)
  return payment ? { kind: 'payment', payment } : unseen(request, parts)
}

/** Refuse what names a payment that has not come, or must not. */
export async function unseen(
  { merchant, payment: id }: InquiryRequest | CaptureRequest,
  parts: Parts,
): Promise<Conducted> {
  if (await parts.store.isReversedUnseen(merchant, id)) {
    return { kind: 'refused', refusal: reversedUnseen('payment') }
  }
  const reason = 'this merchant has no payment with this id'
  return { kind: 'refused', refusal: refusal('PAYMENT_NOT_FOUND', reason, 'payment') }
}
