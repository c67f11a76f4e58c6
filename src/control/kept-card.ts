import {
  type CardDetails,
  isJsonObject,
  type JsonObject,
  type KeptCard,
  Pan,
  type PaymentRequest,
  type Refusal,
  refusal,
  Secret,
  type TokenPaymentRequest,
} from '#domain'
import type { Parts } from './parts.ts'

/** A card as it goes to the journal: sealed for this merchant and this card alone. */
export function keepCard(
  { pan, expiry }: CardDetails,
  merchant: string,
  { vault }: Pick<Parts, 'vault'>,
): KeptCard {
  const panHash = vault.panHash(pan)
  const text = JSON.stringify({ pan: pan.reveal(), expiry })
  const sealedCard = vault.sealImage(new TextEncoder().encode(text), sealName(merchant, panHash))
  return { panHash, sealedCard }
}

/**
 * The request with the card that its token stands for, as if the merchant had sent that.
 *
 * @returns undefined when this merchant has no such token, for whatever cause
 */
export async function withKeptCard(
  request: TokenPaymentRequest,
  { store, vault }: Pick<Parts, 'store' | 'vault'>,
): Promise<PaymentRequest | undefined> {
  const { token, body, ...asked } = request
  const kept = await store.findCard(request.merchant, token)
  if (kept === undefined) return undefined
  const name = sealName(request.merchant, kept.panHash)
  const { pan, expiry } = cardIn(vault.openImage(kept.sealedCard, name))
  const { card, ...others } = body.reveal()
  const { token: _, ...said } = isJsonObject(card) ? card : {}
  const told: JsonObject = { ...others, card: { ...said, pan: pan.reveal(), expiry } }
  return { ...asked, pan, body: new Secret(told) }
}

/** The same of a token that never was, was forgotten, or is another merchant's. */
export function tokenUnknown(field: 'token' | 'card.token'): Refusal {
  return refusal('TOKEN_UNKNOWN', 'this merchant has no card under this token', field)
}

function cardIn(opened: Uint8Array): CardDetails {
  const { pan: digits, expiry } = JSON.parse(new TextDecoder().decode(opened))
  const pan = Pan.parse(digits)
  if (pan === undefined) throw new TypeError('what is kept under a token is no card')
  return { pan, expiry }
}

/** No payment is sealed under such a name: a merchant and an id have one slash between them. */
function sealName(merchant: string, panHash: Uint8Array): string {
  const hash = Array.from(panHash, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `card/${merchant}/${hash}`
}
