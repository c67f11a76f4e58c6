import { type MerchantRequest, type Refusal, refusal } from '#domain'
import { momentOf } from '../calendar.ts'
import type { RequestBody } from '../messages/bodies.ts'

/** The request's `time` in milliseconds since 1970, or a refusal when there is no such moment. */
export function timeOf({ time }: RequestBody): number | { readonly refused: Refusal } {
  const ms = momentOf(time)
  if (ms !== undefined) return ms
  return { refused: refusal('FIELD_INVALID', 'must be a moment that exists', 'time') }
}

/** A request that is not a repeat must have been written within `windowMs` of now, either way. */
export function freshnessRefusal(
  request: MerchantRequest,
  nowMs: number,
  windowMs: number,
): Refusal | undefined {
  if (Math.abs(request.sentAtMs - nowMs) <= windowMs) return undefined
  return refusal('TIME_OUTSIDE_WINDOW', 'must be close to the time of the gateway', 'time')
}
