/**
 * Packed decimal: two digits a byte, an odd count filled up with one half byte on a side and with a
 * value that the dialect names. The separator of track data is half byte D and `=` in the value. A
 * signed amount is its sign as one byte of a character set, then packed digits.
 */
import { toLine } from '../character-sets.ts'
import { type ContentClass, dateFault } from '../content.ts'
import type { FieldPlan, NibblePad, PackedPlan } from '../specification/plan.ts'
import { prefixCount } from '../specification/sizes.ts'
import { letThrough, refuseBytes, refuseValue, type Sink, type Source, take } from './line.ts'
import { type Body, signByte } from './text.ts'

const SEPARATOR = 13

export function compilePacked(packed: PackedPlan, plan: FieldPlan): Body {
  const digits = packedDigits(packed, plan)
  return packed.content.kind === 'signed' ? signedPacked(digits, packed, plan.path) : digits
}

/**
 * For lengths that count the filling half byte (bytes do): how many positions are there. A fixed
 * length is known. Else a filler that is no digit of the class tells itself; a filler that could be
 * a digit is taken for one unless the count is one over the maximum.
 */
export function compileTold(packed: PackedPlan, plan: FieldPlan): Told {
  const { min, max } = plan.length
  if (min < max) return varyingTold(packed, plan)
  const known = prefixCount(plan, max)
  return {
    positionsAt: (_, count) => (count === known ? max : count > known ? max + 1 : min - 1),
    canTell: () => true,
  }
}

export interface Told {
  /** From what a prefix says, the source standing behind it. */
  readonly positionsAt: (source: Source, count: number) => number
  /** Whether a value of so many digits would be read back with as many. */
  readonly canTell: (positions: number) => boolean
}

function varyingTold({ content, pad }: PackedPlan, { length, lenient, path }: FieldPlan): Told {
  const { side, nibble } = pad
  const { max, unit } = length
  const isPlain = !isDigit(content, nibble)
  const isLenient = lenient.includes('pad')
  /** Whether the half byte on the pad's side is the filler of so many half bytes. */
  const isFiller = (edge: number, nibbles: number) => {
    if (isLenient) return nibbles === max + 1 || !isDigit(content, edge)
    return edge === nibble && (isPlain || nibbles === max + 1)
  }
  return {
    positionsAt: (source, count) => {
      const nibbles = unit === 'bytes' ? 2 * count : count
      if (nibbles % 2 === 1) refuseBytes('LENGTH_INVALID', source.lengthAt, path)
      const bytes = nibbles >> 1
      if (nibbles === 0 || source.at + bytes > source.end) return nibbles
      const edge = source.bytes[side === 'left' ? source.at : source.at + bytes - 1] as number
      return isFiller(side === 'left' ? edge >> 4 : edge & 15, nibbles) ? nibbles - 1 : nibbles
    },
    canTell: (positions) => positions % 2 === 0 || isPlain || positions === max,
  }
}

function isDigit(content: ContentClass, nibble: number): boolean {
  return nibble <= 9 || (content.kind === 'track' && nibble === SEPARATOR)
}

function packedDigits({ content, pad }: PackedPlan, { path, lenient }: FieldPlan): Body {
  const isLenient = lenient.includes('pad')
  const isTrack = content.kind === 'track'
  const bothDigits = Uint8Array.from({ length: 256 }, (_, byte) =>
    isDigit(content, byte >> 4) && isDigit(content, byte & 15) ? 1 : 0,
  )
  return {
    read: (source, positions) => {
      const at = take(source, (positions + 1) >> 1, path)
      const isOdd = positions % 2 === 1
      checkNibbles(source, { at, isOdd, isLenient, pad, content, bothDigits, path })
      const from = 2 * at + (isOdd && pad.side === 'left' ? 1 : 0)
      const value = source.hex.substring(from, from + positions)
      if (isTrack) return value.replaceAll('d', '=')
      const fault = dateFault(content, value)
      if (fault >= 0) refuseBytes('CONTENT_INVALID', at + ((from - 2 * at + fault) >> 1), path)
      return value
    },
    write: (sink, value) => {
      if (dateFault(content, value) >= 0) refuseValue('CONTENT_INVALID', path)
      writeNibbles(sink, { value, pad, isTrack, path })
    },
  }
}

function signedPacked(digits: Body, packed: PackedPlan, path: string): Body {
  const codes = toLine(packed.sign)
  const [credit, debit] = [codes[0x43], codes[0x44]]
  return {
    read: (source, positions) => {
      const at = take(source, 1, path)
      const sign = source.bytes[at] as number
      if (sign !== credit && sign !== debit) refuseBytes('CONTENT_INVALID', at, path)
      return (sign === credit ? 'C' : 'D') + digits.read(source, positions - 1)
    },
    write: (sink, value) => {
      const sign = signByte(value, credit, debit) ?? refuseValue('CONTENT_INVALID', path)
      sink.bytes[sink.at] = sign
      sink.at += 1
      digits.write(sink, value.substring(1))
    },
  }
}

interface NibbleRun {
  readonly at: number
  readonly isOdd: boolean
  readonly isLenient: boolean
  readonly pad: NibblePad
  readonly content: ContentClass
  readonly bothDigits: Uint8Array
  readonly path: string
}

function checkNibbles(source: Source, run: NibbleRun): void {
  const { at, isOdd, isLenient, pad, content, bothDigits, path } = run
  const bytes = source.bytes
  let from = at
  let to = source.at
  if (isOdd) {
    const isLeft = pad.side === 'left'
    const edge = isLeft ? from : to - 1
    const byte = bytes[edge] as number
    if ((isLeft ? byte >> 4 : byte & 15) !== pad.nibble) {
      if (!isLenient) refuseBytes('PAD_INVALID', edge, path)
      letThrough(source, { path, code: 'PAD_INVALID', offset: edge })
    }
    if (!isDigit(content, isLeft ? byte & 15 : byte >> 4)) refuseBytes('NIBBLE_INVALID', edge, path)
    if (isLeft) from += 1
    else to -= 1
  }
  let good = 1
  for (let index = from; index < to; index += 1)
    good &= bothDigits[bytes[index] as number] as number
  if (good === 1) return
  let fault = from
  while (bothDigits[bytes[fault] as number] === 1) fault += 1
  refuseBytes('NIBBLE_INVALID', fault, path)
}

interface NibbleText {
  readonly value: string
  readonly pad: NibblePad
  readonly isTrack: boolean
  readonly path: string
}

function writeNibbles(sink: Sink, { value, pad, isTrack, path }: NibbleText): void {
  const isOdd = value.length % 2 === 1
  let held = isOdd && pad.side === 'left' ? pad.nibble : -1
  for (let index = 0; index < value.length; index += 1) {
    const nibble = nibbleOf(value.charCodeAt(index), isTrack)
    if (nibble < 0) refuseValue('CONTENT_INVALID', path)
    if (held < 0) held = nibble
    else {
      sink.bytes[sink.at] = (held << 4) | nibble
      sink.at += 1
      held = -1
    }
  }
  if (held < 0) return
  sink.bytes[sink.at] = (held << 4) | pad.nibble
  sink.at += 1
}

function nibbleOf(character: number, isTrack: boolean): number {
  if (character >= 0x30 && character <= 0x39) return character - 0x30
  return isTrack && character === 0x3d ? SEPARATOR : -1
}
