/** Bytes written as hex text, in ASCII or EBCDIC: upper case is written, either case is read. */
import { type CharacterSet, toLine } from '../character-sets.ts'

export type HexEncoding = 'hex' | 'hex-ebcdic'

const DIGITS = '0123456789ABCDEF'

export function hexCharacterSet(encoding: HexEncoding): CharacterSet {
  return encoding === 'hex' ? 'ascii' : 'ebcdic-037'
}

/** The byte on the line of each half byte. */
export function hexDigits(encoding: HexEncoding): Uint8Array {
  const codes = toLine(hexCharacterSet(encoding))
  return Uint8Array.from(DIGITS, (_, value) => codes[DIGITS.charCodeAt(value)] as number)
}

/** The half byte that each byte of the line stands for, -1 for one that is no hex digit. */
export function hexValues(encoding: HexEncoding): Int8Array {
  const codes = toLine(hexCharacterSet(encoding))
  const values = new Int8Array(256).fill(-1)
  for (const digits of [DIGITS, DIGITS.toLowerCase()]) {
    for (let value = 0; value < digits.length; value += 1) {
      values[codes[digits.charCodeAt(value)] as number] = value
    }
  }
  return values
}

/** The first byte from `at` to before `end` that is no hex digit, -1 when there is none. */
export function hexFault(
  bytes: Uint8Array,
  values: Int8Array,
  { at, end }: { at: number; end: number },
): number {
  for (let index = at; index < end; index += 1) {
    if ((values[bytes[index] as number] as number) < 0) return index
  }
  return -1
}
