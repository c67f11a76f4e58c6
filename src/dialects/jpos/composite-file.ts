/** A field with parts of its own: positional, behind a bitmap, tagged, or BER-TLV. */

import { type Candidate, noField, type Remark } from '../candidates.ts'
import { maskOfPart, maskOfWhole } from '../card-data.ts'
import type { CompositeFile, FieldFile, LengthFile, Surroundings } from '../dialect-file.ts'
import type { Note } from '../notes.ts'
import { fieldClass, type TagClass, type ValueClass } from './field-class.ts'
import type { FieldSetting } from './field-file.ts'
import { classNameOf, fieldsById, lengthOf, nameOf, numberAt } from './packager-xml.ts'
import type { XmlElement } from './xml.ts'

type ReadPart = (element: XmlElement, setting: FieldSetting) => FieldFile | undefined

/** What is known of a composite before its kind is. */
interface Whole {
  readonly element: XmlElement
  readonly wrapper: ValueClass
  readonly max: number
  /** Its fields by number, without those that are not used. */
  readonly children: ReadonlyMap<number, XmlElement>
  readonly read: (child: XmlElement, key: string, inside?: Surroundings) => FieldFile | undefined
}

interface Found {
  readonly composite: CompositeFile
  readonly length?: number | LengthFile
  readonly remarks?: readonly Remark[]
}

/** How a composite is described, or why it cannot be. */
export function compositeCandidate(
  element: XmlElement,
  { mask, notes }: FieldSetting,
  readPart: ReadPart,
): Candidate {
  const wrapper = fieldClass(classNameOf(element))
  const max = lengthOf(element)
  if (wrapper.kind !== 'value' || max === undefined) {
    return noField('its own class is none that holds parts')
  }
  const own: Note[] = []
  const aside = notes.aside(own)
  const used = [...fieldsById(element, aside)].filter(
    ([, child]) => fieldClass(classNameOf(child)).kind !== 'unused',
  )
  const found = compositeOf({
    element,
    wrapper,
    max,
    children: new Map(used),
    read: (child, key, inside = 'message') =>
      readPart(child, {
        mask: maskOfPart(nameOf(child)),
        isTrack: false,
        inside,
        notes: aside.at(key, child.place),
      }),
  })
  if (typeof found === 'string') return noField(found)
  const { prefix } = wrapper
  const field: FieldFile = {
    name: nameOf(element),
    length: found.length ?? (prefix === undefined ? max : { max, prefix }),
    ...(mask ? { mask: maskOfWhole(mask) } : {}),
    composite: found.composite,
  }
  return { kind: 'field', field, remarks: found.remarks ?? [], notes: own }
}

const GENERIC = /\.?Generic(Sub)?(Field)?Packager$/

function compositeOf(whole: Whole): Found | string {
  const packager = whole.element.attributes.get('packager') ?? ''
  const ber = /BERTLV(Binary|AsciiHex|EbcdicHex)Packager$/.exec(packager)?.[1]
  if (ber !== undefined) return berOf(whole, ber)
  const { encoding, content } = whole.wrapper
  if (encoding !== 'binary' && !(encoding === 'ascii' && content === 'ans')) {
    return 'its parts are encoded once more as a whole'
  }
  const tags = [...whole.children.values()].map((child) => fieldClass(classNameOf(child)))
  if (tags.length > 0 && tags.every((tag) => tag.kind === 'tag')) return taggedOf(whole, tags)
  if (!GENERIC.test(packager)) return `its packager ${packager || '(none)'} is not known here`
  const isAnnounced = whole.element.attributes.get('emitBitmap') !== 'false'
  const bitmapField = numberAt(whole.element, 'bitmapField') ?? 1
  const bitmap = whole.children.get(bitmapField)
  if (isAnnounced && fieldClass(classNameOf(bitmap)).kind === 'bitmap') {
    return bitmapOf(whole, bitmapField)
  }
  const others = [...whole.children].filter(
    ([, child]) => fieldClass(classNameOf(child)).kind === 'bitmap',
  )
  // jPOS reads a bitmap only from its bitmapField, and so cannot use such a packager itself.
  if (isAnnounced && others.length > 0) {
    const ids = others.map(([id]) => id).join(', ')
    return `its bitmap is field ${ids}, and emitBitmap takes it from field ${bitmapField}`
  }
  return positionalOf(whole, packager.endsWith('GenericPackager'))
}

/** jPOS keeps every data object; none is named, so all are kept as bytes and masked. */
function berOf({ wrapper, max }: Whole, form: string): Found {
  const encodings: Readonly<Record<string, string>> = { AsciiHex: 'hex', EbcdicHex: 'hex-ebcdic' }
  const isHexWrapped = wrapper.encoding === 'hex' || wrapper.encoding === 'hex-ebcdic'
  const encoding = isHexWrapped ? wrapper.encoding : (encodings[form] ?? 'binary')
  // Hex text in a field of bytes: the prefix counts its characters.
  const isCounted = encoding !== 'binary' && !isHexWrapped
  const bytesMax = isCounted ? max >> 1 : max
  const { prefix } = wrapper
  const length =
    prefix === undefined
      ? bytesMax
      : { max: bytesMax, prefix, ...(isCounted ? { unit: 'characters' } : {}) }
  const object = { name: 'Data object', content: 'b', encoding: 'binary' }
  const composite: CompositeFile = {
    kind: 'ber',
    ...(encoding === 'binary' ? {} : { encoding }),
    parts: {},
    other: { ...object, length: { min: 0, max: bytesMax } },
  }
  return { composite, length, remarks: [['decided', 'every data object is bytes, and masked']] }
}

function taggedOf({ children, read }: Whole, classes: readonly TagClass[]): Found | string {
  const [first, ...others] = classes
  if (first === undefined) return 'it has no tags'
  const { tagDigits, lengthDigits, encoding } = first
  const isOneKind = others.every(
    (it) =>
      it.tagDigits === tagDigits && it.lengthDigits === lengthDigits && it.encoding === encoding,
  )
  if (!isOneKind) return 'its tags or their lengths are not all of one kind'
  const parts = new Map<string, FieldFile>()
  for (const [id, child] of children) {
    const tag = String(id).padStart(tagDigits, '0')
    const part = tag.length === tagDigits ? read(child, tag, 'tagged') : undefined
    if (part !== undefined) parts.set(tag, part)
  }
  const prefixEncoding = encoding === 'ascii' ? 'ascii' : 'ebcdic'
  const composite: CompositeFile = {
    kind: 'tagged',
    tag: { content: 'n', length: tagDigits, encoding: 'ascii' },
    prefix: { digits: lengthDigits, encoding: prefixEncoding },
    parts: Object.fromEntries(parts),
  }
  return { composite }
}

function bitmapOf({ children, read }: Whole, bitmapField: number): Found | string {
  const bitmap = children.get(bitmapField)
  const found = fieldClass(classNameOf(bitmap))
  const length = lengthOf(bitmap) ?? 0
  if (found.kind !== 'bitmap' || length > 24 || (length > 8 && length % 8 !== 0)) {
    return 'its bitmap is of no length that a dialect can say'
  }
  const parts = new Map<string, FieldFile>()
  for (const [id, child] of children) {
    // Field 0 is where a whole message has its type; here it holds a place and no bytes.
    if (id === bitmapField || (id === 0 && lengthOf(child) === undefined)) continue
    if (id === 0) return 'it has a message type of its own'
    const part = read(child, String(id))
    if (part !== undefined) parts.set(String(id), part)
  }
  const isOne = length <= 8
  const composite: CompositeFile = {
    kind: 'bitmap',
    bitmap: {
      encoding: found.encoding,
      bytes: isOne ? length : 8,
      count: isOne ? 1 : length / 8,
    },
    parts: Object.fromEntries(parts),
  }
  return { composite }
}

/** A packager of whole messages also writes its field 0; one of subfields begins where it says. */
function positionalOf({ element, children, read }: Whole, isMessage: boolean): Found | string {
  const first = numberAt(element, 'firstField') ?? (isMessage ? 0 : 1)
  const parts: FieldFile[] = []
  for (const [id, child] of children) {
    if (id < first) continue
    const part = read(child, String(id))
    if (part === undefined) return `its part ${id} cannot be said`
    parts.push({ key: String(id), ...part })
  }
  const reason = 'all of its parts have to be there; jPOS lets the last ones go'
  const skipped = [...children.keys()].filter((id) => id < first)
  const remarks: Remark[] = skipped.map((id) => ['decided', `field ${id} is not on the line`])
  return { composite: { kind: 'positional', parts }, remarks: [['decided', reason], ...remarks] }
}
