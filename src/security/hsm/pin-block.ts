import { type PinFormat, Secret } from '#domain'
import type { Random } from '#platform'
import type { BlockCipher } from '../host-keys/block-cipher.ts'

/** What each format is encrypted with. */
export const PIN_CIPHERS: Readonly<Record<PinFormat, 'tdes' | 'aes'>> = {
  'iso-0': 'tdes',
  'iso-3': 'tdes',
  'iso-4': 'aes',
}

/** A PIN in clear: 4 to 12 digits, a byte each. To be wiped by whoever has it. */
export type ClearPin = Secret<Uint8Array>

/** A PIN block is bound to these; `pan` is 12 to 19 digits. */
export interface PinBinding {
  readonly format: PinFormat
  readonly pan: string
  readonly cipher: BlockCipher
}

/**
 * Take the PIN out of an encrypted block. Undefined for every block that cannot hold one for this
 * card, under this key: whoever could tell why could search for a PIN.
 */
export function openPinBlock(block: Uint8Array, binding: PinBinding): ClearPin | undefined {
  const { format, pan, cipher } = binding
  if (block.byteLength !== cipher.blockBytes) return undefined
  const field = format === 'iso-4' ? openInTwo(block, pan, cipher) : openInOne(block, pan, cipher)
  try {
    return pinIn(field, format)
  } finally {
    field.fill(0)
  }
}

/** Put a PIN into an encrypted block for a card. */
export function sealPinBlock(pin: ClearPin, binding: PinBinding, random: Random): Buffer {
  const { format, pan, cipher } = binding
  const field = fieldOf(pin.reveal(), format, random)
  try {
    return format === 'iso-4' ? sealInTwo(field, pan, cipher) : sealInOne(field, pan, cipher)
  } finally {
    field.fill(0)
  }
}

const PIN_DIGITS_MIN = 4
const PIN_DIGITS_MAX = 12

/** Formats 0 and 3: the PIN field, exclusive-or the account number field, encrypted once. */
function openInOne(block: Uint8Array, pan: string, cipher: BlockCipher): Buffer {
  return mixed(cipher.decrypt(block), accountField(pan))
}

function sealInOne(field: Uint8Array, pan: string, cipher: BlockCipher): Buffer {
  const clear = mixed(Buffer.from(field), accountField(pan))
  const block = cipher.encrypt(clear)
  clear.fill(0)
  return block
}

/** Format 4: encrypted, exclusive-or the account number field, encrypted again. */
function openInTwo(block: Uint8Array, pan: string, cipher: BlockCipher): Buffer {
  const between = mixed(cipher.decrypt(block), longAccountField(pan))
  const field = cipher.decrypt(between)
  between.fill(0)
  return field
}

function sealInTwo(field: Uint8Array, pan: string, cipher: BlockCipher): Buffer {
  const between = mixed(cipher.encrypt(field), longAccountField(pan))
  const block = cipher.encrypt(between)
  between.fill(0)
  return block
}

/** Four zeros, and the twelve digits in front of the check digit. */
function accountField(pan: string): Buffer {
  return Buffer.from(pan.slice(0, -1).slice(-12).padStart(16, '0'), 'hex')
}

/** How many digits there are beyond twelve, the digits (twelve at least), zeros. */
function longAccountField(pan: string): Buffer {
  const digits = pan.padStart(12, '0')
  return Buffer.from(`${digits.length - 12}${digits}`.padEnd(32, '0'), 'hex')
}

/** In place. */
function mixed(block: Buffer, mask: Uint8Array): Buffer {
  for (const [index, byte] of block.entries()) block[index] = byte ^ (mask[index] ?? 0)
  return block
}

/** The control digit that a PIN field of the format begins with. */
const CONTROL: Readonly<Record<PinFormat, number>> = { 'iso-0': 0, 'iso-3': 3, 'iso-4': 4 }

/** Control, length and fourteen digits stand in the first eight bytes of every format. */
const FIELD_DIGITS = 16
const LEADING_DIGITS = 2

/** All digits are looked at, whatever the first of them are. */
function pinIn(field: Uint8Array, format: PinFormat): ClearPin | undefined {
  const digits = digitsOf(field)
  const count = digits[1] ?? 0
  let misfits = Number(digits[0] !== CONTROL[format])
  misfits += Number(count < PIN_DIGITS_MIN || count > PIN_DIGITS_MAX)
  for (const [index, digit] of digits.subarray(LEADING_DIGITS).entries()) {
    misfits += Number(index < count ? digit > 9 : !isFill(digit, format))
  }
  const pin = new Secret(digits.slice(LEADING_DIGITS, LEADING_DIGITS + count))
  digits.fill(0)
  if (misfits === 0) return pin
  wipe(pin)
  return undefined
}

function isFill(digit: number, format: PinFormat): boolean {
  switch (format) {
    case 'iso-0':
      return digit === 0xf
    case 'iso-3':
      return digit >= 0xa
    case 'iso-4':
      return digit === 0xa
  }
}

function digitsOf(field: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: FIELD_DIGITS }, (_, index) => {
    const byte = field[index >> 1] ?? 0
    return index % 2 === 0 ? byte >> 4 : byte & 0xf
  })
}

/** Of format 4 the half behind the digits is random, so that no two blocks are the same. */
function fieldOf(pin: Uint8Array, format: PinFormat, random: Random): Buffer {
  const field = format === 'iso-4' ? Buffer.from(random.bytes(16)) : Buffer.alloc(8)
  const digits = Uint8Array.from({ length: FIELD_DIGITS }, () => fillOf(format, random))
  digits.set([CONTROL[format], pin.byteLength])
  digits.set(pin, LEADING_DIGITS)
  for (let index = 0; index < FIELD_DIGITS; index += 2) {
    field[index >> 1] = ((digits[index] ?? 0) << 4) | (digits[index + 1] ?? 0)
  }
  digits.fill(0)
  return field
}

function fillOf(format: PinFormat, random: Random): number {
  if (format === 'iso-3') return random.integer(0xa, 0x10)
  return format === 'iso-0' ? 0xf : 0xa
}

/** Write zeros over a secret that is bytes. */
export function wipe(secret: Secret<Uint8Array>): void {
  secret.reveal().fill(0)
}
