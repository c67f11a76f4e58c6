/** A dialect to a JSON specification of moov-io/iso8583. */
import {
  type BerPlan,
  type BitmappedPlan,
  type DialectPlan,
  type FieldPlan,
  isComposite,
  isOpenEnded,
  type PositionalPlan,
  type PrefixPlan,
  type TaggedPlan,
} from '#iso8583'
import { allParts, type Exported, noteUnsaid } from '../exported.ts'
import { type Note, type NoteTaker, noteTaker } from '../notes.ts'
import { byteEncodingOf } from '../plans.ts'
import { TEXT_NAMES } from './encodings.ts'
import { bytesJson, type MoovJson, prefixName, valueJson } from './value-json.ts'

export function exportMoov(dialect: DialectPlan): Exported {
  const notes: Note[] = []
  const taker = noteTaker(notes)
  noteUnsaid(dialect, taker)
  const { bitmap } = dialect
  if (bitmap.encoding === 'hex-ebcdic') {
    taker.at('bitmap').take('differs', 'its hex is in ASCII; there is no EBCDIC hex')
  }
  const fields = [
    ['0', mtiJson(dialect)],
    ['1', { type: 'Bitmap', length: 8, description: 'Bitmap', ...bitmapEncoding(bitmap) }],
    ...entriesOf(dialect.fields, taker),
  ]
  const lines = fields.map(([key, field]) => `    ${JSON.stringify(key)}: ${JSON.stringify(field)}`)
  const name = JSON.stringify(dialect.name)
  return { text: `{\n  "name": ${name},\n  "fields": {\n${lines.join(',\n')}\n  }\n}\n`, notes }
}

function mtiJson({ mti }: DialectPlan): MoovJson {
  const enc = mti.encoding === 'bcd' ? 'BCD' : TEXT_NAMES[mti.encoding]
  const prefix = mti.encoding === 'bcd' ? 'BCD.Fixed' : 'ASCII.Fixed'
  return { type: 'String', length: 4, description: 'Message type', enc, prefix }
}

function bitmapEncoding({ encoding }: BitmappedPlan['bitmap']): Partial<MoovJson> {
  return { enc: encoding === 'binary' ? 'Binary' : 'HexToASCII', prefix: 'Hex.Fixed' }
}

function entriesOf(fields: readonly FieldPlan[], notes: NoteTaker): [string, MoovJson][] {
  return fields.flatMap((field) => {
    const json = fieldJson(field, notes.at(field.key))
    return json === undefined ? [] : [[field.key, json]]
  })
}

/** Undefined when the element is left out, which is noted. */
function fieldJson(field: FieldPlan, notes: NoteTaker): MoovJson | undefined {
  const { body, lenient } = field
  if (lenient.length > 0) notes.take('coarser', 'what it reads leniently is not said')
  if (isComposite(body)) return compositeJson(field, notes)
  const said = valueJson(field, body)
  if (said === undefined) {
    notes.take('left-out', 'nothing there writes the same bytes')
    return undefined
  }
  for (const remark of said.remarks) notes.take(...remark)
  return said.json
}

function compositeJson(field: FieldPlan, notes: NoteTaker): MoovJson | undefined {
  const { name, length } = field
  const head = { length: length.max, description: name, prefix: prefixName(length.prefix) }
  const inParts = partsJson(field, notes)
  if (inParts !== undefined) return { type: 'Composite', ...head, ...inParts }
  const said = bytesJson(field, byteEncodingOf(field.body))
  if (said === undefined) {
    notes.take('left-out', 'nothing there writes the same bytes')
    return undefined
  }
  notes.take('coarser', 'its parts are carried as bytes')
  return said.json
}

function partsJson({ body, length }: FieldPlan, notes: NoteTaker): Partial<MoovJson> | undefined {
  if (length.unit !== 'bytes') return undefined
  switch (body.kind) {
    case 'positional':
      return positionalJson(body, notes)
    case 'bitmap':
      return bitmapJson(body, notes)
    case 'tagged':
      return taggedJson(body, notes)
    case 'ber':
      return berJson(body, notes)
    default:
      return undefined
  }
}

function subfieldsOf(
  parts: readonly FieldPlan[],
  notes: NoteTaker,
  keyOf: (part: FieldPlan, index: number) => string = (part) => part.key,
): Record<string, MoovJson> | undefined {
  const entries = allParts(parts, notes, (part, own, index) => {
    const json = fieldJson(part, own)
    return json && ([keyOf(part, index), json] as const)
  })
  return entries && Object.fromEntries(entries)
}

function positionalJson({ parts }: PositionalPlan, notes: NoteTaker) {
  if (parts.some(isOpenEnded)) return undefined
  const subfields = subfieldsOf(parts, notes, (_, index) => String(index + 1))
  if (subfields === undefined) return undefined
  const keys = parts.map((part) => part.key)
  if (keys.some((key, index) => key !== String(index + 1))) {
    notes.take('coarser', `its parts ${keys.join(', ')} go by number`)
  }
  return { tag: { sort: 'StringsByInt' }, subfields }
}

function bitmapJson({ bitmap, parts }: BitmappedPlan, notes: NoteTaker) {
  if (bitmap.count > 1 || bitmap.encoding === 'hex-ebcdic') return undefined
  const subfields = subfieldsOf(parts, notes)
  if (subfields === undefined) return undefined
  const description = 'Bitmap'
  const own = { type: 'Bitmap', length: bitmap.bytes, description, disableAutoExpand: true }
  return { bitmap: { ...own, ...bitmapEncoding(bitmap) }, subfields }
}

function taggedJson({ tag, prefix, parts, other }: TaggedPlan, notes: NoteTaker) {
  const enc = tag.encoding === 'bcd' ? undefined : TAG_ENCODINGS.get(tag.encoding)
  if (enc === undefined || parts.length === 0) return undefined
  const subfields = subfieldsOf(
    parts.map((part) => withPrefix(part, prefix)),
    notes,
  )
  if (subfields === undefined) return undefined
  if (other !== undefined)
    notes.at('other').take('left-out', 'tags that are not listed are refused')
  return { tag: { length: tag.length, enc, sort: 'StringsByInt' }, subfields }
}

const TAG_ENCODINGS: ReadonlyMap<string, string> = new Map(Object.entries(TEXT_NAMES))

/** There each part says the length that stands before it. */
function withPrefix(part: FieldPlan, prefix: PrefixPlan): FieldPlan {
  return { ...part, length: { ...part.length, prefix } }
}

function berJson({ encoding, parts, other }: BerPlan, notes: NoteTaker) {
  if (encoding !== 'binary') return undefined
  const found = parts.flatMap((part) => {
    const json = objectJson(part, notes.at(part.key))
    return json === undefined ? [] : [[part.key, { ...json, prefix: 'BerTLV' }] as const]
  })
  if (found.length === 0) return undefined
  if (other !== undefined) {
    notes.at('other').take('left-out', 'data objects that are not listed are refused')
  }
  return { tag: { enc: 'BerTLVTag', sort: 'StringsByHex' }, subfields: Object.fromEntries(found) }
}

/** Packed digits as bytes: moov would count the digits, where BER-TLV counts bytes. */
function objectJson(part: FieldPlan, notes: NoteTaker): MoovJson | undefined {
  const { body, length } = part
  if (body.kind !== 'packed') return fieldJson(part, notes)
  notes.take('coarser', 'its digits are carried as bytes')
  const bytes = { ...length, max: (length.max + 1) >> 1 }
  return bytesJson({ ...part, length: bytes }, 'binary')?.json
}
