/**
 * Bitmaps: 64 elements each, as eight raw bytes or sixteen hex characters. The first bit of a
 * bitmap says that another follows and is no element. Read into 32-bit words, two a bitmap, the
 * first bit in the highest.
 */
import type { BitmapPlan } from '../specification/plan.ts'
import { HEX_VALUES } from './binary.ts'
import { refuseBytes, type Sink, type Source, take } from './line.ts'

export interface BitmapCodec {
  /** How many bytes one bitmap takes on the line. */
  readonly width: number
  /** Reads every bitmap of a message into `words`, without the bits that only announce a bitmap. */
  readonly read: (source: Source, words: Int32Array) => void
  readonly write: (sink: Sink, words: Int32Array, bitmaps: number) => void
}

export const WORDS_MAX = 6

const ASCII_HEX = Buffer.from('0123456789ABCDEF')
const EBCDIC_HEX = Buffer.from('f0f1f2f3f4f5f6f7f8f9c1c2c3c4c5c6', 'hex')

export function compileBitmap(plan: BitmapPlan): BitmapCodec {
  const isBinary = plan.encoding === 'binary'
  const width = isBinary ? 8 : 16
  const readWord = isBinary ? binaryWord : hexWord(plan.encoding === 'hex' ? ASCII_HEX : EBCDIC_HEX)
  const writeWord = isBinary
    ? writeBinaryWord
    : writeHexWord(plan.encoding === 'hex' ? ASCII_HEX : EBCDIC_HEX)
  const { count, secondary } = plan
  /** Whether a bitmap at this place may announce nothing. */
  const mayBeEmpty = (index: number) => index === 0 || (index === 1 && secondary === 'always')
  return {
    width,
    read: (source, words) => {
      let bitmaps = 0
      let hasNext = true
      while (hasNext) {
        const at = take(source, width, 'bitmap')
        const first = readWord(source, at)
        const second = readWord(source, at + width / 2)
        if ((first | second) === 0 && !mayBeEmpty(bitmaps))
          refuseBytes('BITMAP_INVALID', at, 'bitmap')
        hasNext = bitmaps + 1 < count && first < 0
        words[2 * bitmaps] = hasNext ? first & 0x7fffffff : first
        words[2 * bitmaps + 1] = second
        bitmaps += 1
      }
      for (let index = 2 * bitmaps; index < WORDS_MAX; index += 1) words[index] = 0
      if (bitmaps === 1 && secondary === 'always') {
        refuseBytes('BITMAP_INVALID', source.at - width, 'bitmap')
      }
    },
    write: (sink, words, bitmaps) => {
      for (let word = 0; word < 2 * bitmaps; word += 1) {
        writeWord(sink, words[word] as number)
      }
    },
  }
}

function binaryWord(source: Source, at: number): number {
  const { bytes } = source
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  )
}

function writeBinaryWord(sink: Sink, word: number): void {
  sink.at = sink.bytes.writeInt32BE(word, sink.at)
}

/** Lower-case hex is read, upper-case is written. */
function hexWord(digits: Buffer): (source: Source, at: number) => number {
  const values = Int8Array.from(HEX_VALUES)
  if (digits !== ASCII_HEX) {
    values.fill(-1)
    digits.forEach((byte, value) => {
      values[byte] = value
      if (value > 9) values[byte - 0x40] = value
    })
  }
  return (source, at) => {
    let word = 0
    let faults = 0
    for (let index = at; index < at + 8; index += 1) {
      const value = values[source.bytes[index] as number] as number
      faults |= value
      word = (word << 4) | value
    }
    if (faults < 0) refuseHex(source, at, values)
    return word
  }
}

function refuseHex(source: Source, at: number, values: Int8Array): never {
  let fault = at
  while ((values[source.bytes[fault] as number] as number) >= 0) fault += 1
  return refuseBytes('BITMAP_INVALID', fault, 'bitmap')
}

function writeHexWord(digits: Buffer): (sink: Sink, word: number) => void {
  return (sink, word) => {
    let rest = word
    for (let index = sink.at + 7; index >= sink.at; index -= 1) {
      sink.bytes[index] = digits[rest & 15] as number
      rest >>>= 4
    }
    sink.at += 8
  }
}
