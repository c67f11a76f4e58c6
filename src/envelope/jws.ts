import { type KeyObject, sign, verify } from 'node:crypto'
import { asBuffer, decodeBase64url, encodeBase64url } from './base64url.ts'
import { derOfRaw, rawOfDer } from './ecdsa.ts'
import type { CheckedKey, SignatureAlgorithm } from './keys.ts'
import { forPss } from './rsa-padding.ts'

/** A compact JWS taken apart; nothing of it is proved. */
export interface JwsParts {
  /** As it stands in the token. */
  readonly header: string
  readonly payload: Buffer
  readonly signature: Buffer
  /** What was signed: header and payload as they stand in the token. */
  readonly signed: Buffer
}

/** @returns undefined unless there are three canonical parts */
export function splitJws(token: Uint8Array): JwsParts | undefined {
  const bytes = asBuffer(token)
  const text = bytes.toString('latin1')
  const payloadEnd = text.lastIndexOf('.')
  const headerEnd = text.indexOf('.')
  if (payloadEnd <= headerEnd) return undefined
  const payload = decodeBase64url(text.slice(headerEnd + 1, payloadEnd))
  const signature = decodeBase64url(text.slice(payloadEnd + 1))
  if (payload === undefined || signature === undefined) return undefined
  const header = text.slice(0, headerEnd)
  return { header, payload, signature, signed: bytes.subarray(0, payloadEnd) }
}

/** @param header encoded; @returns the compact JWS */
export function signJws(header: string, payload: Uint8Array | string, signer: Signer): string {
  const signed = `${header}.${encodeBase64url(payload)}`
  const bytes = Buffer.from(signed, 'latin1')
  const signature =
    signer.algorithm === 'ES256'
      ? rawOfDer(sign('sha256', bytes, signer.key))
      : sign('sha256', bytes, forPss(signer.key))
  return `${signed}.${encodeBase64url(signature)}`
}

export interface Signer {
  readonly algorithm: SignatureAlgorithm
  readonly key: KeyObject
}

/**
 * PS256 with a salt of exactly 32 bytes, or ES256; the signature must have its one right length.
 */
export function verifyJws(parts: JwsParts, checked: CheckedKey): boolean {
  const { signed, signature } = parts
  if (checked.algorithm === 'ES256') {
    const der = derOfRaw(signature)
    return der !== undefined && verify('sha256', signed, checked.key, der)
  }
  if (signature.length !== checked.modulusBytes) return false
  return verify('sha256', signed, forPss(checked.key), signature)
}
