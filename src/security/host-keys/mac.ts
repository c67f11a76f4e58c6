import { type BlockCipher, type CipherName, createBlockCipher } from './block-cipher.ts'

/** How a host makes its MACs. */
export type MacMethod =
  | {
      /** ISO/IEC 9797-1: 1 is CBC-MAC (ANSI X9.9), 3 the retail MAC (ANSI X9.19). */
      readonly algorithm: 'iso9797-1-alg1' | 'iso9797-1-alg3'
      readonly cipher: CipherName
      /** Padding method of the same standard. */
      readonly padding: 1 | 2 | 3
    }
  /** NIST SP 800-38B. */
  | { readonly algorithm: 'cmac'; readonly cipher: Exclude<CipherName, 'des'> }

/** The whole MAC of some bytes, a block of the cipher; hosts send its left part. */
export type Mac = (bytes: Uint8Array) => Buffer

/**
 * @param key of the cipher; for algorithm 3 two such keys, the second for the block at the end
 * @throws RangeError when the key is not so long
 */
export function createMac(method: MacMethod, key: Uint8Array): Mac {
  switch (method.algorithm) {
    case 'iso9797-1-alg1': {
      const cipher = createBlockCipher(method.cipher, key)
      return (bytes) => cipher.chain(padded(bytes, method.padding, cipher.blockBytes))
    }
    case 'iso9797-1-alg3': {
      const half = key.byteLength / 2
      const cipher = createBlockCipher(method.cipher, key.subarray(0, half))
      const second = createBlockCipher(method.cipher, key.subarray(half))
      return (bytes) => {
        const chained = cipher.chain(padded(bytes, method.padding, cipher.blockBytes))
        return cipher.encrypt(second.decrypt(chained))
      }
    }
    case 'cmac':
      return createCmac(createBlockCipher(method.cipher, key))
  }
}

/** ISO/IEC 9797-1, 6.3: zeros; a one and zeros; zeros, and the length in bits as a first block. */
function padded(bytes: Uint8Array, method: 1 | 2 | 3, blockBytes: number): Buffer {
  const from = method === 3 ? blockBytes : 0
  const used = from + bytes.byteLength + (method === 2 ? 1 : 0)
  const blocks = Math.max(Math.ceil(used / blockBytes), 1 + from / blockBytes)
  const padded = Buffer.alloc(blocks * blockBytes)
  padded.set(bytes, from)
  if (method === 2) padded[bytes.byteLength] = 0x80
  if (method === 3) padded.writeUInt32BE(8 * bytes.byteLength, blockBytes - 4)
  return padded
}

/** SP 800-38B section 6: one subkey masks the last block when it is whole, the other when not. */
function createCmac(cipher: BlockCipher): Mac {
  const { blockBytes } = cipher
  const whole = doubled(cipher.encrypt(Buffer.alloc(blockBytes)))
  const filled = doubled(whole)
  return (bytes) => {
    const isWhole = bytes.byteLength > 0 && bytes.byteLength % blockBytes === 0
    const blocks = padded(bytes, isWhole ? 1 : 2, blockBytes)
    const subkey = isWhole ? whole : filled
    const last = blocks.subarray(-blockBytes)
    last.set(xor(last, subkey))
    const chained = cipher.chain(blocks)
    // What is authenticated may be a key.
    blocks.fill(0)
    return chained
  }
}

/** A block times x in the field that SP 800-38B section 5.3 gives for its length. */
function doubled(block: Buffer): Buffer {
  const isCarried = (block[0] ?? 0) >> 7 === 1
  const shifted = block.map((byte, index) => (byte << 1) | ((block[index + 1] ?? 0) >> 7))
  const last = shifted.byteLength - 1
  if (isCarried) shifted[last] = (shifted[last] ?? 0) ^ (block.byteLength === 16 ? 0x87 : 0x1b)
  return Buffer.from(shifted)
}

function xor(block: Uint8Array, mask: Uint8Array): Uint8Array {
  return block.map((byte, index) => byte ^ (mask[index] ?? 0))
}
