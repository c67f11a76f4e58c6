import { Pan, type PaymentRequest, type Refusal, refusal } from '#domain'
import { utcStamp } from '#iso8583'
import type { CardBody } from '../messages/bodies.ts'

/** The card number, or a refusal when its check digit is wrong. */
export function panOf({ pan: digits = '' }: NumberIn): Pan | { readonly refused: Refusal } {
  const pan = Pan.parse(digits)
  if (pan) return pan
  return { refused: refusal('FIELD_INVALID', 'must end in a Luhn check digit', 'card.pan') }
}

/**
 * A card is good to the end of its last month, in whatever time zone that ends last.
 *
 * The century is 2000 (ISO 8583 DE14 has two digits of the year).
 */
export function expiryRefusal({ expiry = '' }: ExpiryIn, nowMs: number): Refusal | undefined {
  const month = utcStamp(nowMs - LAST_ZONE_MS).slice(2, 6)
  if (expiry >= month) return undefined
  return refusal('CARD_EXPIRED', 'this month is past', 'card.expiry')
}

/** Numbers that only a sandbox takes are no cards where money is real. */
export function sandboxRefusal(
  { pan }: Pick<PaymentRequest, 'pan'>,
  sandboxPans: ReadonlySet<string>,
): Refusal | undefined {
  if (sandboxPans.size === 0 || !sandboxPans.has(pan.reveal())) return undefined
  return refusal('SANDBOX_CARD', 'this is a card of the sandbox', 'card.pan')
}

type NumberIn = Pick<CardBody, 'pan'>
type ExpiryIn = Pick<CardBody, 'expiry'>

/** The date line's far side, UTC-12, is where a month ends last. */
const LAST_ZONE_MS = 12 * 3_600_000
