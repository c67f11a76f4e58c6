import { createPrivateKey, createPublicKey } from 'node:crypto'
import {
  type ContentKey,
  createRequestSealer,
  defaultContentKeyReuse,
  type RequestSealer,
  type SignatureAlgorithm,
} from '#envelope'
import { createSystemClock, createSystemRandom } from '#platform'
import { MERCHANT_HEADER } from '../rig/frames.ts'

/**
 * Whether one content key carries many messages, as the SDK does by default, or each has its own.
 */
export type KeyUse = 'reused' | 'fresh'

/** A merchant of a bench, with all that it needs to seal and to believe an answer. */
export interface Identity {
  /** Its id. */
  readonly merchant: string
  readonly merchantKid: string
  readonly signingPem: string
  readonly algorithm: SignatureAlgorithm
  readonly gatewayKid: string
  /** The gateway's encryption key. */
  readonly gatewayPem: string
  /** The gateway's signing key. */
  readonly gatewaySigningJwk: Readonly<Record<string, string>>
}

export interface SealOrder {
  readonly identity: Identity
  readonly keys: KeyUse
  readonly requests: readonly Request[]
}

export interface Request {
  /** Correlation number of its frame. */
  readonly number: number
  /** The payment's. */
  readonly id: string
  readonly json: string
}

/** A request ready to be written to the merchants' line, and what opens its answer. */
export interface SealedRequest {
  readonly number: number
  readonly id: string
  readonly frame: Uint8Array
  readonly contentKey: ContentKey
}

/** Seal with the SDK's sealer, frame header included. */
export function sealRequests({ identity, keys, requests }: SealOrder): SealedRequest[] {
  const sealer = createSealer(identity, keys)
  return requests.map(({ number, id, json }) => {
    const { token, contentKey } = sealer.seal(json)
    const frame = Buffer.allocUnsafeSlow(MERCHANT_HEADER.bytes + token.length)
    frame.writeUInt32BE(4 + token.length, 0)
    frame.writeUInt32BE(number, 4)
    frame.set(token, MERCHANT_HEADER.bytes)
    return { number, id, frame, contentKey: { kid: contentKey.kid, key: contentKey.key } }
  })
}

export function createSealer(identity: Identity, keys: KeyUse): RequestSealer {
  return createRequestSealer({
    merchantKid: identity.merchantKid,
    signer: { algorithm: identity.algorithm, key: createPrivateKey(identity.signingPem) },
    gatewayKey: { kid: identity.gatewayKid, publicKey: createPublicKey(identity.gatewayPem) },
    reuse: keys === 'reused' ? defaultContentKeyReuse : { messagesMax: 1, minutesMax: 1 },
    clock: createSystemClock(),
    random: createSystemRandom(),
  })
}
