import { createBlockCipher } from '../host-keys/block-cipher.ts'
import { countersTo } from './dukpt-counter.ts'

/** How long a key serial number is, in bytes; its last 21 bits count transactions. */
const TDES_KSN_BYTES = 10

/**
 * The key that a terminal encrypts one PIN under (ANSI X9.24-1:2009, annex A), to be wiped by
 * whoever has it.
 *
 * @param baseKey of triple DES, double length
 * @returns undefined for a serial number that no terminal uses
 */
export function tdesPinKey(baseKey: Uint8Array, ksn: Uint8Array): Uint8Array | undefined {
  const key = tdesTransactionKey(baseKey, ksn)
  if (key === undefined) return undefined
  for (const at of PIN_VARIANT) key[at] = (key[at] ?? 0) ^ 0xff
  return key
}

/** The key of one transaction, before any variant of it. */
export function tdesTransactionKey(baseKey: Uint8Array, ksn: Uint8Array): Uint8Array | undefined {
  if (baseKey.byteLength !== KEY_BYTES || ksn.byteLength !== TDES_KSN_BYTES) return undefined
  const serial = Buffer.from(ksn)
  const last = serial.readUInt32BE(6)
  const counters = countersTo(last & COUNTER_MASK)
  if (counters.length === 0 || counters.length > COUNTERS_MAX) return undefined
  const terminal = (last & ~COUNTER_MASK) >>> 0
  serial.writeUInt32BE(terminal, 6)
  const register = serial.subarray(2)
  let key: Uint8Array = initialKey(baseKey, serial.subarray(0, 8))
  for (const counter of counters) {
    register.writeUInt32BE((terminal | counter) >>> 0, 4)
    const before = key
    key = nextKey(key, register)
    before.fill(0)
  }
  return key
}

const KEY_BYTES = 16
const COUNTER_MASK = 0x1fffff
/** A terminal leaves out what is further away, so that no key takes longer to derive. */
const COUNTERS_MAX = 10

/** The last byte of either half. */
const PIN_VARIANT = [7, 15]

function initialKey(baseKey: Uint8Array, serial: Uint8Array): Buffer {
  const masked = maskedKey(baseKey)
  const key = Buffer.concat([
    createBlockCipher('tdes', baseKey).encrypt(serial),
    createBlockCipher('tdes', masked).encrypt(serial),
  ])
  masked.fill(0)
  return key
}

/** Annex A.3: no way leads back from a key to the one before it. */
function nextKey(key: Uint8Array, register: Uint8Array): Buffer {
  const masked = maskedKey(key)
  const next = Buffer.concat([halfOf(masked, register), halfOf(key, register)])
  masked.fill(0)
  return next
}

function halfOf(key: Uint8Array, register: Uint8Array): Buffer {
  const [left, right] = [key.subarray(0, 8), key.subarray(8)]
  const encrypted = createBlockCipher('des', left).encrypt(mixed(register, right))
  return mixed(encrypted, right)
}

/** With C0C0C0C0 over the left of either half. */
function maskedKey(key: Uint8Array): Buffer {
  return Buffer.from(key.map((byte, index) => (index % 8 < 4 ? byte ^ 0xc0 : byte)))
}

function mixed(block: Uint8Array, mask: Uint8Array): Buffer {
  return Buffer.from(block.map((byte, index) => byte ^ (mask[index] ?? 0)))
}
