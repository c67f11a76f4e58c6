import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import { createBlockCipher } from './block-cipher.ts'

/**
 * How a host encrypts a working key under the key-encrypting key: block by block with triple DES,
 * or as RFC 3394 wraps keys with AES.
 */
export type KeyWrapping = 'tdes-ecb' | 'aes-wrap'

/** What the key-encrypting key is of. */
export const CIPHER_OF = { 'tdes-ecb': 'tdes', 'aes-wrap': 'aes' } as const

/** Takes working keys to a host and from it. */
export interface KeyTransport {
  wrap(key: Uint8Array): Buffer
  /** Undefined for what certainly is no key; triple DES makes a key of anything. */
  unwrap(cryptogram: Uint8Array): Buffer | undefined
}

export function createKeyTransport(
  wrapping: KeyWrapping,
  keyEncryptingKey: Uint8Array,
): KeyTransport {
  return wrapping === 'tdes-ecb' ? blockByBlock(keyEncryptingKey) : wrapped(keyEncryptingKey)
}

function blockByBlock(keyEncryptingKey: Uint8Array): KeyTransport {
  const cipher = createBlockCipher('tdes', keyEncryptingKey)
  return {
    wrap: (key) => cipher.encrypt(key),
    unwrap: (cryptogram) =>
      cryptogram.byteLength % cipher.blockBytes === 0 ? cipher.decrypt(cryptogram) : undefined,
  }
}

function wrapped(keyEncryptingKey: Uint8Array): KeyTransport {
  const name = `id-aes${8 * keyEncryptingKey.byteLength}-wrap`
  const secret = createSecretKey(keyEncryptingKey)
  return {
    wrap: (key) => createCipheriv(name, secret, INITIAL_VALUE).update(key),
    unwrap(cryptogram) {
      if (cryptogram.byteLength < WRAPPED_BYTES_MIN) return undefined
      try {
        return createDecipheriv(name, secret, INITIAL_VALUE).update(cryptogram)
      } catch {
        return undefined
      }
    },
  }
}

/** The shortest key that RFC 3394 wraps has two halves of 8 bytes, and grows by one. */
const WRAPPED_BYTES_MIN = 24

/** RFC 3394 section 2.2.3.1. */
const INITIAL_VALUE = Buffer.alloc(8, 0xa6)
