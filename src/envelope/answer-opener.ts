import { createSecretKey, type KeyObject } from 'node:crypto'
import { asBuffer, decodeBase64url } from './base64url.ts'
import { EnvelopeError } from './errors.ts'
import { ANSWER_JWE, ANSWER_JWS, createHeaderReader, type Header } from './headers.ts'
import { readIJson } from './ijson.ts'
import { type JweParts, openJwe, splitJwe, unwrapContentKey } from './jwe.ts'
import { splitJws, verifyJws } from './jws.ts'
import type { CheckedKey } from './keys.ts'
import { defaultEnvelopeLimits as limits } from './limits.ts'
import type { ContentKey } from './request-sealer.ts'

/** A merchant's side: decrypts the gateway's answers and verifies who made them and for whom. */
export interface AnswerOpener {
  /**
   * @param contentKey the key of the request that this answers
   * @returns the answer's JSON
   * @throws EnvelopeError `ANSWER_UNREADABLE`
   */
  open(token: Uint8Array, contentKey: ContentKey): string
}

export interface AnswerOpenerOptions {
  /** The gateway's signing keys (ES256) that the merchant trusts. */
  readonly gatewayKeys: readonly CheckedKey[]
  /** Thumbprint of the merchant's signing key: an answer must name it as its reader. */
  readonly merchantKid: string
  /**
   * The merchant's registered encryption key, when it has one; both forms of answer are then taken.
   */
  readonly decryptionKey?: CheckedKey
}

export function createAnswerOpener(options: AnswerOpenerOptions): AnswerOpener {
  const jweHeaders = createHeaderReader(ANSWER_JWE, limits.headerBytesMax)
  const jwsHeaders = createHeaderReader(ANSWER_JWS, limits.headerBytesMax)
  const signers = new Map(options.gatewayKeys.map((key) => [key.kid, key]))

  function plainOf(jwe: JweParts, header: Header, contentKey: ContentKey): Buffer | undefined {
    if (header.alg !== 'dir') {
      const key = registeredContentKey(jwe, header, options.decryptionKey)
      return key && openJwe(jwe, key)
    }
    if (header.kid !== contentKey.kid || jwe.encryptedKey !== '') return undefined
    return openJwe(jwe, contentKey.key)
  }

  function verifiedPayload(plain: Buffer): Buffer | undefined {
    const jws = splitJws(plain)
    const header = jws && jwsHeaders.read(jws.header)
    const signer = header && signers.get(header.kid)
    const meant = header?.aud === options.merchantKid && signer?.algorithm === header.alg
    return jws && signer && meant && verifyJws(jws, signer) ? jws.payload : undefined
  }

  return {
    open(token, contentKey) {
      const jwe = splitJwe(asBuffer(token).toString('latin1'))
      const header = jwe && jweHeaders.read(jwe.header)
      const plain = header && plainOf(jwe, header, contentKey)
      const payload = plain && verifiedPayload(plain)
      const read = payload && readIJson(payload, limits.json)
      if (read?.kind === 'sound') return read.text
      throw new EnvelopeError('ANSWER_UNREADABLE', 'not an answer of the gateway to this request')
    },
  }
}

function registeredContentKey(
  jwe: JweParts,
  header: Header,
  key: CheckedKey | undefined,
): KeyObject | undefined {
  const encrypted = decodeBase64url(jwe.encryptedKey)
  if (key?.kid !== header.kid || encrypted?.length !== key.modulusBytes) return undefined
  const unwrapped = unwrapContentKey(encrypted, key.key)
  return unwrapped && createSecretKey(unwrapped)
}
