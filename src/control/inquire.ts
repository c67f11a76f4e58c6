import type { CaptureRequest, FollowUpRequest, InquiryRequest } from '#domain'
import { type Conducted, neverSeen, reversedUnseen } from './exchange.ts'
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
  { merchant, payment: id }: InquiryRequest | CaptureRequest | FollowUpRequest,
  parts: Parts,
): Promise<Conducted> {
  if (await parts.store.isReversedUnseen(merchant, id)) {
    return { kind: 'refused', refusal: reversedUnseen('payment') }
  }
  return { kind: 'refused', refusal: neverSeen() }
}
