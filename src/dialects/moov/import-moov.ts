/** A JSON specification of moov-io/iso8583 to a dialect. */
import { CARD_MASKS_NOTE, maskOfElement } from '../card-data.ts'
import type { BitmapFile, DialectFile, FieldFile } from '../dialect-file.ts'
import { finished, type Imported, numberFault } from '../finished.ts'
import { ImportError } from '../import-error.ts'
import { type Note, type NoteTaker, noteTaker } from '../notes.ts'
import { BYTE_ENCODINGS, TEXT_ENCODINGS } from './encodings.ts'
import { fieldFileOf } from './field-file.ts'
import { type MoovField, parseMoov } from './moov-spec.ts'

/**
 * Throws `ImportError`.
 *
 * @param name of the dialect; without it, the specification's own
 */
export function importMoov(text: string, name?: string): Imported {
  const spec = parseMoov(text)
  const notes: Note[] = []
  const taker = noteTaker(notes)
  const mti = mtiOf(spec.fields.get('0'))
  const numbered = elementsOf(spec.fields, taker)
  const bitmap = bitmapOf(spec.fields.get('1'), Math.max(...numbered.keys()))
  taker.take('decided', CLASSES_DECIDED)
  taker.take('decided', CARD_MASKS_NOTE)
  const fields: Record<string, FieldFile> = {}
  for (const [number, field] of numbered) {
    const found = elementOf(field, { number, bitmap, notes: taker.at(String(number)) })
    if (found !== undefined) fields[number] = found
  }
  const title = 'Brought in from a moov specification'
  const called = name ?? spec.name ?? 'imported'
  return finished({ name: called, title, mti: { encoding: mti }, bitmap, fields }, notes)
}

const CLASSES_DECIDED =
  'String is ans (n where it is packed), Numeric n, Binary b; values may be empty where a length ' +
  'goes before them; meanings are not said'

const ELEMENT = /^([2-9]|[1-9]\d|1\d\d)$/

function elementsOf(
  fields: ReadonlyMap<string, MoovField>,
  notes: NoteTaker,
): ReadonlyMap<number, MoovField> {
  const numbered = new Map<number, MoovField>()
  for (const [key, field] of fields) {
    if (ELEMENT.test(key) && Number(key) <= 192) numbered.set(Number(key), field)
    else if (key !== '0' && key !== '1') {
      notes.take('left-out', 'a field has no number from 0 to 192 as its key')
    }
  }
  if (numbered.size === 0) throw new ImportError('NOTHING_CARRIED', 'has no element')
  return new Map([...numbered].sort(([a], [b]) => a - b))
}

const MTI_ENCODINGS = new Map([
  ...TEXT_ENCODINGS,
  ['BCD', 'bcd'] as const,
  ['LBCD', 'bcd'] as const,
])

function mtiOf(field: MoovField | undefined): DialectFile['mti']['encoding'] {
  const encoding = MTI_ENCODINGS.get(field?.enc ?? '')
  const isFixed = field?.prefix?.endsWith('.Fixed') === true && field.length === 4
  if (encoding === undefined || !isFixed) {
    throw new ImportError('MTI_UNSUPPORTED', 'field 0 is not four digits of fixed width')
  }
  return encoding
}

/** moov follows the first bit of a bitmap to the next, as far as there are elements. */
function bitmapOf(field: MoovField | undefined, last: number): BitmapFile {
  const encoding = BYTE_ENCODINGS.get(field?.enc ?? '')
  if (field?.type !== 'Bitmap' || encoding === undefined) {
    throw new ImportError('BITMAP_UNSUPPORTED', 'field 1 is no bitmap in bytes or in hex')
  }
  if (field.isFixedBitmap && field.length !== 8) {
    throw new ImportError(
      'BITMAP_UNSUPPORTED',
      'a bitmap that says nothing of the next has 8 bytes',
    )
  }
  return { encoding, count: field.isFixedBitmap ? 1 : Math.ceil(last / 64) }
}

function elementOf(
  field: MoovField,
  { number, bitmap, notes }: { number: number; bitmap: BitmapFile; notes: NoteTaker },
): FieldFile | undefined {
  const fault = numberFault(number, bitmap)
  if (fault !== undefined) {
    notes.take('left-out', fault)
    return undefined
  }
  const mask = maskOfElement(number, field.description ?? '')
  return fieldFileOf(field, { mask, inside: 'message', notes })
}
