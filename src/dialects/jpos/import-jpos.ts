/** The XML of a jPOS GenericPackager to a dialect. */
import { CARD_MASKS_NOTE, isTrack, maskOfElement } from '../card-data.ts'
import type { BitmapFile, DialectFile, FieldFile } from '../dialect-file.ts'
import { finished, type Imported, numberFault } from '../finished.ts'
import { ImportError } from '../import-error.ts'
import { type Note, type NoteTaker, noteTaker } from '../notes.ts'
import { fieldClass } from './field-class.ts'
import { fieldFileOf } from './field-file.ts'
import { classNameOf, fieldsById, lengthOf, nameOf, numberAt } from './packager-xml.ts'
import { parseXml, type XmlElement } from './xml.ts'

/**
 * Throws `ImportError`.
 *
 * @param name of the dialect that is made
 */
export function importJpos(text: string, name: string): Imported {
  const root = parseXml(text)
  if (root.name !== 'isopackager') {
    throw new ImportError('FORMAT_UNKNOWN', `is <${root.name}>, not <isopackager>`, root.place)
  }
  const notes: Note[] = []
  const taker = noteTaker(notes)
  const children = fieldsById(root, taker)
  const mti = mtiOf(children.get(0), root)
  const bitmap = bitmapOf(root, children)
  checkRoot(root, taker)
  taker.take('decided', CLASSES_DECIDED)
  taker.take('decided', CARD_MASKS_NOTE)
  const fields: Record<string, FieldFile> = {}
  for (const [id, element] of children) {
    if (id < 2) continue
    const field = fieldOf(element, { id, bitmap, notes: taker.at(String(id), element.place) })
    if (field !== undefined) fields[id] = field
  }
  const title = 'Brought in from a jPOS packager'
  const dialect: DialectFile = { name, title, mti: { encoding: mti }, bitmap, fields }
  return finished(dialect, notes)
}

const CLASSES_DECIDED =
  'a class of digits is n (z on 35 and 36), one of characters ans, one of bytes b; ' +
  'values may be empty where a length goes before them; meanings are not said'

const MTI_ENCODINGS: ReadonlyMap<string, string> = new Map([
  ['n ascii', 'ascii'],
  ['ans ascii', 'ascii'],
  ['n bcd', 'bcd'],
  ['n ebcdic-1047', 'ebcdic-1047'],
  ['ans ebcdic-1047', 'ebcdic-1047'],
])

function mtiOf(element: XmlElement | undefined, root: XmlElement): string {
  const found = fieldClass(classNameOf(element))
  const isPlain = found.kind === 'value' && found.prefix === undefined
  const encoding = isPlain ? MTI_ENCODINGS.get(`${found.content} ${found.encoding}`) : undefined
  if (encoding === undefined || lengthOf(element) !== 4) {
    const place = (element ?? root).place
    throw new ImportError('MTI_UNSUPPORTED', 'field 0 is not four digits of fixed width', place)
  }
  return encoding
}

function bitmapOf(root: XmlElement, children: ReadonlyMap<number, XmlElement>): BitmapFile {
  const field = numberAt(root, 'bitmapField') ?? 1
  const element = children.get(field)
  const found = fieldClass(classNameOf(element))
  const length = lengthOf(element)
  const isEmitted = root.attributes.get('emitBitmap') !== 'false'
  const place = (element ?? root).place
  if (!isEmitted || field !== 1 || found.kind !== 'bitmap') {
    throw new ImportError('BITMAP_UNSUPPORTED', 'field 1 is no bitmap of the message', place)
  }
  if (length !== 8 && length !== 16 && length !== 24) {
    throw new ImportError('BITMAP_UNSUPPORTED', 'its bitmap is not 8, 16 or 24 bytes', place)
  }
  return { encoding: found.encoding, count: length / 8 }
}

const KNOWN_OF_ROOT = ['maxValidField', 'bitmapField', 'emitBitmap', 'firstField', 'name']

function checkRoot(root: XmlElement, notes: NoteTaker): void {
  for (const [name, value] of root.attributes) {
    if (name === 'headerLength' && value !== '0') {
      notes.take('left-out', `the header of ${value} bytes belongs to a link, not to a dialect`)
    } else if (!KNOWN_OF_ROOT.includes(name) && name !== 'headerLength') {
      notes.take('left-out', `its setting ${name} is not known here`)
    }
  }
}

interface Where {
  readonly id: number
  readonly bitmap: BitmapFile
  readonly notes: NoteTaker
}

function fieldOf(element: XmlElement, { id, bitmap, notes }: Where): FieldFile | undefined {
  const fault = numberFault(id, bitmap)
  if (fault !== undefined) {
    notes.take('left-out', fault)
    return undefined
  }
  return fieldFileOf(element, {
    mask: maskOfElement(id, nameOf(element)),
    isTrack: isTrack(id),
    inside: 'message',
    notes,
  })
}
