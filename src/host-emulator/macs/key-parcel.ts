import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { blockCipher, keyCheckValue } from './mac-code.ts'
import type { MacDocument } from './mac-document.ts'

/** Packs working keys under the key-encrypting key that host and gateway share. */
export interface KeyParcels {
  /** A fresh key, and what carries it, check value behind it, in upper-case hexadecimal. */
  make(): { readonly key: Uint8Array; readonly parcel: string }
  /** Undefined for what holds no key of this kind. */
  open(parcel: string): Uint8Array | undefined
}

type Kind = Pick<MacDocument, 'cipher' | 'keyBytes' | 'keys'>

export function createKeyParcels(kind: Kind, keyEncryptingKey: Uint8Array): KeyParcels {
  const { cipher, keyBytes, keys } = kind
  const { wrap, unwrap } =
    keys.wrapping === 'aes-wrap' ? aesWrap(keyEncryptingKey) : blockwise(keyEncryptingKey)
  const checkOf = (key: Uint8Array): string =>
    keyCheckValue(cipher, key).slice(0, 2 * keys.checkBytes)
  return {
    make() {
      const key = randomBytes(keyBytes)
      return { key, parcel: `${wrap(key).toString('hex').toUpperCase()}${checkOf(key)}` }
    },
    open(parcel) {
      const end = parcel.length - 2 * keys.checkBytes
      const key = unwrap(Buffer.from(parcel.slice(0, end), 'hex'))
      return key?.length === keyBytes && checkOf(key) === parcel.slice(end) ? key : undefined
    },
  }
}

interface Wrap {
  wrap(key: Uint8Array): Buffer
  unwrap(wrapped: Uint8Array): Buffer | undefined
}

function blockwise(keyEncryptingKey: Uint8Array): Wrap {
  const { encrypt, decrypt } = blockCipher('tdes', keyEncryptingKey)
  return { wrap: encrypt, unwrap: (it) => (it.length % 8 === 0 ? decrypt(it) : undefined) }
}

/** RFC 3394, with the initial value of its section 2.2.3.1. */
function aesWrap(keyEncryptingKey: Uint8Array): Wrap {
  const name = `id-aes${keyEncryptingKey.length * 8}-wrap`
  const initial = Buffer.alloc(8, 0xa6)
  return {
    wrap: (key) => createCipheriv(name, keyEncryptingKey, initial).update(key),
    unwrap(wrapped) {
      try {
        return createDecipheriv(name, keyEncryptingKey, initial).update(wrapped)
      } catch {
        return undefined
      }
    },
  }
}
