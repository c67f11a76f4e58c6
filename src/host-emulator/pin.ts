import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'

/** What a host with a PIN key can say of a card's PIN. */
export interface PinCheck {
  /** What the book keeps instead of a PIN. */
  hash(pan: string, pin: string): Uint8Array
  /** Whether DE52, 16 hexadecimal characters, holds the PIN with this hash. */
  matches(pan: string, block: string, hash: Uint8Array): boolean
}

/** @param key double-length triple-DES key of 16 bytes, as PIN zone keys of test hosts are. */
export function createPinCheck(key: Uint8Array): PinCheck {
  const tripleKey = Buffer.concat([key, key.subarray(0, 8)])
  const hash = (pan: string, pin: string): Uint8Array =>
    createHmac('sha256', key).update(`${pan}:${pin}`).digest()
  return {
    hash,
    matches(pan, block, expected) {
      const decipher = createDecipheriv('des-ede3', tripleKey, null).setAutoPadding(false)
      const clear = Buffer.concat([decipher.update(block, 'hex'), decipher.final()])
      const pin = pinInFormat0(clear, pan)
      return pin !== undefined && timingSafeEqual(hash(pan, pin), expected)
    },
  }
}

/**
 * ISO 9564-1, 9.3.2: the PIN field, exclusive-or the 12 digits of the PAN before its check digit.
 */
function pinInFormat0(block: Uint8Array, pan: string): string | undefined {
  const account = Buffer.from(pan.slice(-13, -1).padStart(16, '0'), 'hex')
  const field = Buffer.from(block.map((byte, index) => byte ^ (account[index] ?? 0)))
    .toString('hex')
    .toUpperCase()
  const match = /^0([4-9A-C])([0-9]{4,12})(F{2,10})$/.exec(field)
  const pin = match?.[2]
  return pin?.length === Number.parseInt(match?.[1] ?? '', 16) ? pin : undefined
}
