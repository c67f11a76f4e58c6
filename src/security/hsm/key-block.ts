import { timingSafeEqual } from 'node:crypto'
import { Secret } from '#domain'
import type { Random } from '#platform'
import { createBlockCipher, KEY_BYTES } from '../host-keys/block-cipher.ts'
import { createMac, type Mac } from '../host-keys/mac.ts'
import {
  ALIGNMENT,
  KEY_BLOCK_CHARACTERS_MAX,
  type KeyBlockHeader,
  type KeyBlockVersion,
  keyBlockHeaderText,
  readKeyBlockHeader,
} from './key-block-header.ts'

/** A key with what was said of it, bound to it by a MAC. */
export interface OpenedKeyBlock {
  readonly kind: 'opened'
  readonly header: KeyBlockHeader
  /** To be wiped by whoever has it. */
  readonly key: Secret<Uint8Array>
}

/**
 * Why a key block gives no key. Closed.
 *
 * - `malformed`: it is no key block of version B or D.
 * - `protection-key-unfit`: such a version is not protected by a key of this length.
 * - `mac-wrong`: it was made under another protection key, or anyone has changed it.
 * - `key-malformed`: whoever made it has put no key into it.
 */
export type KeyBlockFault = 'malformed' | 'protection-key-unfit' | 'mac-wrong' | 'key-malformed'

/**
 * Open a key block (TR-31:2018, ANSI X9.143-2021). Nothing in it is looked at before its MAC is
 * right.
 *
 * @param protectionKey of triple DES for version B, of AES for version D
 */
export function openKeyBlock(
  text: string,
  protectionKey: Uint8Array,
): OpenedKeyBlock | { readonly kind: 'refused'; readonly fault: KeyBlockFault } {
  const shape = shapeOf(text)
  if (shape === undefined) return refused('malformed')
  const protection = protectionBy(shape.header.version, protectionKey)
  if (protection === undefined) return refused('protection-key-unfit')
  const clear = protection.decrypt(shape.encrypted, shape.mac)
  try {
    const made = protection.mac(shape.headerText, clear)
    if (!timingSafeEqual(made, shape.mac)) return refused('mac-wrong')
    const key = keyIn(clear)
    if (key === undefined) return refused('key-malformed')
    return { kind: 'opened', header: shape.header, key: new Secret(key) }
  } finally {
    clear.fill(0)
  }
}

/**
 * Put a key into a key block. It is as long as one with the longest key of its cipher, so that its
 * length tells nothing.
 *
 * @throws RangeError when the version is not protected by a key of this length, or the block would
 *   be longer than a length of four digits says
 */
export function sealKeyBlock(
  header: KeyBlockHeader,
  { key, protectionKey }: { readonly key: Uint8Array; readonly protectionKey: Uint8Array },
  random: Random,
): string {
  const { version, algorithm } = header
  const protection = protectionBy(version, protectionKey)
  if (protection === undefined) throw new RangeError('no protection key of such a length')
  const clear = clearPart(key, { algorithm, alignment: ALIGNMENT[version] }, random)
  try {
    const protectedCharacters = 2 * (clear.byteLength + protection.macBytes)
    const headerText = keyBlockHeaderText(header, protectedCharacters)
    if (headerText.length + protectedCharacters > KEY_BLOCK_CHARACTERS_MAX) {
      throw new RangeError(`a key block is of ${KEY_BLOCK_CHARACTERS_MAX} characters at most`)
    }
    const mac = protection.mac(headerText, clear)
    return `${headerText}${upperHex(protection.encrypt(clear, mac))}${upperHex(mac)}`
  } finally {
    clear.fill(0)
  }
}

function refused(fault: KeyBlockFault) {
  return { kind: 'refused', fault } as const
}

function shapeOf(text: string) {
  const read = readKeyBlockHeader(text)
  if (read === undefined || read.blockCharacters !== text.length) return undefined
  const { header, characters } = read
  const alignment = ALIGNMENT[header.version]
  const macCharacters = 2 * MAC_BYTES[header.version]
  const encrypted = text.slice(characters, -macCharacters)
  const mac = text.slice(characters).slice(-macCharacters)
  const isWhole = encrypted.length > 0 && encrypted.length % (2 * alignment) === 0
  if (!isWhole || !UPPER_HEX.test(encrypted) || !UPPER_HEX.test(mac)) return undefined
  return {
    header,
    headerText: text.slice(0, characters),
    encrypted: Buffer.from(encrypted, 'hex'),
    mac: Buffer.from(mac, 'hex'),
  }
}

const MAC_BYTES: Readonly<Record<KeyBlockVersion, number>> = { B: 8, D: 16 }

const UPPER_HEX = /^[0-9A-F]+$/

const upperHex = (bytes: Buffer) => bytes.toString('hex').toUpperCase()

/** What one protection key does; the MAC of the clear text is the first block of its encryption. */
interface Protection {
  readonly macBytes: number
  mac(headerText: string, clear: Uint8Array): Buffer
  encrypt(clear: Uint8Array, mac: Uint8Array): Buffer
  decrypt(encrypted: Uint8Array, mac: Uint8Array): Buffer
}

function protectionBy(version: KeyBlockVersion, key: Uint8Array): Protection | undefined {
  const cipher = CIPHERS[version]
  if (!KEY_BYTES[cipher].includes(key.byteLength)) return undefined
  const { encryption, authentication } = deriveKeyBlockKeys(version, key)
  const blocks = createBlockCipher(cipher, encryption)
  const mac = createMac({ algorithm: 'cmac', cipher }, authentication)
  encryption.fill(0)
  authentication.fill(0)
  return {
    macBytes: MAC_BYTES[version],
    mac: (headerText, clear) => boundMac(mac, headerText, clear),
    encrypt: (clear, first) => blocks.encryptChained(clear, first),
    decrypt: (encrypted, first) => blocks.decryptChained(encrypted, first),
  }
}

function boundMac(mac: Mac, headerText: string, clear: Uint8Array): Buffer {
  const bound = Buffer.concat([Buffer.from(headerText), clear])
  try {
    return mac(bound)
  } finally {
    bound.fill(0)
  }
}

const CIPHERS = { B: 'tdes', D: 'aes' } as const

/**
 * The two keys that a protection key stands for (TR-31:2018, 5.3.2.1 and 5.3.2.3): the CMACs of a
 * counter, a usage, a zero, the algorithm and the length in bits.
 */
export function deriveKeyBlockKeys(version: KeyBlockVersion, key: Uint8Array) {
  const cipher = CIPHERS[version]
  const mac = createMac({ algorithm: 'cmac', cipher }, key)
  const algorithm = (version === 'B' ? -2 : 0) + key.byteLength / 8
  const derived = (usage: number) => {
    const blocks = Math.ceil(key.byteLength / MAC_BYTES[version])
    const bits = [key.byteLength >> 5, (key.byteLength * 8) & 0xff]
    const parts = Array.from({ length: blocks }, (_, index) =>
      mac(Uint8Array.of(index + 1, 0, usage, 0, 0, algorithm, ...bits)),
    )
    const whole = Buffer.concat(parts)
    for (const part of parts) part.fill(0)
    return whole.subarray(0, key.byteLength)
  }
  return { encryption: derived(ENCRYPTION), authentication: derived(AUTHENTICATION) }
}

const ENCRYPTION = 0
const AUTHENTICATION = 1

/** Two bytes of its length in bits, the key, and whatever fills the block up. */
function keyIn(clear: Buffer): Uint8Array | undefined {
  const bits = clear.readUInt16BE(0)
  const end = LENGTH_BYTES + bits / 8
  if (bits === 0 || bits % 8 !== 0 || end > clear.byteLength) return undefined
  return Uint8Array.from(clear.subarray(LENGTH_BYTES, end))
}

function clearPart(
  key: Uint8Array,
  { algorithm, alignment }: { readonly algorithm: string; readonly alignment: number },
  random: Random,
): Buffer {
  const longest = Math.max(key.byteLength, algorithm === 'A' ? 32 : 24)
  const whole = Math.ceil((LENGTH_BYTES + longest) / alignment) * alignment
  const clear = Buffer.from(random.bytes(whole))
  clear.writeUInt16BE(key.byteLength * 8, 0)
  clear.set(key, LENGTH_BYTES)
  return clear
}

const LENGTH_BYTES = 2
