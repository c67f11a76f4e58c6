import { createSecretKey, hash, type KeyObject } from 'node:crypto'
import { encodeBase64url } from './base64url.ts'
import { CONTENT_KEY_BYTES, sealJwe, wrapContentKey } from './jwe.ts'
import { type Signer, signJws } from './jws.ts'

/** A merchant's side: signs requests and encrypts them to the gateway. */
export interface RequestSealer {
  seal(json: string): SealedRequest
}

export interface SealedRequest {
  /** Compact JWE, ASCII. */
  readonly token: Buffer
  /** Opens an answer that the gateway encrypts under the request's own key. */
  readonly contentKey: ContentKey
}

/** A content key and the name that both sides know it by: the hash of its encrypted-key part. */
export interface ContentKey {
  readonly kid: string
  readonly key: KeyObject
}

export interface RequestSealerOptions extends RecipientOptions {
  /** Thumbprint of the merchant's signing key, as registered. */
  readonly merchantKid: string
  readonly signer: Signer
}

interface RecipientOptions {
  /** The gateway's encryption key. */
  readonly gatewayKey: { readonly kid: string; readonly publicKey: KeyObject }
  /** How far one content key is used; the gateway's own bounds are wider (specs/envelope.md). */
  readonly reuse: ContentKeyReuse
  readonly clock: { elapsedMs(): number }
  readonly random: { bytes(count: number): Uint8Array }
}

export interface ContentKeyReuse {
  /** Messages; 1 takes a fresh key for each. */
  readonly messagesMax: number
  readonly minutesMax: number
}

/** Half of what a gateway takes by default, so that messages sent again count too. */
export const defaultContentKeyReuse: ContentKeyReuse = Object.freeze({
  messagesMax: 5_000,
  minutesMax: 20,
})

export function createRequestSealer(options: RequestSealerOptions): RequestSealer {
  const { merchantKid, signer, gatewayKey, random } = options
  const aud = gatewayKey.kid
  const jwsHeader = encodeBase64url(
    JSON.stringify({ alg: signer.algorithm, kid: merchantKid, aud }),
  )
  const jweHeader = encodeBase64url(
    JSON.stringify({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: gatewayKey.kid }),
  )
  const nextKey = contentKeySupply(options)

  return {
    seal(json) {
      const { encryptedKey, ...contentKey } = nextKey()
      const token = sealJwe(signJws(jwsHeader, json, signer), {
        header: jweHeader,
        encryptedKey,
        contentKey: contentKey.key,
        iv: random.bytes(12),
      })
      return { token, contentKey }
    },
  }
}

interface WrappedKey extends ContentKey {
  readonly encryptedKey: string
}

/** Gives the same key until its messages or minutes are used up. */
function contentKeySupply({ gatewayKey, reuse, clock, random }: RecipientOptions) {
  let current: WrappedKey | undefined
  let messages = 0
  let sinceMs = 0

  return (): WrappedKey => {
    const ageMs = clock.elapsedMs() - sinceMs
    const worn = messages >= reuse.messagesMax || ageMs >= reuse.minutesMax * 60_000
    if (current === undefined || worn) {
      const bytes = random.bytes(CONTENT_KEY_BYTES)
      const encryptedKey = wrapContentKey(bytes, gatewayKey.publicKey)
      const kid = hash('sha256', encryptedKey, 'base64url')
      current = { kid, key: createSecretKey(bytes), encryptedKey }
      messages = 0
      sinceMs = clock.elapsedMs()
    }
    messages++
    return current
  }
}
