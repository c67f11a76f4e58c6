import type { Dialect, Message } from '#iso8583'
import type { KeyIndexPlace, MacCarrier, MacCoverage, MacRules } from './mac-rules.ts'

type Fields = Message['fields']

/** What a message says of its MAC. */
export interface CarriedMac {
  readonly carrier: MacCarrier
  /** In hexadecimal. */
  readonly mac: string
  /** The number of the key that made it; undefined where messages have none. */
  readonly index: string | undefined
}

/**
 * Write a message with its MAC: one, and behind everything else. The key's number is in its place
 * before, so that it is covered too.
 *
 * @param macOf makes the MAC of the bytes that are covered
 * @throws EncodeError when the dialect cannot carry it
 * @throws TypeError for a message with an element behind each that could carry the MAC
 */
export function packWithMac(
  { mti, fields }: Message,
  { rules, dialect }: { readonly rules: MacRules; readonly dialect: Dialect },
  { index, macOf }: { readonly index: string; macOf(bytes: Uint8Array): string },
): Uint8Array {
  const numbered = { ...fields, ...indexFields(rules.index, index) }
  const carrier = carrierOf(numbered, rules)
  if (carrier === undefined) throw new TypeError('nothing behind the last element carries a MAC')
  const bytes = dialect.pack({ mti, fields: { ...numbered, [carrier.element]: carrier.zeros } })
  const mac = macOf(coveredBytes(bytes, carrier, { ...rules, dialect }))
  const value = carrier.filled(carriedValue(mac, index, rules.index))
  const alone = dialect.pack({ mti, fields: { [carrier.element]: value } })
  alone.copy(bytes, bytes.byteLength - carrier.lineBytes, alone.byteLength - carrier.lineBytes)
  return bytes
}

/**
 * What a message says of its MAC: undefined when it has none where it must.
 *
 * It must be the one element of its kind, and the last of all; any other is as good as none.
 */
export function carriedMac({ fields }: Message, rules: MacRules): CarriedMac | undefined {
  const carrier = carrierOf(fields, rules)
  const value = carrier && fields[carrier.element]
  const isAlone = rules.carriers.every((it) => it === carrier || fields[it.element] === undefined)
  if (carrier === undefined || typeof value !== 'string' || !isAlone) return undefined
  const mac = value.slice(0, 2 * rules.key.macBytes)
  return { carrier, mac, index: rules.index && indexIn(fields, rules.index, value) }
}

/** The elements of a message without what its MAC has brought along. */
export function withoutMac(message: Message, { carriers, index }: MacRules): Message {
  const own = carriers.map(({ element }) => element)
  const brought = index === undefined ? own : [...own, index.element]
  return { ...message, fields: bareFields(message.fields, brought) }
}

/** The bytes of a whole message that its MAC is made over. */
export function coveredBytes(
  bytes: Uint8Array,
  { lineBytes, zeroBytes }: MacCarrier,
  { coverage, dialect }: { readonly coverage: MacCoverage; readonly dialect: Dialect },
): Uint8Array {
  const before = bytes.subarray(0, bytes.byteLength - lineBytes)
  switch (coverage.of) {
    case 'up-to-mac':
      return before
    case 'mac-as-zeros':
      return Buffer.concat([before, zeroBytes])
    case 'elements': {
      const places = dialect.locate(bytes).filter(({ element }) => coverage.elements.has(element))
      const from = coverage.lengthsCovered ? 'at' : 'valueAt'
      return Buffer.concat(places.map((place) => bytes.subarray(place[from], place.end)))
    }
  }
}

/** The elements that say a key's number; none where messages have none, or where the MAC does. */
export function indexFields(place: KeyIndexPlace | undefined, index: string): Fields {
  if (place === undefined || place.element === 'mac') return {}
  const { element, from, lengthMin } = place
  return { [element]: `${'0'.repeat(from)}${index}`.padEnd(lengthMin, '0') }
}

/** A key's number as a message has it; empty when it does not. */
export function indexIn(fields: Fields, place: KeyIndexPlace, macValue = ''): string {
  const value = place.element === 'mac' ? macValue : fields[place.element]
  return typeof value === 'string' ? value.slice(place.from, place.from + place.digits) : ''
}

/** The first of the elements for MACs that no other element comes behind. */
function carrierOf(fields: Fields, { carriers }: MacRules): MacCarrier | undefined {
  let last = 0
  for (const element of Object.keys(fields)) {
    if (carriers.every((it) => it.element !== element)) last = Math.max(last, Number(element))
  }
  return carriers.find(({ element }) => Number(element) > last)
}

function carriedValue(mac: string, index: string, place: KeyIndexPlace | undefined): string {
  return place?.element === 'mac' ? `${mac.padEnd(place.from, '0')}${index}` : mac
}

function bareFields(fields: Fields, without: readonly string[]): Fields {
  const kept: Record<string, Fields[string]> = {}
  for (const [element, value] of Object.entries(fields)) {
    if (!without.includes(element)) kept[element] = value
  }
  return kept
}
