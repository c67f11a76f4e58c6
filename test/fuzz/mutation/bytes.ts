/** Damage to the bytes of a message, by someone who knows ISO 8583. */
import type { Material, Mutation } from './mutation.ts'

type Change = (bytes: Buffer, mutation: Mutation, material: Material) => Buffer

/** What hostile or careless writers put where a length belongs. */
const LENGTH_TEXTS = [' 9', '+9', '-1', '1_0', '1x', '0x', '9 ', '00', '99', '999', '1e1', '\0\0']
const FILLER = [0x00, 0xff, 0x20, 0x30, 0x40, 0xf0, 0x0f, 0x81, 0x82, 0x84, 0x80, 0x1f]
/** MTI and up to three bitmaps in hex. */
const HEAD_BYTES = 52
const SLICE_BYTES_MAX = 64

const CHANGES: readonly Change[] = [
  flipBit,
  flipHeadBit,
  otherHexDigit,
  setByte,
  otherNibble,
  bumpLength,
  bumpLength,
  bumpByte,
  lengthText,
  cutOff,
  dropSlice,
  doubleSlice,
  swapSlices,
  insertWord,
  insertWord,
  overwriteWord,
  spliceOther,
  insertFiller,
  longBerLength,
]

/** Never longer than `INPUT_BYTES_MAX`. */
const INPUT_BYTES_MAX = 16_384

export function mutateBytes(input: Buffer, mutation: Mutation, material: Material): Buffer {
  const change = CHANGES[mutation.kind % CHANGES.length] ?? flipBit
  return change(Buffer.from(input), mutation, material).subarray(0, INPUT_BYTES_MAX)
}

function flipBit(bytes: Buffer, { at, value }: Mutation): Buffer {
  return withByte(bytes, at, (byte) => byte ^ (1 << (value & 7)))
}

function flipHeadBit(bytes: Buffer, { at, value }: Mutation): Buffer {
  return withByte(bytes, at % HEAD_BYTES, (byte) => byte ^ (1 << (value & 7)))
}

/** Of a hex bitmap, in either case, or in EBCDIC. */
function otherHexDigit(bytes: Buffer, { at, value }: Mutation): Buffer {
  const digit = '0123456789ABCDEFabcdefG'.charCodeAt(value % 23)
  return withByte(bytes, at % HEAD_BYTES, (byte) => (byte >= 0xc0 ? digit + 0xc0 : digit))
}

function setByte(bytes: Buffer, { at, value }: Mutation): Buffer {
  return withByte(bytes, at, () => value & 255)
}

function otherNibble(bytes: Buffer, { at, value }: Mutation): Buffer {
  return withByte(bytes, at, (byte) =>
    value & 16 ? (byte & 0xf0) | (value & 15) : (byte & 15) | ((value & 15) << 4),
  )
}

/** The next run of two digits or more, in ASCII or EBCDIC: one more, one less, or nine more. */
function bumpLength(bytes: Buffer, { at, value }: Mutation): Buffer {
  const from = nextDigits(bytes, at % (bytes.length + 1))
  const by = [1, -1, 9, -9, 10, 90][value % 6] ?? 1
  return withByte(bytes, from + 1, (byte) => (byte & 0xf0) | (((byte + by + 10) % 10) & 15))
}

function bumpByte(bytes: Buffer, { at, value }: Mutation): Buffer {
  return withByte(bytes, at, (byte) => byte + (value % 19) - 9)
}

function lengthText(bytes: Buffer, { at, value }: Mutation): Buffer {
  const text = LENGTH_TEXTS[value % LENGTH_TEXTS.length] ?? ''
  bytes.write(text, nextDigits(bytes, at % (bytes.length + 1)), 'latin1')
  return bytes
}

function cutOff(bytes: Buffer, { at }: Mutation): Buffer {
  return bytes.subarray(0, at % (bytes.length + 1))
}

function dropSlice(bytes: Buffer, mutation: Mutation): Buffer {
  const { from, to } = sliceOf(bytes, mutation)
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
}

function doubleSlice(bytes: Buffer, mutation: Mutation): Buffer {
  const { from, to } = sliceOf(bytes, mutation)
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)])
}

function swapSlices(bytes: Buffer, mutation: Mutation): Buffer {
  const { from, to } = sliceOf(bytes, mutation)
  const middle = (from + to) >> 1
  const pieces = [[0, from] as const, [middle, to] as const, [from, middle] as const]
  const rest = bytes.subarray(to)
  return Buffer.concat([...pieces.map(([start, end]) => bytes.subarray(start, end)), rest])
}

function insertWord(bytes: Buffer, { at, value }: Mutation, { lexicon }: Material): Buffer {
  const place = at % (bytes.length + 1)
  const word = lexicon[value % lexicon.length] ?? Buffer.of(value & 255)
  return Buffer.concat([bytes.subarray(0, place), word, bytes.subarray(place)])
}

function overwriteWord(bytes: Buffer, { at, value }: Mutation, { lexicon }: Material): Buffer {
  const word = lexicon[value % lexicon.length]
  if (bytes.length > 0) word?.copy(bytes, at % bytes.length)
  return bytes
}

function spliceOther(bytes: Buffer, mutation: Mutation, { other }: Material): Buffer {
  const place = mutation.at % (bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, place), other.subarray(mutation.value % (place + 1))])
}

function insertFiller(bytes: Buffer, { at, value }: Mutation): Buffer {
  const place = at % (bytes.length + 1)
  const filler = Buffer.alloc(1 + ((value >> 8) % 40), FILLER[value % FILLER.length] ?? 0)
  return Buffer.concat([bytes.subarray(0, place), filler, bytes.subarray(place)])
}

/** One byte of length becomes a long form, right or not. */
function longBerLength(bytes: Buffer, { at, value }: Mutation): Buffer {
  const place = at % (bytes.length + 1)
  const width = 1 + (value % 5)
  const length = Buffer.alloc(width)
  length[width - 1] = bytes[place] ?? value & 255
  const form = Buffer.concat([Buffer.of(0x80 | width), length])
  return Buffer.concat([bytes.subarray(0, place), form, bytes.subarray(place + 1)])
}

function withByte(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  if (bytes.length === 0) return bytes
  const place = at % bytes.length
  bytes[place] = change(bytes[place] ?? 0) & 255
  return bytes
}

function sliceOf(bytes: Buffer, { at, value }: Mutation): { from: number; to: number } {
  const from = at % (bytes.length + 1)
  return { from, to: Math.min(bytes.length, from + 1 + (value % SLICE_BYTES_MAX)) }
}

function nextDigits(bytes: Buffer, from: number): number {
  for (let at = from; at + 1 < bytes.length; at += 1) {
    if (isDigit(bytes[at] ?? 0) && isDigit(bytes[at + 1] ?? 0)) return at
  }
  return Math.max(0, bytes.length - 2)
}

function isDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0xf0 && byte <= 0xf9)
}
