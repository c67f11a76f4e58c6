/** What the XML of a packager says: numbers, names and lengths of fields. */
import type { NoteTaker } from '../notes.ts'
import type { XmlElement } from './xml.ts'

const FIELDS = ['isofield', 'isofieldpackager']
const ID_MAX = 999
const LENGTH_MAX = 99_999

/** Fields in ascending order of number; of two with one number jPOS takes the last. */
export function fieldsById(parent: XmlElement, notes: NoteTaker): ReadonlyMap<number, XmlElement> {
  const found = new Map<number, XmlElement>()
  for (const child of parent.children) {
    const id = wholeNumber(child.attributes.get('id'), ID_MAX)
    if (!FIELDS.includes(child.name)) {
      notes.at(child.name, child.place).take('left-out', 'is no part of a packager known here')
    } else if (id === undefined) {
      notes.at('?', child.place).take('left-out', `has no number from 0 to ${ID_MAX} as its id`)
    } else {
      const earlier = found.get(id)
      if (earlier !== undefined) {
        notes.at(String(id), earlier.place).take('left-out', 'is replaced by a later one')
      }
      found.set(id, child)
    }
  }
  return new Map([...found].sort(([a], [b]) => a - b))
}

const KNOWN = ['id', 'name', 'length', 'class', 'pad', 'packager']
const KNOWN_OF_PARTS = ['emitBitmap', 'bitmapField', 'firstField', 'maxValidField']

/** What is said of a field and not carried, such as `trim` or `token`. */
export function noteUnknownSettings({ name, attributes }: XmlElement, notes: NoteTaker): void {
  const known = name === 'isofieldpackager' ? [...KNOWN, ...KNOWN_OF_PARTS] : KNOWN
  const unknown = [...attributes.keys()].filter((it) => !known.includes(it))
  for (const it of unknown) notes.take('coarser', `its setting ${it} is not carried`)
}

export function classNameOf(element: XmlElement | undefined): string {
  return element?.attributes.get('class') ?? ''
}

export function nameOf(element: XmlElement): string {
  const name = element.attributes.get('name')?.trim() ?? ''
  return name === '' ? `Element ${element.attributes.get('id') ?? ''}` : name
}

/** The length of a field; undefined when there is none, or when it is zero. */
export function lengthOf(element: XmlElement | undefined): number | undefined {
  return wholeNumber(element?.attributes.get('length'), LENGTH_MAX) || undefined
}

export function numberAt(element: XmlElement, name: string): number | undefined {
  return wholeNumber(element.attributes.get(name), ID_MAX)
}

function wholeNumber(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^\d{1,6}$/.test(text)) return undefined
  return Number(text) <= max ? Number(text) : undefined
}
