/**
 * How a value stands on the line: its class, its encoding and its filling, each with any that fits.
 */
import { CHARACTER_SETS, type CharacterSet, toLine } from '../character-sets.ts'
import { CONTENT_NAMES, type ContentClass, contentOf } from '../content.ts'
import {
  booleanAt,
  choiceAt,
  fault,
  type Members,
  membersOf,
  type Place,
  required,
  textAt,
} from './members.ts'
import {
  BYTE_ENCODINGS,
  type ByteEncoding,
  type NibblePad,
  type TextPad,
  type ValuePlan,
} from './plan.ts'

export const VALUE_ENCODINGS = [...CHARACTER_SETS, 'bcd', ...BYTE_ENCODINGS] as const
export type ValueEncoding = (typeof VALUE_ENCODINGS)[number]

export const PREFIX_ENCODINGS = ['ascii', 'ebcdic', 'bcd', 'binary'] as const
export type PrefixEncoding = (typeof PREFIX_ENCODINGS)[number]

interface ValueContext {
  readonly defaults: { readonly encoding: ValueEncoding | undefined }
}

export function readValue(
  place: Place,
  members: Members,
  { defaults }: ValueContext,
): ValuePlan | undefined {
  const contentName = choiceAt(required(place, members, 'content'), CONTENT_NAMES)
  const content = contentName === undefined ? undefined : contentOf(contentName)
  const encodingPlace = members.get('encoding')
  const encoding = encodingPlace ? choiceAt(encodingPlace, VALUE_ENCODINGS) : defaults.encoding
  if (!encodingPlace && encoding === undefined) {
    fault(place, 'needs the setting encoding, here or in defaults')
  }
  if (content === undefined || encoding === undefined) return undefined
  const body = valueBody(content, encoding, { pad: members.get('pad'), sign: members.get('sign') })
  if (body === undefined)
    fault(place, `${content.name} cannot be encoded as ${encoding}`, 'encoding')
  return body
}

/** Undefined when the class cannot be encoded so. */
export function valueBody(
  content: ContentClass,
  encoding: ValueEncoding,
  { pad, sign }: { pad?: Place | undefined; sign?: Place | undefined } = {},
): ValuePlan | undefined {
  if (sign !== undefined && (content.kind !== 'signed' || encoding !== 'bcd')) {
    fault(sign, 'only a packed x+n has a sign that is encoded apart')
  }
  if (content.kind === 'binary') {
    if (pad !== undefined) fault(pad, 'a binary value has no pad')
    return isByteEncoding(encoding) ? { kind: 'binary', content, encoding } : undefined
  }
  if (isByteEncoding(encoding)) return undefined
  if (encoding === 'bcd') {
    if (content.kind === 'text') return undefined
    const signSet = choiceAt(sign, CHARACTER_SETS) ?? 'ascii'
    return { kind: 'packed', content, pad: nibblePadAt(pad), sign: signSet }
  }
  return { kind: 'text', content, characterSet: encoding, pad: textPadAt(pad, encoding) }
}

function isByteEncoding(encoding: ValueEncoding): encoding is ByteEncoding {
  return BYTE_ENCODINGS.some((one) => one === encoding)
}

const SIDES = ['left', 'right'] as const

/** Zeros in front, unless the dialect says otherwise. */
function nibblePadAt(place: Place | undefined): NibblePad {
  const members = place && membersOf(place, ['side', 'with', 'counted'])
  const digit = textAt(members?.get('with')) ?? '0'
  const nibble = /^[0-9A-Fa-f]$/.test(digit) ? Number.parseInt(digit, 16) : undefined
  if (place && nibble === undefined) fault(place, 'must be one hex digit', 'with')
  return {
    side: choiceAt(members?.get('side'), SIDES) ?? 'left',
    nibble: nibble ?? 0,
    counted: booleanAt(members?.get('counted')) ?? false,
  }
}

function textPadAt(place: Place | undefined, set: CharacterSet): TextPad | undefined {
  const members = place && membersOf(place, ['side', 'with', 'kept'])
  if (!members) return undefined
  const side = choiceAt(required(place, members, 'side'), SIDES)
  const fill = textAt(required(place, members, 'with'))
  const kept = booleanAt(members.get('kept')) ?? false
  if (side === undefined || fill === undefined) return undefined
  if (fill.length !== 1 || !toLine(set)[fill.charCodeAt(0)]) {
    return fault(place, 'must be one printable ASCII character', 'with')
  }
  return { side, with: fill, kept }
}
