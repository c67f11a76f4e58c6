/**
 * Text values in ASCII or EBCDIC, with their content class, dates and signs checked, and their
 * padding.
 */
import {
  allowedFromLine,
  allowedToLine,
  type CharacterSet,
  fromLine,
  toLine,
} from '../character-sets.ts'
import { type ContentClass, dateFault } from '../content.ts'
import type { FieldPlan, TextPad, TextPlan } from '../specification/plan.ts'
import {
  letThrough,
  refuseBytes,
  refuseValue,
  type Sink,
  type Source,
  take,
  textForm,
} from './line.ts'

/** Reads and writes values whose count of positions has been settled. */
export interface Body {
  readonly read: (source: Source, positions: number) => string
  readonly write: (sink: Sink, value: string) => void
}

export function compileText(text: TextPlan, plan: FieldPlan): Body {
  const write = compileWrite(text, plan.path)
  const body = { read: compileRead(text, plan), write }
  const { pad, characterSet } = text
  return pad === undefined ? body : paddedText(body, plan, { pad, characterSet })
}

function compileRead(text: TextPlan, { path, lenient }: FieldPlan): Body['read'] {
  const { content, characterSet } = text
  const faultFrom = compileCheck(content, characterSet)
  const form = textForm(characterSet)
  const printable = lenient.includes('content') ? printableFromLine(characterSet) : undefined
  return (source, positions) => {
    const at = take(source, positions, path)
    const fault = faultFrom(source, at)
    if (fault >= 0) {
      const unprintable = printable ? contentFault(source, at, printable) : fault
      if (unprintable >= 0) refuseBytes('CONTENT_INVALID', unprintable, path)
      letThrough(source, { path, code: 'CONTENT_INVALID', offset: fault })
    }
    return (source.texts[form] as string).substring(at, source.at)
  }
}

function printableFromLine(set: CharacterSet): Uint8Array {
  return fromLine(set).map((code) => (code === 0 ? 0 : 1))
}

/** Finds the first byte from `at` to the source's place that should not be there, or -1. */
type Check = (source: Source, at: number) => number

function compileCheck(content: ContentClass, set: CharacterSet): Check {
  const allowed = allowedFromLine(set, content.characters)
  const codes = toLine(set)
  const [credit, debit] = [codes[0x43], codes[0x44]]
  if (content.kind === 'signed') {
    return (source, at) => {
      const sign = source.bytes[at]
      return sign === credit || sign === debit ? contentFault(source, at + 1, allowed) : at
    }
  }
  if (content.ranges.length === 0) return (source, at) => contentFault(source, at, allowed)
  const form = textForm(set)
  return (source, at) => {
    const wrong = contentFault(source, at, allowed)
    return wrong >= 0 ? wrong : dateFault(content, source.texts[form] as string, at)
  }
}

function compileWrite({ content, characterSet }: TextPlan, path: string): Body['write'] {
  const codes = allowedToLine(characterSet, content.characters)
  if (content.kind === 'signed') {
    const [credit, debit] = [toLine(characterSet)[0x43], toLine(characterSet)[0x44]]
    return (sink, value) => {
      sink.bytes[sink.at] = signByte(value, credit, debit) ?? refuseValue('CONTENT_INVALID', path)
      sink.at += 1
      if (!writeCharacters(sink, value.substring(1), codes)) refuseValue('CONTENT_INVALID', path)
    }
  }
  const isDate = content.ranges.length > 0
  return (sink, value) => {
    if (isDate && dateFault(content, value) >= 0) refuseValue('CONTENT_INVALID', path)
    if (!writeCharacters(sink, value, codes)) refuseValue('CONTENT_INVALID', path)
  }
}

/** `C` or `D` as it stands on the line: x+n. */
export function signByte<Byte>(value: string, credit: Byte, debit: Byte): Byte | undefined {
  const sign = value.charCodeAt(0)
  if (sign === 0x43) return credit
  return sign === 0x44 ? debit : undefined
}

/**
 * A field of fixed width, filled on one edge. The fill comes off on the way in unless it is kept.
 */
function paddedText(
  body: Body,
  { length: { min, max }, path }: FieldPlan,
  { pad, characterSet }: { pad: TextPad; characterSet: CharacterSet },
): Body {
  const { side, with: fill, kept } = pad
  const byte = toLine(characterSet)[fill.charCodeAt(0)] as number
  if (kept) {
    return {
      read: body.read,
      write: (sink, value) =>
        body.write(sink, side === 'left' ? value.padStart(max, fill) : value.padEnd(max, fill)),
    }
  }
  const isSpace = fill === ' '
  return {
    read: (source) => {
      const start = take(source, max, path)
      const end = source.at
      let from = start
      let to = end
      if (side === 'left') while (from < end && source.bytes[from] === byte) from += 1
      else while (to > start && source.bytes[to - 1] === byte) to -= 1
      if (to - from < min) refuseBytes('LENGTH_UNDER_MIN', start, path)
      source.at = from
      const value = body.read(source, to - from)
      source.at = end
      return value
    },
    write: (sink, value) => {
      const bare = bareOf(value, side, fill)
      if (!isSpace && bare.length < value.length) refuseValue('LENGTH_AMBIGUOUS', path)
      if (bare.length < min) refuseValue('LENGTH_UNDER_MIN', path)
      if (side === 'left') fillWith(sink, byte, max - bare.length)
      body.write(sink, bare)
      if (side === 'right') fillWith(sink, byte, max - bare.length)
    },
  }
}

/**
 * A value may come with spaces for its fill already on it: they mean nothing at the edge of a text,
 * and hosts and programs pass such texts on at their full width. Any other fill may be part of what
 * the value means, as a zero is of a number, and would be lost.
 */
function bareOf(value: string, side: 'left' | 'right', fill: string): string {
  let from = 0
  let to = value.length
  if (side === 'left') while (from < to && value[from] === fill) from += 1
  else while (to > from && value[to - 1] === fill) to -= 1
  return value.substring(from, to)
}

function fillWith(sink: Sink, byte: number, count: number): void {
  sink.bytes.fill(byte, sink.at, sink.at + count)
  sink.at += count
}

/**
 * The first byte from `at` to the source's place that is not allowed, -1 when there is none.
 * One pass without a branch; only a fault looks for its place.
 */
export function contentFault(source: Source, at: number, allowed: Uint8Array): number {
  const { bytes, at: end } = source
  let good = 1
  for (let index = at; index < end; index += 1) good &= allowed[bytes[index] as number] as number
  if (good === 1) return -1
  let fault = at
  while (allowed[bytes[fault] as number] === 1) fault += 1
  return fault
}

/** Writes each character by its code for the line; tells whether all of them have one. */
export function writeCharacters(sink: Sink, value: string, codes: Uint8Array): boolean {
  const { bytes, at } = sink
  const length = value.length
  let high = 0
  let faults = 0
  for (let index = 0; index < length; index += 1) {
    const character = value.charCodeAt(index)
    const code = codes[character & 255] as number
    high |= character
    faults |= code - 1
    bytes[at + index] = code
  }
  sink.at = at + length
  return faults >= 0 && high <= 255
}
