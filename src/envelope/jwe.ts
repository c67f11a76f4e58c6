import {
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { forOaep } from './rsa-padding.ts'

export const CONTENT_KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

/** A compact JWE taken apart; nothing of it is proved. */
export interface JweParts {
  /** The parts as they stand in the token. */
  readonly header: string
  readonly encryptedKey: string
  readonly iv: Buffer
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

/**
 * @returns undefined unless there are five parts, canonical, with an IV of 96 and a tag of 128 bits
 */
export function splitJwe(token: string): JweParts | undefined {
  const parts = token.split('.', 6)
  if (parts.length !== 5) return undefined
  const [header = '', encryptedKey = '', ...encoded] = parts
  const [iv, ciphertext, tag] = encoded.map(decodeBase64url)
  if (iv?.length !== IV_BYTES || tag?.length !== TAG_BYTES || !ciphertext?.length) return undefined
  return { header, encryptedKey, iv, ciphertext, tag }
}

/** Encrypt under a content key: AES-256-GCM with the encoded header as additional data. */
export function sealJwe(plain: string, how: JweSealing): Buffer {
  const cipher = createCipheriv('aes-256-gcm', how.contentKey, how.iv, GCM)
  cipher.setAAD(Buffer.from(how.header, 'latin1'))
  const ciphertext = encodeBase64url(cipher.update(plain, 'latin1'))
  cipher.final()
  const tag = encodeBase64url(cipher.getAuthTag())
  const head = `${how.header}.${how.encryptedKey}.${encodeBase64url(how.iv)}`
  return Buffer.from(`${head}.${ciphertext}.${tag}`, 'latin1')
}

export interface JweSealing {
  /** Encoded. */
  readonly header: string
  /** Encoded; empty when the key is agreed (`dir`). */
  readonly encryptedKey: string
  readonly contentKey: KeyObject
  /** 12 bytes, never used with this key before. */
  readonly iv: Uint8Array
}

/** @returns the plaintext, or undefined when it was not encrypted with `contentKey` just so */
export function openJwe(parts: JweParts, contentKey: KeyObject): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', contentKey, parts.iv, GCM)
  decipher.setAAD(Buffer.from(parts.header, 'latin1'))
  decipher.setAuthTag(parts.tag)
  const plain = decipher.update(parts.ciphertext)
  try {
    decipher.final()
    return plain
  } catch {
    return undefined
  }
}

export function wrapContentKey(contentKey: Uint8Array, recipient: KeyObject): string {
  return encodeBase64url(publicEncrypt(forOaep(recipient), contentKey))
}

/**
 * @returns undefined when it does not unwrap to 256 bits; callers must not let that show (RFC 7516
 * section 11.5)
 */
export function unwrapContentKey(encrypted: Buffer, owner: KeyObject): Buffer | undefined {
  try {
    const contentKey = privateDecrypt(forOaep(owner), encrypted)
    return contentKey.length === CONTENT_KEY_BYTES ? contentKey : undefined
  } catch {
    return undefined
  }
}

const GCM = { authTagLength: TAG_BYTES }
