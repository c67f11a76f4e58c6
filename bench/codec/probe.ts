/**
 * What a programmer would write by hand for this one message: straight-line code that knows every
 * place. It shows what V8 allows, and no more: it reads and writes nothing else.
 */

type Fields = Readonly<Record<string, string>>

/** Checks the bitmap, the digits of lengths, and the end; no content. */
export function unpackByHand(bytes: Buffer): { mti: string; fields: Fields } {
  const text = bytes.toString('latin1')
  if (text.substring(4, 20) !== BITMAP) throw new Error('bitmap')
  const panAt = 22
  const fixed = panAt + lengthAt(bytes, 20)
  const acquirerAt = fixed + 55
  const at = acquirerAt + lengthAt(bytes, fixed + 53)
  if (at + 38 !== bytes.length) throw new Error('end')
  return {
    mti: text.substring(0, 4),
    fields: {
      2: text.substring(panAt, fixed),
      3: text.substring(fixed, fixed + 6),
      4: text.substring(fixed + 6, fixed + 18),
      7: text.substring(fixed + 18, fixed + 28),
      11: text.substring(fixed + 28, fixed + 34),
      12: text.substring(fixed + 34, fixed + 40),
      13: text.substring(fixed + 40, fixed + 44),
      18: text.substring(fixed + 44, fixed + 48),
      22: text.substring(fixed + 48, fixed + 51),
      25: text.substring(fixed + 51, fixed + 53),
      32: text.substring(acquirerAt, at),
      37: text.substring(at, at + 12),
      41: text.substring(at + 12, at + 20),
      42: text.substring(at + 20, at + 35),
      49: text.substring(at + 35, at + 38),
    },
  }
}

const BITMAP = '7238448108C08000'

function lengthAt(bytes: Buffer, at: number): number {
  return 10 * digit(bytes[at]) + digit(bytes[at + 1])
}

function digit(byte = 0): number {
  if (byte < 0x30 || byte > 0x39) throw new Error('length')
  return byte - 0x30
}

/** Makes the bitmap from what is there and checks every length; no content. */
export function packByHand({ mti, fields }: { mti: string; fields: Fields }): Buffer {
  let first = 0
  let second = 0
  for (let number = 2; number <= 32; number += 1) {
    if (fields[number] !== undefined) first |= 1 << (32 - number)
  }
  for (let number = 33; number <= 64; number += 1) {
    if (fields[number] !== undefined) second |= 1 << (64 - number)
  }
  return Buffer.from(
    mti +
      hexOf(first) +
      hexOf(second) +
      upTo(19, fields[2]) +
      exactly(6, fields[3]) +
      exactly(12, fields[4]) +
      exactly(10, fields[7]) +
      exactly(6, fields[11]) +
      exactly(6, fields[12]) +
      exactly(4, fields[13]) +
      exactly(4, fields[18]) +
      exactly(3, fields[22]) +
      exactly(2, fields[25]) +
      upTo(11, fields[32]) +
      exactly(12, fields[37]) +
      exactly(8, fields[41]) +
      exactly(15, fields[42]) +
      exactly(3, fields[49]),
    'latin1',
  )
}

function hexOf(word: number): string {
  return (word >>> 0).toString(16).toUpperCase().padStart(8, '0')
}

function exactly(length: number, value = ''): string {
  if (value.length !== length) throw new Error('length')
  return value
}

function upTo(max: number, value = ''): string {
  const { length } = value
  if (length > max) throw new Error('length')
  return (length < 10 ? '0' : '') + length + value
}
