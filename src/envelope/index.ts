/**
 * The sealed envelope around every message: JWE around JWS, both ways (specs/envelope.md).
 *
 * A leaf. The gateway's side runs in worker threads, so that the main thread sees tokens, JSON and
 * names but never a content key; a merchant's side is plain functions. It knows keys and merchants'
 * ids, and nothing of payments, sockets or what the JSON says.
 */
export { type AnswerOpener, createAnswerOpener } from './answer-opener.ts'
export { type EnvelopesOptions, openEnvelopes, type RunningEnvelopes } from './envelopes.ts'
export { EnvelopeError, type EnvelopeErrorCode } from './errors.ts'
export type { EnvelopeKeys, EnvelopeMerchant, GatewayKey } from './key-table.ts'
export {
  type CheckedKey,
  importPrivatePem,
  importPublicJwk,
  type KeyUse,
  publicJwkOf,
  type SignatureAlgorithm,
  thumbprintOf,
} from './keys.ts'
export { defaultEnvelopeLimits, type EnvelopeLimits } from './limits.ts'
export { createOpener, type OpenedToken, type Opener, type Reply } from './opener.ts'
export {
  type ContentKey,
  type ContentKeyReuse,
  createRequestSealer,
  defaultContentKeyReuse,
  type RequestSealer,
  type SealedRequest,
} from './request-sealer.ts'
export { jwkThumbprint, type PublicJwk } from './thumbprint.ts'
export type { OpenedResult } from './worker-line.ts'
