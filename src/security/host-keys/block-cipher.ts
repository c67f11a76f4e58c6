import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type Decipheriv,
} from 'node:crypto'

/** The block ciphers of hosts: `des` has one key of 8 bytes, `tdes` two or three of them. */
export type CipherName = 'des' | 'tdes' | 'aes'

/** A block cipher under one key, which it shows nobody. */
export interface BlockCipher {
  readonly blockBytes: number
  /** The last block of CBC over whole blocks, from a first block of zeros. */
  chain(blocks: Uint8Array): Buffer
  /** Every block of CBC over whole blocks, from a first block that is given; and back. */
  encryptChained(blocks: Uint8Array, first: Uint8Array): Buffer
  decryptChained(blocks: Uint8Array, first: Uint8Array): Buffer
  /** Each whole block for itself. */
  encrypt(blocks: Uint8Array): Buffer
  decrypt(blocks: Uint8Array): Buffer
}

/** How long keys are, in bytes. */
export const KEY_BYTES: Readonly<Record<CipherName, readonly number[]>> = {
  des: [8],
  tdes: [16, 24],
  aes: [16, 24, 32],
}

/** @throws RangeError when there are no keys of such a length */
export function createBlockCipher(name: CipherName, key: Uint8Array): BlockCipher {
  if (!KEY_BYTES[name].includes(key.byteLength)) {
    throw new RangeError(`${name} has no keys of ${key.byteLength} bytes`)
  }
  const whole = name === 'aes' ? key : threeKeys(key)
  const secret = createSecretKey(whole)
  if (whole !== key) whole.fill(0)
  const mode = name === 'aes' ? `aes-${8 * key.byteLength}` : 'des-ede3'
  const blockBytes = name === 'aes' ? 16 : 8
  const zeros = Buffer.alloc(blockBytes)
  // Block by block nothing is carried on, so one of each does for all; most use one of the two.
  let encipher: Cipheriv | undefined
  let decipher: Decipheriv | undefined
  return {
    blockBytes,
    chain(blocks) {
      const chaining = createCipheriv(`${mode}-cbc`, secret, zeros).setAutoPadding(false)
      return chaining.update(blocks).subarray(-blockBytes)
    },
    encryptChained: (blocks, first) =>
      createCipheriv(`${mode}-cbc`, secret, first).setAutoPadding(false).update(blocks),
    decryptChained: (blocks, first) =>
      createDecipheriv(`${mode}-cbc`, secret, first).setAutoPadding(false).update(blocks),
    encrypt(blocks) {
      encipher ??= createCipheriv(`${mode}-ecb`, secret, null).setAutoPadding(false)
      return encipher.update(blocks)
    },
    decrypt(blocks) {
      decipher ??= createDecipheriv(`${mode}-ecb`, secret, null).setAutoPadding(false)
      return decipher.update(blocks)
    },
  }
}

/**
 * OpenSSL 3 has no single DES: encrypting, decrypting and encrypting with one key thrice is the
 * same as encrypting once. Two keys are K1, K2, K1.
 */
function threeKeys(key: Uint8Array): Uint8Array {
  const first = key.subarray(0, 8)
  if (key.byteLength === 8) return Buffer.concat([first, first, first])
  return key.byteLength === 16 ? Buffer.concat([key, first]) : key
}

/**
 * Whether triple DES under this key is single DES: two keys side by side undo each other. The
 * lowest bit of a byte is parity and no part of the key.
 */
export function isSingleDes(key: Uint8Array): boolean {
  const isSame = (left: number) =>
    key
      .subarray(left, left + 8)
      .every((byte, index) => ((byte ^ (key[left + 8 + index] ?? 0)) & 0xfe) === 0)
  return isSame(0) || (key.byteLength === 24 && isSame(8))
}

/** DES counts seven bits of a byte; some look at the eighth. */
export function withOddParity(byte: number): number {
  let ones = 0
  for (let bits = byte >> 1; bits > 0; bits >>= 1) ones += bits & 1
  return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0)
}
