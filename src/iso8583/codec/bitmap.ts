/**
 * Bitmaps of a message or of a composite, as raw bytes or as hex characters. Where several can
 * follow one another, the first bit of each but the last says that another follows and stands for
 * nothing else. Read into 32-bit words, the first bit in the highest, so that bit `number` is in
 * word `(number - 1) >> 5` whatever the size of the bitmap.
 */
import type { BitmapPlan } from '../specification/plan.ts'
import { bitmapBytes } from '../specification/sizes.ts'
import { type HexEncoding, hexDigits, hexFault, hexValues } from './hex.ts'
import { refuseBytes, type Sink, type Source, take } from './line.ts'

export interface BitmapCodec {
  /** How many bytes one bitmap takes on the line. */
  readonly width: number
  /** Reads every bitmap there is into `words`, without the bits that only announce a bitmap. */
  readonly read: (source: Source, words: Int32Array) => void
  /** Writes so many bitmaps, each but the last announcing the next. */
  readonly write: (sink: Sink, words: Int32Array, bitmaps: number) => void
  /** How many bytes behind the start of the first bitmap the bit of a number stands. */
  readonly offsetOf: (number: number) => number
}

/** Three bitmaps of eight bytes; no composite has more. */
export const WORDS_MAX = 6

const ANNOUNCEMENT = 0x80000000

/** `path` names the bitmap in refusals. */
export function compileBitmap(plan: BitmapPlan, path: string): BitmapCodec {
  const { bytes, count, secondary } = plan
  const width = bitmapBytes(plan)
  const sizes = Array.from({ length: (bytes + 3) >> 2 }, (_, word) => Math.min(4, bytes - 4 * word))
  const bytesOnLine = width / bytes
  const { readWord, writeWord } =
    plan.encoding === 'binary' ? RAW_WORDS : hexWords(plan.encoding, path)
  const isAlways = secondary === 'always'

  /** Whether any bit is set. */
  const readOne = (source: Source, words: Int32Array, from: number): boolean => {
    const at = take(source, width, path)
    let any = 0
    for (let index = 0; index < sizes.length; index += 1) {
      const word = readWord(source, at + 4 * bytesOnLine * index, sizes[index] as number)
      words[from + index] = word
      any |= word
    }
    return any !== 0
  }
  return {
    width,
    read: (source, words) => {
      const start = source.at
      let bitmaps = 0
      let hasNext = true
      words.fill(0)
      while (hasNext) {
        const from = bitmaps * sizes.length
        const mayBeEmpty = bitmaps === 0 || (bitmaps === 1 && isAlways)
        if (!readOne(source, words, from) && !mayBeEmpty) {
          refuseBytes('BITMAP_INVALID', source.at - width, path)
        }
        bitmaps += 1
        hasNext = bitmaps < count && (words[from] as number) < 0
        if (hasNext) words[from] = (words[from] as number) & ~ANNOUNCEMENT
      }
      if (bitmaps === 1 && isAlways) refuseBytes('BITMAP_INVALID', start, path)
    },
    write: (sink, words, bitmaps) => {
      for (let index = 0; index < bitmaps * sizes.length; index += 1) {
        const isAnnouncing = index % sizes.length === 0 && index < (bitmaps - 1) * sizes.length
        const word = (words[index] as number) | (isAnnouncing ? ANNOUNCEMENT : 0)
        writeWord(sink, word, sizes[index % sizes.length] as number)
      }
    },
    offsetOf: (number) => Math.floor(((number - 1) * bytesOnLine) / 8),
  }
}

/** Sets the bit of a number, from 1. */
export function setBit(words: Int32Array, number: number): void {
  const index = (number - 1) >> 5
  words[index] = (words[index] as number) | (ANNOUNCEMENT >>> (number - 1))
}

export function hasBit(words: Int32Array, number: number): boolean {
  return ((words[(number - 1) >> 5] as number) & (ANNOUNCEMENT >>> (number - 1))) !== 0
}

/** The first number whose bit is set and that is not known, 0 when there is none. */
export function unknownBit(words: Int32Array, known: Int32Array): number {
  for (let index = 0; index < WORDS_MAX; index += 1) {
    const unknown = (words[index] as number) & ~(known[index] as number)
    if (unknown !== 0) return 32 * index + Math.clz32(unknown) + 1
  }
  return 0
}

/** A word of up to four bytes, its first bit in the highest place. */
interface WordCodec {
  readonly readWord: (source: Source, at: number, bytes: number) => number
  readonly writeWord: (sink: Sink, word: number, bytes: number) => void
}

const RAW_WORDS: WordCodec = {
  readWord: ({ bytes }, at, size) => {
    let word = 0
    for (let index = at; index < at + size; index += 1)
      word = (word << 8) | (bytes[index] as number)
    return word << (32 - 8 * size)
  },
  writeWord: (sink, word, size) => {
    for (let index = 0; index < size; index += 1) {
      sink.bytes[sink.at + index] = word >>> (24 - 8 * index)
    }
    sink.at += size
  },
}

function hexWords(encoding: HexEncoding, path: string): WordCodec {
  const values = hexValues(encoding)
  const digits = hexDigits(encoding)
  return {
    readWord: ({ bytes }, at, size) => {
      let word = 0
      let faults = 0
      for (let index = at; index < at + 2 * size; index += 1) {
        const value = values[bytes[index] as number] as number
        faults |= value
        word = (word << 4) | value
      }
      if (faults < 0) {
        refuseBytes('BITMAP_INVALID', hexFault(bytes, values, { at, end: at + 2 * size }), path)
      }
      return word << (32 - 8 * size)
    },
    writeWord: (sink, word, size) => {
      for (let index = 0; index < 2 * size; index += 1) {
        sink.bytes[sink.at + index] = digits[(word >>> (28 - 4 * index)) & 15] as number
      }
      sink.at += 2 * size
    },
  }
}
