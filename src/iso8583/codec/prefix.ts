/**
 * Length prefixes: decimal digits in ASCII, EBCDIC or packed, or a big-endian binary number. Digits
 * only, unless a field asks for leniency.
 */
import type { FieldValue } from '../message.ts'
import type { PrefixPlan } from '../specification/plan.ts'
import { letThrough, refuseBytes, type Sink, type Source, take, type WriteCounted } from './line.ts'

export interface Prefix {
  /** How many bytes it takes on the line. */
  readonly width: number
  /** Reads the count and notes where it stood. */
  readonly read: (source: Source) => number
  readonly write: (sink: Sink, count: number) => void
}

/** Makes what writes a value behind its prefix: the count is known once the value is there. */
export function compilePrefixed(
  prefix: Prefix,
): (sink: Sink, value: FieldValue, writeCounted: WriteCounted) => void {
  return (sink, value, writeCounted) => {
    const start = sink.at
    sink.at += prefix.width
    const count = writeCounted(sink, value)
    const end = sink.at
    sink.at = start
    prefix.write(sink, count)
    sink.at = end
  }
}

/** A lenient one takes spaces for leading zeros. */
export function compilePrefix(plan: PrefixPlan, path: string, isLenient = false): Prefix {
  switch (plan.encoding) {
    case 'ascii':
      return digitPrefix(plan.size, { zero: 0x30, space: isLenient ? 0x20 : undefined, path })
    case 'ebcdic':
      return digitPrefix(plan.size, { zero: 0xf0, space: isLenient ? 0x40 : undefined, path })
    case 'bcd':
      return packedPrefix((plan.size + 1) >> 1, plan.size, path)
    case 'binary':
      return binaryPrefix(plan.size, path)
  }
}

interface DigitCodes {
  readonly zero: number
  /** What is taken for a leading zero besides it. */
  readonly space: number | undefined
  readonly path: string
}

function digitPrefix(width: number, codes: DigitCodes): Prefix {
  const { zero, path } = codes
  return {
    width,
    read: (source) => {
      const at = take(source, width, path)
      let count = 0
      let faults = 0
      for (let index = at; index < source.at; index += 1) {
        const digit = (source.bytes[index] as number) - zero
        faults |= digit | (9 - digit)
        count = count * 10 + digit
      }
      source.lengthAt = at
      return faults < 0 ? spacedCount(source, at, codes) : count
    },
    write: (sink, count) => {
      let rest = count
      for (let index = sink.at + width - 1; index >= sink.at; index -= 1) {
        const tens = (rest / 10) | 0
        sink.bytes[index] = zero + rest - tens * 10
        rest = tens
      }
      sink.at += width
    },
  }
}

/** A count with spaces before its digits, of which there is one at least. */
function spacedCount(source: Source, at: number, { zero, space, path }: DigitCodes): number {
  let from = at
  while (from + 1 < source.at && source.bytes[from] === space) from += 1
  let count = 0
  for (let index = from; index < source.at; index += 1) {
    const digit = (source.bytes[index] as number) - zero
    if (digit < 0 || digit > 9) refuseBytes('LENGTH_INVALID', at, path)
    count = count * 10 + digit
  }
  letThrough(source, { path, code: 'LENGTH_INVALID', offset: at })
  return count
}

/** An odd count of digits has a leading half byte, which is zero. */
function packedPrefix(width: number, digits: number, path: string): Prefix {
  const isOdd = digits % 2 === 1
  return {
    width,
    read: (source) => {
      const at = take(source, width, path)
      let count = 0
      let faults = 0
      for (let index = at; index < source.at; index += 1) {
        const byte = source.bytes[index] as number
        const high = byte >> 4
        const low = byte & 15
        faults |= (9 - high) | (9 - low)
        count = count * 100 + high * 10 + low
      }
      if (faults < 0) refuseBytes('LENGTH_INVALID', at, path)
      if (isOdd && (source.bytes[at] as number) >> 4 !== 0) refuseBytes('LENGTH_INVALID', at, path)
      source.lengthAt = at
      return count
    },
    write: (sink, count) => {
      let rest = count
      for (let index = sink.at + width - 1; index >= sink.at; index -= 1) {
        const hundreds = (rest / 100) | 0
        const pair = rest - hundreds * 100
        const tens = (pair / 10) | 0
        sink.bytes[index] = (tens << 4) | (pair - tens * 10)
        rest = hundreds
      }
      sink.at += width
    },
  }
}

function binaryPrefix(width: number, path: string): Prefix {
  return {
    width,
    read: (source) => {
      const at = take(source, width, path)
      source.lengthAt = at
      return source.bytes.readUIntBE(at, width)
    },
    write: (sink, count) => {
      sink.at = sink.bytes.writeUIntBE(count, sink.at, width)
    },
  }
}
