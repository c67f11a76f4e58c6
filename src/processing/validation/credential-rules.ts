import { type Refusal, refusal } from '#domain'
import type { PaymentBody } from '../messages/bodies.ts'

/**
 * What the card schemes allow together of entry mode, initiator, stored-credential reason, CVV2 and
 * 3-D Secure (Visa and Mastercard stored-credential frameworks; PCI DSS 3.3.1 for the CVV2).
 */
export function credentialRefusal(body: CredentialBody): Refusal | undefined {
  const { card, initiator, storedCredential, threeDS } = body
  if (card.token !== undefined) {
    if (card.entryMode !== 'stored') return TOKEN_NOT_STORED
    if (initiator === undefined) return TOKEN_WITHOUT_INITIATOR
    if (storedCredential === undefined) return TOKEN_WITHOUT_REASON
  }
  if (card.entryMode === 'stored') {
    if (card.cvv2 !== undefined) return STORED_CVV2
    if (storedCredential === 'initial') return STORED_TWICE
  }
  if (threeDS !== undefined && card.entryMode !== 'ecommerce') return THREE_DS_ELSEWHERE
  if (initiator === 'merchant') {
    if (card.entryMode !== 'stored') return MERCHANT_WITHOUT_CARD
    if (storedCredential === undefined) return MERCHANT_WITHOUT_REASON
  }
  return undefined
}

type CredentialBody = Pick<PaymentBody, 'card' | 'initiator' | 'storedCredential' | 'threeDS'>

const TOKEN_NOT_STORED = refusal(
  'FIELD_INVALID',
  'what a token stands for is a stored card',
  'card.entryMode',
)
const TOKEN_WITHOUT_INITIATOR = refusal(
  'FIELD_MISSING',
  'with a token it is said who started the payment',
  'initiator',
)
const TOKEN_WITHOUT_REASON = refusal(
  'FIELD_MISSING',
  'with a token it is said why a stored card is used',
  'storedCredential',
)
const STORED_CVV2 = refusal(
  'FIELD_INVALID',
  'a verification value may not be kept with a stored card, so none can come with one',
  'card.cvv2',
)
const STORED_TWICE = refusal(
  'FIELD_INVALID',
  'a card that is stored already is not stored for the first time',
  'storedCredential',
)
const THREE_DS_ELSEWHERE = refusal(
  'FIELD_INVALID',
  '3-D Secure data come with entry mode ecommerce alone',
  'threeDS',
)
const MERCHANT_WITHOUT_CARD = refusal(
  'FIELD_INVALID',
  'what a merchant starts uses a stored card',
  'card.entryMode',
)
const MERCHANT_WITHOUT_REASON = refusal(
  'FIELD_MISSING',
  'what a merchant starts has a reason',
  'storedCredential',
)
