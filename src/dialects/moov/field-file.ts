/** One field of a moov specification to an element of a dialect, its parts included. */
import type { Mask } from '#iso8583'
import { type Candidate, chosenField, noField, type Remark } from '../candidates.ts'
import type { FieldFile, LengthFile, PadFile, Surroundings } from '../dialect-file.ts'
import type { NoteTaker } from '../notes.ts'
import { compositeCandidate } from './composite-file.ts'
import { BYTE_ENCODINGS, TEXT_ENCODINGS } from './encodings.ts'
import type { MoovField } from './moov-spec.ts'
import { moovPrefix } from './prefix.ts'

export interface FieldSetting {
  readonly mask: Mask | undefined
  readonly inside: Surroundings
  readonly notes: NoteTaker
}

export function fieldFileOf(field: MoovField, setting: FieldSetting): FieldFile | undefined {
  const whole = () => (field.subfields ? wholeCandidate : valueCandidate)(field, setting)
  const inParts = () => compositeCandidate(field, setting, fieldFileOf)
  return chosenField(field.subfields ? [inParts, whole] : [whole], setting)
}

export function nameOf({ description }: MoovField, { notes }: FieldSetting): string {
  return description?.trim() || `Element ${notes.path}`
}

interface Value {
  readonly content: string
  readonly encoding: string
  readonly pad?: PadFile
}

/** A text in Binary is written as it is. */
const TEXTS = new Map([...TEXT_ENCODINGS, ['Binary', 'ascii'] as const])
const BYTES = new Map([...BYTE_ENCODINGS, ['ASCIIToHex', 'binary'] as const])
const TEXT_CLASSES: ReadonlyMap<string, string> = new Map([
  ['String', 'ans'],
  ['Numeric', 'n'],
  ['Track1', 'ans'],
  ['Track2', 'z'],
  ['Track3', 'ans'],
])
const BYTE_TYPES = ['Binary', 'Hex', 'String']

function valueIn({ type = '', enc = '' }: MoovField): Value | undefined {
  const content = TEXT_CLASSES.get(type)
  const text = TEXTS.get(enc)
  const isDigits = content !== undefined && (enc === 'BCD' || enc === 'LBCD')
  if (isDigits) {
    const pad: PadFile = { side: enc === 'BCD' ? 'left' : 'right', with: '0' }
    return { content: content === 'z' ? 'z' : 'n', encoding: 'bcd', pad }
  }
  if (content !== undefined && text !== undefined) return { content, encoding: text }
  const bytes = BYTE_TYPES.includes(type) ? BYTES.get(enc) : undefined
  return bytes === undefined ? undefined : { content: 'b', encoding: bytes }
}

function valueCandidate(field: MoovField, setting: FieldSetting): Candidate {
  const value = valueIn(field)
  const prefix = moovPrefix(field.prefix)
  const { length: max } = field
  if (value === undefined) {
    return noField(
      `type ${field.type ?? '(none)'} in ${field.enc ?? '(no encoding)'} is not known here`,
    )
  }
  if (prefix === undefined) return noField(`its prefix ${field.prefix ?? '(none)'} cannot be said`)
  if (max === undefined) return noField('its length is no whole number from 1 to 99999')
  const { mask, inside } = setting
  if (inside !== 'message') return told(value, { max, field, setting })
  const filled = fillOf(value, field, prefix.kind)
  const length: number | LengthFile =
    prefix.kind === 'counted'
      ? { min: filled.isWhole ? max : 0, max, prefix: prefix.prefix, ...unitOf(value) }
      : filled.isTrimmed
        ? { min: 0, max }
        : max
  const result: FieldFile = {
    name: nameOf(field, setting),
    content: value.content,
    encoding: value.encoding,
    length,
    ...(filled.pad ? { pad: filled.pad } : {}),
    ...(mask ? { mask } : {}),
  }
  return { kind: 'field', field: result, remarks: [...filled.remarks, ...pageRemarks(value)] }
}

/** Its EBCDIC is a page of its own, 037 in all but five characters; digits are none of them. */
function pageRemarks({ content, encoding }: Value): Remark[] {
  if (encoding !== 'ebcdic-037' || content !== 'ans') return []
  return [['differs', 'its EBCDIC is read as 037, where !, |, [, ] and ^ are other bytes']]
}

/**
 * A part whose composite says its length: digits where they are packed, but bytes in BER-TLV.
 */
function told(
  { content, encoding, pad }: Value,
  { max, field, setting }: { max: number; field: MoovField; setting: FieldSetting },
): Candidate {
  const { mask, inside } = setting
  const isInDigits = encoding === 'bcd' && inside === 'tagged'
  const result: FieldFile = {
    name: nameOf(field, setting),
    content,
    encoding,
    length: { min: 0, max, ...(isInDigits ? { unit: 'digits' } : {}) },
    ...(pad ? { pad } : {}),
    ...(mask ? { mask } : {}),
  }
  return { kind: 'field', field: result, remarks: pageRemarks({ content, encoding }) }
}

/** Bytes are counted as bytes, in hex text too. */
function unitOf({ content }: Value): { unit?: string } {
  return content === 'b' ? { unit: 'bytes' } : {}
}

interface Fill {
  readonly pad: PadFile | undefined
  /** Whether the filling comes off, so that a value may be short. */
  readonly isTrimmed: boolean
  /** Whether values are filled up behind a length. */
  readonly isWhole: boolean
  readonly remarks: readonly Remark[]
}

/** moov takes filling off on the way in. Zeros are kept here: a number made of them has a value. */
function fillOf(value: Value, { padding }: MoovField, kind: string): Fill {
  const none = { pad: value.pad, isTrimmed: false, isWhole: false }
  if (padding === undefined) return { ...none, remarks: [] }
  const isText = value.encoding === 'ascii' || value.encoding.startsWith('ebcdic')
  if (kind !== 'fixed' || !isText) {
    return { ...none, isWhole: true, remarks: [['decided', 'values come with their filling on']] }
  }
  const isDigit = /^[0-9]$/.test(padding.with)
  const pad = { side: padding.side, with: padding.with }
  if (!isDigit) return { pad, isTrimmed: true, isWhole: false, remarks: [] }
  return { pad: { ...pad, kept: true }, isTrimmed: false, isWhole: false, remarks: [] }
}

/** A composite as the bytes of all its parts. */
function wholeCandidate(field: MoovField, setting: FieldSetting): Candidate {
  const bytes = { ...field, type: 'Binary', enc: 'Binary', padding: undefined }
  return valueCandidate(bytes, setting)
}
