import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto'
import type { MacDocument } from './mac-document.ts'

/** The message authentication codes of a host and what goes with them, under one key. */
export interface MacCode {
  /** In upper-case hexadecimal, as long as it is sent. */
  of(bytes: Uint8Array): string
  fits(bytes: Uint8Array, mac: string): boolean
}

type Method = Pick<MacDocument, 'algorithm' | 'cipher' | 'padding' | 'macBytes'>

/** ISO/IEC 9797-1 algorithms 1 and 3 and CMAC, block by block as their standards tell them. */
export function createMacCode(method: Method, key: Uint8Array): MacCode {
  const whole = wholeCode(method, Buffer.from(key))
  const sent = (bytes: Uint8Array): Buffer => whole(bytes).subarray(0, method.macBytes)
  return {
    of: (bytes) => sent(bytes).toString('hex').toUpperCase(),
    fits(bytes, mac) {
      const claimed = Buffer.from(mac, 'hex')
      return claimed.length === method.macBytes && timingSafeEqual(sent(bytes), claimed)
    },
  }
}

/** The left of a block of zeros under the key: of AES its CMAC, of the others it encrypted. */
export function keyCheckValue(cipher: MacDocument['cipher'], key: Uint8Array): string {
  const zeros = Buffer.alloc(cipher === 'aes' ? 16 : 8)
  const code =
    cipher === 'aes'
      ? wholeCode({ algorithm: 'cmac', cipher, padding: 0, macBytes: 16 }, key)(zeros)
      : blockCipher('tdes', key).encrypt(zeros)
  return code.toString('hex').toUpperCase()
}

interface Blocks {
  readonly bytes: number
  encrypt(block: Uint8Array): Buffer
  decrypt(block: Uint8Array): Buffer
}

/** A cipher of single blocks; of one or two DES keys the missing ones are repeated. */
export function blockCipher(cipher: MacDocument['cipher'], key: Uint8Array): Blocks {
  const full = cipher === 'aes' ? key : Buffer.concat([key, key, key]).subarray(0, 24)
  const name = cipher === 'aes' ? `aes-${key.length * 8}-ecb` : 'des-ede3-ecb'
  const forth = createCipheriv(name, full, null).setAutoPadding(false)
  const back = createDecipheriv(name, full, null).setAutoPadding(false)
  return {
    bytes: cipher === 'aes' ? 16 : 8,
    encrypt: (block) => forth.update(block),
    decrypt: (block) => back.update(block),
  }
}

function wholeCode(method: Method, key: Uint8Array): (bytes: Uint8Array) => Buffer {
  const { algorithm, cipher, padding } = method
  if (algorithm === 'cmac') return cmac(blockCipher(cipher, key))
  if (algorithm === 'iso9797-1-alg1') {
    const blocks = blockCipher(cipher, key)
    return (bytes) => chained(blocks, filled(bytes, padding, blocks.bytes))
  }
  const [left, right] = [key.subarray(0, key.length / 2), key.subarray(key.length / 2)]
  const [first, second] = [blockCipher(cipher, left), blockCipher(cipher, right)]
  return (bytes) =>
    first.encrypt(second.decrypt(chained(first, filled(bytes, padding, first.bytes))))
}

function chained(blocks: Blocks, bytes: Buffer): Buffer {
  let state: Buffer = Buffer.alloc(blocks.bytes)
  for (let at = 0; at < bytes.length; at += blocks.bytes) {
    state = blocks.encrypt(added(state, bytes.subarray(at, at + blocks.bytes)))
  }
  return state
}

/** Padding methods 1 to 3 of ISO/IEC 9797-1: at least one block. */
function filled(bytes: Uint8Array, padding: number, size: number): Buffer {
  const parts = [bytes]
  if (padding === 2) parts.push(Buffer.of(0x80))
  const used = bytes.length + (padding === 2 ? 1 : 0)
  parts.push(Buffer.alloc(used === 0 ? size : (size - (used % size)) % size))
  if (padding === 3) {
    const length = Buffer.alloc(size)
    length.writeUInt32BE(bytes.length * 8, size - 4)
    parts.unshift(length)
  }
  return Buffer.concat(parts)
}

function cmac(blocks: Blocks): (bytes: Uint8Array) => Buffer {
  const size = blocks.bytes
  const first = timesTwo(blocks.encrypt(Buffer.alloc(size)))
  const second = timesTwo(first)
  return (bytes) => {
    const headBytes = Math.max(0, Math.ceil(bytes.length / size) - 1) * size
    const tail = Buffer.from(bytes.subarray(headBytes))
    const last = tail.length === size ? added(tail, first) : added(filled(tail, 2, size), second)
    return chained(blocks, Buffer.concat([bytes.subarray(0, headBytes), last]))
  }
}

/** In the field of SP 800-38B: shifted by a bit, and its constant added when one fell out. */
function timesTwo(block: Buffer): Buffer {
  const bits = BigInt(`0x${block.toString('hex')}`) << 1n
  const size = BigInt(block.length * 8)
  const fell = bits >> size === 1n ? (block.length === 16 ? 0x87n : 0x1bn) : 0n
  const rest = BigInt.asUintN(Number(size), bits) ^ fell
  return Buffer.from(rest.toString(16).padStart(block.length * 2, '0'), 'hex')
}

function added(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)))
}
