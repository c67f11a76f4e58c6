import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import type { Random } from '#platform'
import { KeyringError } from './errors.ts'

/**
 * Wraps and unwraps keys under the master key: AES-256-GCM, the key's name and purpose bound as
 * data.
 */
export interface Wrapping {
  /** @returns IV, tag and ciphertext, base64url */
  wrap(secret: Uint8Array, name: string): string
  /** @throws KeyringError `MASTER_KEY_WRONG` when the master key or the name is another */
  unwrap(wrapped: string, name: string): Buffer
}

export const MASTER_KEY_BYTES = 32

/** @throws KeyringError `MASTER_KEY_MALFORMED` */
export function createWrapping(masterKey: Uint8Array, random: Random): Wrapping {
  if (masterKey.byteLength !== MASTER_KEY_BYTES) {
    throw new KeyringError('MASTER_KEY_MALFORMED', `a master key is of ${MASTER_KEY_BYTES} bytes`)
  }
  const key = createSecretKey(masterKey)
  return {
    wrap(secret, name) {
      const iv = random.bytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, iv, GCM).setAAD(Buffer.from(name))
      const body = Buffer.concat([cipher.update(secret), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
    },
    unwrap: (wrapped, name) => unwrap(key, Buffer.from(wrapped, 'base64url'), name),
  }
}

function unwrap(key: KeyObject, wrapped: Buffer, name: string): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, IV_BYTES), GCM)
      .setAAD(Buffer.from(name))
      .setAuthTag(wrapped.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    return Buffer.concat([
      decipher.update(wrapped.subarray(IV_BYTES + TAG_BYTES)),
      decipher.final(),
    ])
  } catch {
    const message = 'a key does not open under this master key, or the key ring was altered'
    throw new KeyringError('MASTER_KEY_WRONG', message)
  }
}

const IV_BYTES = 12
const TAG_BYTES = 16
// Without it Node accepts tags of four bytes.
const GCM = { authTagLength: TAG_BYTES }
