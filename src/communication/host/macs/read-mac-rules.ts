import { type Dialect, EncodeError, type FieldFacts } from '#iso8583'
import type { NetworkRules } from '../network-messages.ts'
import type { SpecReader } from '../spec-reader.ts'
import type {
  KeyExchangeRules,
  KeyIndexPlace,
  MacCarrier,
  MacCipher,
  MacCoverage,
  MacKeyRules,
  MacRules,
} from './mac-rules.ts'

const DAY_MS = 86_400_000

export const MAC_MEMBERS = [
  ...['algorithm', 'cipher', 'keyBytes', 'padding', 'macBytes', 'elements', 'covers'],
  ...['lengthsCovered', 'keyIndex', 'classes', 'functions', 'wrongMacCode', 'wrongKeyCode', 'keys'],
]

const KEYS_MEMBERS = [
  ...['element', 'wrapping', 'checkBytes', 'keyIndex', 'gatewayStarts', 'hostStarts'],
  ...['bothLiveMs', 'renewAfterMs'],
]

/** Where other elements may stand, their names for it. */
const MAC = 'mac'
const MTI = 'mti'

/** Read the `mac` of a link.json; what cannot be used is noted as a fault where it stands. */
export function macRulesOf(reader: SpecReader, dialect: Dialect, network: NetworkRules): MacRules {
  const keys = reader.object('keys', KEYS_MEMBERS)
  const key = keyRulesOf(reader, keys)
  const carriers = carriersOf(reader, key.macBytes, dialect)
  const index = indexOf(reader, dialect, key.macBytes)
  const exchange = exchangeOf(keys, dialect)
  if (index?.digits !== exchange.index?.digits) {
    keys.fault('keyIndex', 'must be there when the keys of messages have a number, as long as it')
  }
  return {
    key,
    carriers,
    coverage: coverageOf(reader, carriers),
    index,
    classes: new Set(reader.choices('classes', CLASSES)),
    functions: new Set(reader.choices('functions', FUNCTIONS).map((it) => network[it])),
    wrongMacCode: reader.text('wrongMacCode', CODE),
    wrongKeyCode: reader.text('wrongKeyCode', CODE),
    exchange,
  }
}

const CODE = /^[0-9A-Z]{1,6}$/

/** Of network management it is said for each function, since the first keys come without a key. */
const CLASSES = ['1', '2', '3', '4', '5', '6', '7']
const FUNCTIONS = ['signOff', 'echo', 'cutover'] as const

/** The lengths of keys that an algorithm is used with at hosts. */
const KEY_BYTES: Readonly<
  Record<MacKeyRules['method']['algorithm'], Partial<Record<MacCipher, readonly number[]>>>
> = {
  'iso9797-1-alg1': { des: [8], tdes: [16, 24], aes: [16, 24, 32] },
  'iso9797-1-alg3': { des: [16] },
  cmac: { tdes: [16, 24], aes: [16, 24, 32] },
}

function keyRulesOf(reader: SpecReader, keys: SpecReader): MacKeyRules {
  const algorithm = reader.choice('algorithm', ['iso9797-1-alg1', 'iso9797-1-alg3', 'cmac'])
  const cipher = reader.choice('cipher', ['des', 'tdes', 'aes'])
  const keyBytes = reader.integer('keyBytes', 8, 32)
  const lengths = KEY_BYTES[algorithm][cipher] ?? []
  if (lengths.length === 0) reader.fault('cipher', `is not what ${algorithm} is made with`)
  else if (!lengths.includes(keyBytes)) {
    reader.fault('keyBytes', `must be ${lengths.join(' or ')} for ${algorithm} with ${cipher}`)
  }
  const wrapping = keys.choice('wrapping', ['tdes-ecb', 'aes-wrap'])
  const isFit = wrapping === 'tdes-ecb' ? cipher !== 'aes' : keyBytes >= 16
  if (!isFit) keys.fault('wrapping', 'is not for keys like these')
  return {
    method: methodOf(reader, algorithm, cipher),
    keyBytes,
    macBytes: reader.integer('macBytes', MAC_BYTES_MIN, cipher === 'aes' ? 16 : 8),
    wrapping,
    checkBytes: keys.integer('checkBytes', 0, 8),
  }
}

/** A MAC of fewer can be guessed in the time that keys live. */
const MAC_BYTES_MIN = 4

function methodOf(
  reader: SpecReader,
  algorithm: MacKeyRules['method']['algorithm'],
  cipher: MacCipher,
): MacKeyRules['method'] {
  if (algorithm === 'cmac') {
    if (reader.member('padding') !== undefined) reader.fault('padding', 'is not for cmac')
    return { algorithm, cipher: cipher === 'aes' ? 'aes' : 'tdes' }
  }
  const padding = reader.integer('padding', 1, 3)
  return { algorithm, cipher, padding: PADDINGS.find((it) => it === padding) ?? 1 }
}

const PADDINGS = [1, 2, 3] as const

/** In the order of their numbers, each the last element that its bitmap can have. */
function carriersOf(reader: SpecReader, macBytes: number, dialect: Dialect): MacCarrier[] {
  const elements = reader.elements('elements', 1).filter((element) => element !== '')
  if (elements.some((element) => Number(element) % 64 !== 0)) {
    reader.fault('elements', 'must be the last elements of bitmaps: 64, 128 or 192')
  }
  return elements
    .toSorted((a, b) => Number(a) - Number(b))
    .flatMap((element) => carrierOf(reader, { element, macBytes }, dialect) ?? [])
}

function carrierOf(
  reader: SpecReader,
  { element, macBytes }: { readonly element: string; readonly macBytes: number },
  dialect: Dialect,
): MacCarrier | undefined {
  const facts = dialect.field(element)
  if (facts === undefined) return undefined
  const length = lengthIn(facts, 'max')
  const filled = (value: string) => (facts.pad === undefined ? value.padEnd(length, '0') : value)
  const sample = packed('A0'.repeat(macBytes), { element, filled }, dialect)
  const zeros = '0'.repeat(length)
  const bytes = sample && packed(zeros, { element, filled }, dialect)
  const place = bytes && dialect.locate(bytes).at(-1)
  if (bytes === undefined || place?.at !== place?.valueAt) {
    const reason = `has no room of a fixed length for a MAC of ${macBytes} bytes in ${element}`
    reader.fault('elements', reason)
    return undefined
  }
  const zeroBytes = bytes.subarray(place?.at)
  return { element, lineBytes: zeroBytes.byteLength, zeros, zeroBytes, filled }
}

/** A message of any type that has this element alone; undefined when the element cannot hold it. */
function packed(
  value: string,
  { element, filled }: Pick<MacCarrier, 'element' | 'filled'>,
  dialect: Dialect,
): Buffer | undefined {
  try {
    return dialect.pack({ mti: '0200', fields: { [element]: filled(value) } })
  } catch (error) {
    if (error instanceof EncodeError) return undefined
    throw error
  }
}

/** How many characters a value has: of binary elements hexadecimal ones. */
function lengthIn(facts: FieldFacts, bound: 'min' | 'max'): number {
  return facts.unit === 'bytes' ? 2 * facts[bound] : facts[bound]
}

function coverageOf(reader: SpecReader, carriers: readonly MacCarrier[]): MacCoverage {
  const isList = Array.isArray(reader.member('covers'))
  const { fault } = reader
  if (!isList) {
    if (reader.member('lengthsCovered') !== undefined) {
      fault('lengthsCovered', 'is for a list of elements that are covered')
    }
    return { of: reader.choice('covers', ['up-to-mac', 'mac-as-zeros']) }
  }
  const elements = new Set(reader.elements('covers', 1, [MTI]))
  if (carriers.some(({ element }) => elements.has(element))) {
    fault('covers', 'must not have the element of the MAC itself')
  }
  return { of: 'elements', elements, lengthsCovered: reader.boolean('lengthsCovered') }
}

const INDEX_MEMBERS = ['in', 'from', 'digits']

function indexOf(
  reader: SpecReader,
  dialect: Dialect,
  macBytes?: number,
): KeyIndexPlace | undefined {
  const place = reader.objectIfAny('keyIndex', INDEX_MEMBERS)
  if (place === undefined) return undefined
  const element = place.element('in', macBytes === undefined ? [] : [MAC])
  const from = place.integer('from', 0, 999)
  if (element === MAC && from < 2 * (macBytes ?? 0)) place.fault('from', 'must be behind the MAC')
  const facts = dialect.field(element)
  const lengthMin = facts === undefined ? 0 : lengthIn(facts, 'min')
  return { element, from, digits: place.integer('digits', 1, 9), lengthMin }
}

function exchangeOf(keys: SpecReader, dialect: Dialect): KeyExchangeRules {
  const ours = keys.objectIfAny('gatewayStarts', ['code', 'keyIn'])
  const theirs = keys.objectIfAny('hostStarts', ['code'])
  const keyIn = ours?.choice('keyIn', ['answer', 'request', 'host-request'])
  if (ours === undefined && theirs === undefined) {
    keys.fault('hostStarts', 'is needed where there is no gatewayStarts: somebody has to begin')
  }
  if (keyIn === 'host-request' && theirs === undefined) {
    keys.fault('hostStarts', 'is needed, for it is there that the key comes')
  }
  const renewAfterMs = keys.integerIfAny('renewAfterMs', 1, 366 * DAY_MS)
  if (renewAfterMs !== undefined && ours === undefined) {
    keys.fault('renewAfterMs', 'is for a gateway that starts the exchange itself')
  }
  return {
    element: keys.element('element'),
    index: indexOf(keys, dialect),
    gatewayStarts: ours && { code: ours.text('code', CODE), keyIn: keyIn ?? 'answer' },
    hostStarts: theirs && { code: theirs.text('code', CODE) },
    bothLiveMs: keys.integer('bothLiveMs', 1, DAY_MS),
    renewAfterMs,
  }
}
