import { createBlockCipher, KEY_BYTES } from '../host-keys/block-cipher.ts'
import { countersTo } from './dukpt-counter.ts'

/** How long a key serial number is, in bytes; its last four count transactions. */
const AES_KSN_BYTES = 12

/**
 * The key that a terminal encrypts one PIN under (ANSI X9.24-3:2017), as strong as the base key, to
 * be wiped by whoever has it.
 *
 * @returns undefined for a serial number that no terminal uses
 */
export function aesPinKey(baseKey: Uint8Array, ksn: Uint8Array): Uint8Array | undefined {
  const key = aesTransactionKey(baseKey, ksn)
  if (key === undefined) return undefined
  const pinKey = derived(key, { usage: PIN_ENCRYPTION, context: Buffer.from(ksn).subarray(4) })
  key.fill(0)
  return pinKey
}

/** The key that those of one transaction are derived from. */
export function aesTransactionKey(baseKey: Uint8Array, ksn: Uint8Array): Uint8Array | undefined {
  if (!KEY_BYTES.aes.includes(baseKey.byteLength) || ksn.byteLength !== AES_KSN_BYTES) {
    return undefined
  }
  const serial = Buffer.from(ksn)
  const counters = countersTo(serial.readUInt32BE(8))
  // One of all ones is for the key that updates others, and too far away besides.
  if (counters.length === 0 || counters.length > COUNTERS_MAX) return undefined
  let key = derived(baseKey, { usage: INITIAL_KEY, context: serial.subarray(0, 8) })
  const context = Buffer.alloc(8)
  serial.copy(context, 0, 4, 8)
  for (const counter of counters) {
    context.writeUInt32BE(counter, 4)
    const before = key
    key = derived(key, { usage: KEY_DERIVATION, context })
    before.fill(0)
  }
  return key
}

const PIN_ENCRYPTION = 0x1000
const KEY_DERIVATION = 0x8000
const INITIAL_KEY = 0x8001

/** A terminal leaves out what is further away, so that no key takes longer to derive. */
const COUNTERS_MAX = 16

/**
 * A key as long as the one that it is derived from (6.3.2 and 6.3.3): a version, a counter of
 * blocks, the usage, the algorithm, the length in bits, and eight bytes of whose it is.
 */
function derived(
  from: Uint8Array,
  { usage, context }: { readonly usage: number; readonly context: Uint8Array },
): Buffer {
  const cipher = createBlockCipher('aes', from)
  const count = Math.ceil(from.byteLength / cipher.blockBytes)
  const blocks = Array.from({ length: count }, (_, index) => {
    const data = Buffer.alloc(cipher.blockBytes)
    data.set([1, index + 1])
    data.writeUInt16BE(usage, 2)
    data.writeUInt16BE(from.byteLength / 8, 4)
    data.writeUInt16BE(from.byteLength * 8, 6)
    data.set(context, 8)
    return data
  })
  return cipher.encrypt(Buffer.concat(blocks)).subarray(0, from.byteLength)
}
