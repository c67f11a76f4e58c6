/**
 * What readers and writers work on: one message's bytes and the place in them.
 *
 * Decoding text from a Buffer costs a call into native code, so it is done once for the whole
 * message in each form that the dialect needs (ASCII, an EBCDIC page, hex), and every element
 * cuts its value out of that. Measured against a slice for each element: a fifth of the cost.
 */
import { CHARACTER_SETS, type CharacterSet, fromLine } from '../character-sets.ts'
import { DecodeError, type DecodeErrorCode, EncodeError, type EncodeErrorCode } from '../errors.ts'
import type { Composite, FieldValue, Leniency } from '../message.ts'
import type { FieldPlan } from '../specification/plan.ts'

export interface Source {
  bytes: Buffer
  /** The next byte to read. */
  at: number
  /** The end of the message, or of the composite being read. */
  end: number
  /** Where the length prefix just read began: where a wrong length is reported. */
  lengthAt: number
  /** The whole message as text, by `textForm` index; '' for forms the dialect has no need of. */
  readonly texts: string[]
  /** The whole message in hex, lower case, two characters a byte. */
  hex: string
  /** What has been let through by the leniency of a field; undefined while there is nothing. */
  lenient: Leniency[] | undefined
}

export interface Sink {
  readonly bytes: Buffer
  at: number
}

/** Which forms of the message's text a dialect's readers cut from; gathered while they are made. */
export interface Forms {
  readonly characterSets: Set<CharacterSet>
  hex: boolean
}

export type Read = (source: Source) => FieldValue
/** Reads a value whose length on the line is known, in the field's own unit. */
export type ReadCounted = (source: Source, count: number) => FieldValue
export type Write = (sink: Sink, value: FieldValue) => void
/** Writes the value without its length and returns what a prefix has to say. */
export type WriteCounted = (sink: Sink, value: FieldValue) => number

/** For a field whose length stands elsewhere. */
export interface Counted {
  readonly readCounted: ReadCounted
  readonly writeCounted: WriteCounted
}

export interface FieldCodec extends Counted {
  readonly plan: FieldPlan
  readonly read: Read
  readonly write: Write
}

/** How a composite makes the codecs of its parts. */
export type CompilePart = (part: FieldPlan) => FieldCodec

export function textForm(set: CharacterSet): number {
  return CHARACTER_SETS.indexOf(set)
}

export function createSource(): Source {
  const texts = ['', '', '']
  return { bytes: Buffer.alloc(0), at: 0, end: 0, lengthAt: 0, texts, hex: '', lenient: undefined }
}

/** Makes a function that points a source at a message, with the text forms that are needed. */
export function compileOpen(forms: Forms): (source: Source, bytes: Buffer) => void {
  const pages = CHARACTER_SETS.map((set, index) => ({ set, index, page: fromLine(set) })).filter(
    ({ set }) => set !== 'ascii' && forms.characterSets.has(set),
  )
  const ascii = forms.characterSets.has('ascii')
  const hex = forms.hex
  return (source, bytes) => {
    source.bytes = bytes
    rewind(source)
    if (ascii) source.texts[0] = bytes.toString('latin1')
    if (hex) source.hex = bytes.toString('hex')
    for (const { index, page } of pages) source.texts[index] = translated(bytes, page)
  }
}

/** Back to the beginning of the message that is open. */
export function rewind(source: Source): void {
  source.at = 0
  source.end = source.bytes.length
  source.lenient = undefined
}

export function translated(bytes: Buffer, page: Uint8Array): string {
  const text = Buffer.allocUnsafe(bytes.length)
  for (let at = 0; at < bytes.length; at += 1) text[at] = page[bytes[at] as number] as number
  return text.toString('latin1')
}

/** Takes `count` bytes, or reports that they are not there. Returns where they begin. */
export function take(source: Source, count: number, path: string): number {
  const at = source.at
  if (at + count > source.end) refuseBytes('TRUNCATED', at, path)
  source.at = at + count
  return at
}

export function refuseBytes(code: DecodeErrorCode, offset: number, path: string): never {
  throw new DecodeError(code, offset, path)
}

/** Notes what a strict reading would have refused. */
export function letThrough(source: Source, { path, code, offset }: Leniency): void {
  source.lenient ??= []
  source.lenient.push({ path, code, offset })
}

export function refuseValue(code: EncodeErrorCode, path: string): never {
  throw new EncodeError(code, path)
}

export function textOf(value: FieldValue, path: string): string {
  if (typeof value !== 'string') refuseValue('VALUE_TYPE', path)
  return value
}

export function compositeOf(value: FieldValue, path: string): Composite {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuseValue('VALUE_TYPE', path)
  }
  return value
}
