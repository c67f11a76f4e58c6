/** A dialect to the XML of a jPOS GenericPackager. */
import {
  type BerPlan,
  type BitmappedPlan,
  type DialectPlan,
  type FieldPlan,
  isComposite,
  isOpenEnded,
  type PositionalPlan,
  type TaggedPlan,
} from '#iso8583'
import { allParts, type Exported, noteUnsaid } from '../exported.ts'
import { type Note, type NoteTaker, noteTaker } from '../notes.ts'
import { byteEncodingOf } from '../plans.ts'
import { binaryClass, bytesClass, classOf } from './class-of.ts'

export function exportJpos(dialect: DialectPlan): Exported {
  const notes: Note[] = []
  const taker = noteTaker(notes)
  noteUnsaid(dialect, taker)
  const lines = dialect.fields.flatMap(
    (field) => elementXml(field, { id: field.number, notes: taker.at(field.key) }) ?? [],
  )
  const text = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<!DOCTYPE isopackager PUBLIC "${DTD.publicId}" "${DTD.systemId}">`,
    `<!-- ${inComment(dialect.title ?? dialect.name)} -->`,
    `<isopackager maxValidField="${64 * dialect.bitmap.count}">`,
    ...[...headXml(dialect), ...lines].map((line) => `  ${line}`),
    '</isopackager>',
    '',
  ].join('\n')
  return { text, notes }
}

const DTD = {
  publicId: '-//jPOS/jPOS Generic Packager DTD 1.0//EN',
  systemId: 'http://jpos.org/dtd/generic-packager-1.0.dtd',
}

const MTI_CLASSES = { ascii: 'IFA_NUMERIC', bcd: 'IFB_NUMERIC' } as const
const BITMAP_CLASSES = {
  binary: 'IFB_BITMAP',
  hex: 'IFA_BITMAP',
  'hex-ebcdic': 'IFE_BITMAP',
} as const

function headXml({ mti, bitmap }: DialectPlan): string[] {
  const isKnown = mti.encoding === 'ascii' || mti.encoding === 'bcd'
  const className = isKnown ? MTI_CLASSES[mti.encoding] : 'IFE_NUMERIC'
  const bitmapClass = BITMAP_CLASSES[bitmap.encoding]
  return [
    isofield({ id: 0, name: 'Message type', className, length: 4, pad: true }),
    isofield({ id: 1, name: 'Bitmap', className: bitmapClass, length: 8 * bitmap.count }),
  ]
}

interface Place {
  readonly id: number
  readonly notes: NoteTaker
}

/** The lines of one element; undefined when it is left out, which is noted. */
function elementXml(field: FieldPlan, place: Place): string[] | undefined {
  const { body, name, lenient } = field
  const { id, notes } = place
  if (lenient.length > 0) notes.take('coarser', 'what it reads leniently is not said')
  if (isComposite(body)) return compositeXml(field, place)
  const said = classOf(field, body)
  if (said === undefined) {
    notes.take('left-out', 'no class writes the same bytes')
    return undefined
  }
  for (const remark of said.remarks) notes.take(...remark)
  return [isofield({ id, name, ...said })]
}

function compositeXml(field: FieldPlan, place: Place): string[] | undefined {
  const { name, length } = field
  const { id, notes } = place
  const inParts = partsXml(field, place)
  if (inParts !== undefined) return inParts
  const said = bytesClass(length, byteEncodingOf(field.body))
  if (said === undefined) {
    notes.take('left-out', 'no class writes the same bytes')
    return undefined
  }
  notes.take('coarser', 'its parts are carried as bytes')
  return [isofield({ id, name, ...said })]
}

function partsXml(field: FieldPlan, place: Place): string[] | undefined {
  const { body } = field
  switch (body.kind) {
    case 'positional':
      return positionalXml(field, body, place)
    case 'bitmap':
      return bitmapXml(field, body, place)
    case 'tagged':
      return taggedXml(field, body, place)
    case 'ber':
      return berXml(field, body, place)
    default:
      return undefined
  }
}

const SUBFIELDS = 'org.jpos.iso.packager.GenericSubFieldPackager'

/** Parts by number: their own keys where these are numbers in order, else their places. */
function positionalXml(field: FieldPlan, { parts }: PositionalPlan, place: Place) {
  if (parts.some(isOpenEnded)) return undefined
  const keys = parts.map((part) => part.key)
  const isNumbered = keys.every(
    (key, index) => /^[1-9]\d{0,2}$/.test(key) && Number(key) > Number(keys[index - 1] ?? 0),
  )
  const found = partLines(parts, place, (part, index) =>
    isNumbered ? Number(part.key) : index + 1,
  )
  if (found === undefined) return undefined
  if (!isNumbered) place.notes.take('coarser', `its parts ${keys.join(', ')} go by number`)
  return fieldpackager(field, place, {
    packager: SUBFIELDS,
    attributes: 'emitBitmap="false" firstField="1"',
    lines: found,
  })
}

function bitmapXml(field: FieldPlan, { bitmap, parts }: BitmappedPlan, place: Place) {
  const { encoding, bytes, count } = bitmap
  const isSayable = count > 1 || bytes === 8 || (bytes < 8 && encoding === 'binary')
  const found = isSayable ? partLines(parts, place, (part) => Number(part.key)) : undefined
  if (found === undefined) return undefined
  // Bit 1 can only be a part where the bitmap has another number.
  const id = parts.some((part) => part.key === '1') ? 0 : 1
  const bitmapLine = isofield({
    id,
    name: 'Bitmap',
    className: BITMAP_CLASSES[encoding],
    length: bytes * count,
  })
  return fieldpackager(field, place, {
    packager: SUBFIELDS,
    attributes: `emitBitmap="true" bitmapField="${id}" firstField="${id + 1}"`,
    lines: [bitmapLine, ...found],
  })
}

function partLines(
  parts: readonly FieldPlan[],
  { notes }: Place,
  idOf: (part: FieldPlan, index: number) => number,
): string[] | undefined {
  return allParts(parts, notes, (part, own, index) =>
    elementXml(part, { id: idOf(part, index), notes: own }),
  )?.flat()
}

/** Two ASCII digits of tag and two of length before text: the only form there is a class for. */
function taggedXml(field: FieldPlan, body: TaggedPlan, place: Place) {
  const { tag, prefix, parts, other } = body
  const isNumeric = tag.content.name === 'n' && tag.length === 2 && prefix.size === 2
  const form = isNumeric ? TAG_CLASSES.get(`${tag.encoding} ${prefix.encoding}`) : undefined
  const isText = parts.every(
    ({ body: it, length }) =>
      it.kind === 'text' && it.characterSet === form?.characterSet && length.max <= 99,
  )
  if (form === undefined || !isText || parts.length === 0) return undefined
  if (other !== undefined)
    place.notes.at('other').take('left-out', 'tags that are not listed are refused')
  return fieldpackager(field, place, {
    packager: 'org.jpos.iso.packager.EuroSubFieldPackager',
    attributes: 'emitBitmap="false"',
    lines: parts.map((part) =>
      isofield({ id: Number(part.key), name: part.name, length: part.length.max, ...form }),
    ),
  })
}

/** By the encodings of tag and length. */
const TAG_CLASSES: ReadonlyMap<string, { className: string; characterSet: string }> = new Map([
  ['ascii ascii', { className: 'IFMC_LLCHAR', characterSet: 'ascii' }],
  ['ascii ebcdic', { className: 'IFEMC_LLCHAR', characterSet: 'ebcdic-1047' }],
])

/** jPOS takes every data object as bytes, and none by name. */
function berXml(field: FieldPlan, { encoding, parts }: BerPlan, place: Place) {
  if (binaryClass(field.length, encoding) === undefined) return undefined
  if (parts.length > 0) place.notes.take('coarser', 'its data objects are not named, all are bytes')
  return fieldpackager(field, place, {
    packager: 'org.jpos.tlv.packager.bertlv.BERTLVBinaryPackager',
    attributes: 'emitBitmap="false"',
    lines: [],
  })
}

interface Packager {
  readonly packager: string
  readonly attributes: string
  readonly lines: readonly string[]
}

function fieldpackager(
  { name, length, body }: FieldPlan,
  { id }: Place,
  { packager, attributes, lines }: Packager,
): string[] | undefined {
  const said = binaryClass(length, byteEncodingOf(body))
  if (said === undefined) return undefined
  const own = settings({ id, name, ...said })
  return [
    `<isofieldpackager ${own}`,
    `    packager="${packager}" ${attributes}>`,
    ...lines.map((line) => `  ${line}`),
    '</isofieldpackager>',
  ]
}

interface FieldXml {
  readonly id: number
  readonly name: string
  readonly className: string
  readonly length: number
  readonly pad?: boolean
}

function isofield(field: FieldXml): string {
  return `<isofield ${settings(field)}/>`
}

function settings({ id, name, className, length, pad }: FieldXml): string {
  const padding = pad === undefined ? '' : ` pad="${pad}"`
  const head = `id="${id}" length="${length}" name="${escaped(name)}"`
  return `${head}${padding} class="org.jpos.iso.${className}"`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** Text for an attribute; control characters that XML cannot hold become spaces. */
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => ENTITIES[one] ?? one).replace(/\p{Cc}/gu, ' ')
}

function inComment(text: string): string {
  return escaped(text).replace(/-(?=-)|-$/g, '- ')
}
