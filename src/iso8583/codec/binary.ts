/** Binary values, shown as upper-case hex: raw bytes on the line, or their hex digits as text. */
import { allowedFromLine, allowedToLine } from '../character-sets.ts'
import type { BinaryPlan } from '../specification/plan.ts'
import { type HexEncoding, hexCharacterSet, hexValues } from './hex.ts'
import { refuseBytes, refuseValue, type Sink, take, textForm } from './line.ts'
import { type Body, contentFault, writeCharacters } from './text.ts'

export function compileBinary(plan: BinaryPlan, path: string): Body {
  return plan.encoding === 'binary' ? rawBinary(path) : hexBinary(plan, plan.encoding, path)
}

/** The half byte of a hex character, -1 for any other code. */
const CHARACTER_VALUES = hexValues('hex')

function rawBinary(path: string): Body {
  return {
    read: (source, bytes) => {
      const at = take(source, bytes, path)
      return source.hex.substring(2 * at, 2 * source.at).toUpperCase()
    },
    write: (sink, value) => writeRaw(sink, value, path),
  }
}

function hexBinary(plan: BinaryPlan, encoding: HexEncoding, path: string): Body {
  const set = hexCharacterSet(encoding)
  const allowed = allowedFromLine(set, plan.content.characters)
  const codes = upperCased(allowedToLine(set, plan.content.characters))
  const form = textForm(set)
  return {
    read: (source, bytes) => {
      const at = take(source, 2 * bytes, path)
      const wrong = contentFault(source, at, allowed)
      if (wrong >= 0) refuseBytes('CONTENT_INVALID', wrong, path)
      return (source.texts[form] as string).substring(at, source.at).toUpperCase()
    },
    write: (sink, value) => {
      if (!writeCharacters(sink, value, codes)) refuseValue('CONTENT_INVALID', path)
    },
  }
}

function upperCased(codes: Uint8Array): Uint8Array {
  const upper = Uint8Array.from(codes)
  for (const letter of 'abcdef') {
    upper[letter.charCodeAt(0)] = codes[letter.toUpperCase().charCodeAt(0)] as number
  }
  return upper
}

function writeRaw(sink: Sink, value: string, path: string): void {
  for (let index = 0; index < value.length; index += 2) {
    const high = characterValue(value.charCodeAt(index))
    const low = characterValue(value.charCodeAt(index + 1))
    if ((high | low) < 0) refuseValue('CONTENT_INVALID', path)
    sink.bytes[sink.at] = (high << 4) | low
    sink.at += 1
  }
}

function characterValue(code: number): number {
  return code < 256 ? (CHARACTER_VALUES[code] as number) : -1
}
