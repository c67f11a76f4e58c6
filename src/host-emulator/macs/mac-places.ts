import type { Composite, Dialect, ElementPlace, Message } from '#iso8583'
import type { Draft } from '../elements.ts'
import type { IndexDocument, MacDocument } from './mac-document.ts'

/** What a message says of its MAC. */
export interface MacClaim {
  readonly mac: string
  /** The number of its key; undefined where messages say none. */
  readonly index: string | undefined
  readonly covered: Uint8Array
  /** The message without what only the MAC wants. */
  readonly bare: Message
}

/** Where the MACs of a host stand, and what they are made over. */
export interface MacPlaces {
  /** Undefined when there is no MAC in its place. */
  read(message: Message, bytes: Uint8Array): MacClaim | undefined
  /** @throws EncodeError when the dialect has no room for it */
  write(message: Message, index: string, macOf: (covered: Uint8Array) => string): Uint8Array
}

export function createMacPlaces(document: MacDocument, dialect: Dialect): MacPlaces {
  const { elements, keyIndex, macBytes } = document
  const inOrder = [...elements].sort((a, b) => Number(a) - Number(b))
  const numberElement = keyIndex === undefined || keyIndex.in === 'mac' ? [] : [keyIndex.in]

  const elementFor = (fields: Composite): string => {
    const others = Object.keys(fields).filter((it) => !elements.includes(it))
    return inOrder.find((it) => others.every((other) => Number(other) < Number(it))) ?? ''
  }
  const coveredIn = (bytes: Uint8Array): Uint8Array => covered(bytes, document, dialect)

  return {
    read({ mti, fields }, bytes) {
      const element = elementFor(fields)
      const value = fields[element]
      const others = elements.filter((it) => it !== element && fields[it] !== undefined)
      if (typeof value !== 'string' || others.length > 0) return undefined
      const index = keyIndex?.in === 'mac' ? cut(value, keyIndex) : numberIn(fields, keyIndex)
      const bare = { mti, fields: without(fields, [...elements, ...numberElement]) }
      const mac = value.slice(0, 2 * macBytes)
      return { mac, index: keyIndex && index, covered: coveredIn(bytes), bare }
    },
    write({ mti, fields }, index, macOf) {
      const draft: Draft = { ...fields, ...numberFields(keyIndex, index, dialect) }
      const element = elementFor(draft)
      draft[element] = zerosIn(element, dialect)
      const mac = macOf(coveredIn(dialect.pack({ mti, fields: draft })))
      const behind = keyIndex?.in === 'mac' ? index : ''
      const text = `${mac.padEnd(behind === '' ? 0 : (keyIndex?.from ?? 0), '0')}${behind}`
      const isFilled = dialect.field(element)?.pad !== undefined
      draft[element] = isFilled ? text : `${text}${zerosIn(element, dialect).slice(text.length)}`
      return dialect.pack({ mti, fields: draft })
    },
  }
}

/** The elements by which a message says a key's number. */
export function numberFields(
  place: IndexDocument | undefined,
  index: string,
  dialect: Dialect,
): Composite {
  if (place === undefined || place.in === 'mac') return {}
  const facts = dialect.field(place.in)
  const shortest = (facts?.min ?? 0) * (facts?.unit === 'bytes' ? 2 : 1)
  return { [place.in]: `${'0'.repeat(place.from)}${index}`.padEnd(shortest, '0') }
}

/** The number of a key in an element of its own; empty when it has none. */
export function numberIn(fields: Composite, place: IndexDocument | undefined): string {
  const value = place && fields[place.in]
  return place && typeof value === 'string' ? cut(value, place) : ''
}

function cut(value: string, { from, digits }: IndexDocument): string {
  return value.slice(from, from + digits)
}

function covered(bytes: Uint8Array, document: MacDocument, dialect: Dialect): Uint8Array {
  const { covers, lengthsCovered } = document
  const places = dialect.locate(bytes)
  const own = places.at(-1)
  const before = bytes.subarray(0, own?.at)
  switch (covers[0]) {
    case 'up-to-mac':
      return before
    case 'mac-as-zeros':
      return Buffer.concat([before, zeroBytes(own, dialect)])
    default: {
      const chosen = places.filter(({ element }) => covers.includes(element))
      const pieces = chosen.map((it) => bytes.subarray(lengthsCovered ? it.at : it.valueAt, it.end))
      return Buffer.concat(pieces)
    }
  }
}

/** How zero stands on the line in the element of a MAC. */
function zeroBytes(own: ElementPlace | undefined, dialect: Dialect): Uint8Array {
  const element = own?.element ?? ''
  const alone = { mti: '0800', fields: { [element]: zerosIn(element, dialect) } }
  const packed = dialect.pack(alone)
  return packed.subarray(packed.length - ((own?.end ?? 0) - (own?.at ?? 0)))
}

function zerosIn(element: string, dialect: Dialect): string {
  const facts = dialect.field(element)
  return '0'.repeat((facts?.max ?? 0) * (facts?.unit === 'bytes' ? 2 : 1))
}

function without(fields: Composite, elements: readonly string[]): Composite {
  return Object.fromEntries(Object.entries(fields).filter(([it]) => !elements.includes(it)))
}
