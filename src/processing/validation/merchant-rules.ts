import { type Merchant, type Refusal, refusal } from '#domain'
import type { RequestBody } from '../messages/bodies.ts'

/** Who asks must be who signed, and allowed to. */
export function senderRefusal(body: RequestBody, merchant: Merchant): Refusal | undefined {
  if (body.merchant !== merchant.id) return MISMATCH
  return merchant.active ? undefined : INACTIVE
}

/** A payment is taken at a terminal of the merchant's record. */
export function terminalRefusal(terminal: string, merchant: Merchant): Refusal | undefined {
  if (merchant.terminals.includes(terminal)) return undefined
  return refusal('TERMINAL_UNKNOWN', 'this merchant has no such terminal', 'terminal')
}

const MISMATCH = refusal(
  'MERCHANT_MISMATCH',
  'the request names another merchant than the one whose key signed it',
  'merchant',
)
const INACTIVE = refusal('MERCHANT_INACTIVE', 'this merchant may not send requests now')
