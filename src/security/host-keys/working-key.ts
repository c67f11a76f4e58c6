import { timingSafeEqual } from 'node:crypto'
import type { Random } from '#platform'
import { isSingleDes, withOddParity } from './block-cipher.ts'
import { checkValueOf } from './check-value.ts'
import { createMac, type MacMethod } from './mac.ts'
import type { KeyWrapping } from './transport.ts'

/** What the working keys of one host are. */
export interface WorkingKeyKind {
  readonly method: MacMethod
  readonly keyBytes: number
  /** How many bytes of a MAC are sent, from its left. */
  readonly macBytes: number
  readonly wrapping: KeyWrapping
  /** How many bytes of a key's check value are sent beside it; none when 0. */
  readonly checkBytes: number
}

/** A working key of a host, which shows nothing of itself but its check value. */
export interface WorkingKey {
  /** Upper-case hexadecimal. */
  readonly checkValue: string
  /** The MAC as it is sent, in upper-case hexadecimal. */
  mac(bytes: Uint8Array): string
  verifies(bytes: Uint8Array, mac: string): boolean
}

/** @throws RangeError when the key is not one of this kind */
export function createWorkingKey(secret: Uint8Array, kind: WorkingKeyKind): WorkingKey {
  const { keyBytes, macBytes, method } = kind
  if (secret.byteLength !== keyBytes) throw new RangeError(`a key is of ${keyBytes} bytes`)
  const whole = createMac(method, secret)
  const sent = (bytes: Uint8Array) => whole(bytes).subarray(0, macBytes)
  return Object.freeze({
    checkValue: workingCheckValue(secret, kind),
    mac: (bytes: Uint8Array) => sent(bytes).toString('hex').toUpperCase(),
    verifies(bytes: Uint8Array, mac: string) {
      const claimed = Buffer.from(mac, 'hex')
      return claimed.byteLength === macBytes && timingSafeEqual(sent(bytes), claimed)
    },
  })
}

/** Whether a key is as strong as it is long. */
export function isWhole(secret: Uint8Array, { method }: WorkingKeyKind): boolean {
  return method.cipher === 'aes' || secret.byteLength === 8 || !isSingleDes(secret)
}

/** A new key; of DES and triple DES with odd parity, which some hosts look at. */
export function randomKey({ keyBytes, method }: WorkingKeyKind, random: Random): Uint8Array {
  const key = random.bytes(keyBytes)
  return method.cipher === 'aes' ? key : key.map(withOddParity)
}

/** The key of the retail MAC is checked as triple DES has it, whole. */
function workingCheckValue(secret: Uint8Array, { method, checkBytes }: WorkingKeyKind): string {
  const bytes = Math.max(checkBytes, KNOWN_BY_BYTES)
  if (method.cipher === 'aes') return checkValueOf('aes', secret, bytes)
  return checkValueOf(secret.byteLength === 8 ? 'des' : 'tdes', secret, bytes)
}

/** Keys are told apart by so much of their check values. */
const KNOWN_BY_BYTES = 3
