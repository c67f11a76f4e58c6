/** A value of a dialect as a field of a moov specification that writes the same bytes. */
import type { ByteEncoding, FieldPlan, PackedPlan, PrefixPlan, TextPlan, ValuePlan } from '#iso8583'
import type { Remark } from '../candidates.ts'
import { pageRemarks } from '../exported.ts'
import { TEXT_NAMES } from './encodings.ts'

/** As it is written; members that are undefined are not. */
export interface MoovJson {
  readonly type: string
  readonly length: number
  readonly description: string
  readonly enc?: string
  readonly prefix: string
  readonly padding?: { readonly type: 'Left' | 'Right'; readonly pad: string }
  readonly tag?: object
  readonly bitmap?: object
  readonly subfields?: Readonly<Record<string, MoovJson>>
}

interface Said {
  readonly json: MoovJson
  readonly remarks: readonly Remark[]
}

export function valueJson(field: FieldPlan, body: ValuePlan): Said | undefined {
  switch (body.kind) {
    case 'text':
      return textJson(field, body)
    case 'packed':
      return packedJson(field, body)
    case 'binary':
      return bytesJson(field, body.encoding)
  }
}

const FAMILIES = { ascii: 'ASCII', ebcdic: 'EBCDIC', bcd: 'BCD', binary: 'Binary' } as const

/** The name of a length prefix; none is `Fixed`. */
export function prefixName(prefix: PrefixPlan | undefined): string {
  if (prefix === undefined) return 'ASCII.Fixed'
  return `${FAMILIES[prefix.encoding]}.${'L'.repeat(prefix.size)}`
}

const OWN_PAGE = {
  others: '!|[]^',
  reason: 'in EBCDIC as moov has it, !, |, [, ] and ^ are other bytes than in 037',
}

/**
 * Numeric drops leading zeros, so it is only for numbers of fixed width, which get them back.
 */
function textJson({ name, length }: FieldPlan, body: TextPlan): Said | undefined {
  const prefix = prefixName(length.prefix)
  const { content, pad } = body
  const isFixed = length.prefix === undefined
  const isNumber = isFixed && content.kind === 'digits' && pad === undefined
  const padding = isNumber ? { side: 'left', with: '0' } : pad
  const head = { length: length.max, description: name, enc: TEXT_NAMES[body.characterSet], prefix }
  const json: MoovJson = {
    type: isNumber ? 'Numeric' : 'String',
    ...head,
    ...(padding === undefined
      ? {}
      : { padding: { type: padding.side === 'left' ? 'Left' : 'Right', pad: padding.with } }),
  }
  return { json, remarks: pageRemarks(body, OWN_PAGE) }
}

/** Digits with zeros for filling, counted as digits: nothing else is known there. */
function packedJson(field: FieldPlan, { content, pad }: PackedPlan): Said | undefined {
  const { name, length } = field
  const { min, max, prefix, unit } = length
  const isEven = min === max && max % 2 === 0
  const isZeros = isEven || pad.nibble === 0
  const isInDigits = prefix === undefined || (unit === 'digits' && !pad.counted)
  const isDigits = content.kind === 'digits'
  if (isDigits && isZeros && isInDigits) {
    const enc = pad.side === 'left' || isEven ? 'BCD' : 'LBCD'
    const own = prefix === undefined ? 'BCD.Fixed' : prefixName(prefix)
    const json = { type: 'String', length: max, description: name, enc, prefix: own }
    return { json, remarks: [] }
  }
  const isBytes = prefix === undefined || (unit === 'bytes' && content.kind !== 'signed')
  if (!isBytes) return undefined
  const bytes = content.kind === 'signed' ? 1 + (max >> 1) : (max + 1) >> 1
  const remark: Remark = ['coarser', 'its digits are carried as bytes']
  return rawJson({ ...field, length: { ...length, max: bytes } }, [remark])
}

/** Bytes, raw or as hex text. */
export function bytesJson(field: FieldPlan, encoding: ByteEncoding): Said | undefined {
  const { name, length } = field
  const isInBytes = length.prefix === undefined || length.unit === 'bytes'
  if (encoding === 'binary') return isInBytes ? rawJson(field, []) : undefined
  const prefix = prefixName(length.prefix)
  if (isInBytes && encoding === 'hex') {
    const enc = 'HexToASCII'
    const json = { type: 'Binary', length: length.max, description: name, enc, prefix }
    return { json, remarks: [] }
  }
  const enc = encoding === 'hex' ? 'ASCII' : 'EBCDIC'
  if (length.prefix !== undefined && isInBytes) return undefined
  const json = { type: 'String', length: 2 * length.max, description: name, enc, prefix }
  return { json, remarks: [['coarser', 'its bytes are carried as hex text']] }
}

function rawJson({ name, length }: FieldPlan, remarks: readonly Remark[]): Said | undefined {
  const prefix = prefixName(length.prefix)
  const json = { type: 'Binary', length: length.max, description: name, enc: 'Binary', prefix }
  return { json, remarks }
}
