/**
 * What elements hold by their number in every edition, for formats that do not say it. An element
 * whose content the standard leaves to others may hold card data, so it is masked whole.
 */
import { type BodyPlan, type Mask, standardMaskOf } from '#iso8583'

/** What nations and partners agree among them, which may be anything. */
const AGREED = [...range(46, 48), ...range(56, 63), 96, ...range(104, 127)]
const TRACKS = [35, 36]

/** Names that speak of card data, and of what is only said about it. */
const TELLING =
  /\b(pan|account|track|pin|cvv\d?|cvc\d?|cvn|cavv|expir\w*|verification (data|value))\b/i
const HARMLESS = /\b(types?|results?)\b/i

/** The mask of an element by its number, else by its name: editions move elements about. */
export function maskOfElement(number: number, name: string): Mask | undefined {
  const isAgreed = AGREED.includes(number)
  return standardMask(number) || (isAgreed ? 'secret' : maskOfPart(name))
}

/** The mask of a chip data object by its tag, else by its name. */
export function maskOfObject(tag: string, name: string): Mask | undefined {
  return standardMaskOf({ key: tag, body: WHOLE }, 'ber') || maskOfPart(name)
}

/** The mask of a part, whose number says nothing, by its name. */
export function maskOfPart(name: string): Mask | undefined {
  return TELLING.test(name) && !HARMLESS.test(name) ? 'secret' : undefined
}

/** The same mask of a composite, which has no first six and last four to show. */
export function maskOfWhole(mask: Mask): Mask {
  return mask === 'pan' ? 'sad' : mask
}

/** Whether the standard's element of this number is sensitive authentication data. */
export function isSensitive(number: number): boolean {
  return standardMask(number) === 'sad'
}

function standardMask(number: number): Mask | false {
  return standardMaskOf({ key: String(number), body: WHOLE }, 'message')
}

/** An element that is masked as one, whether or not it has parts. */
const WHOLE: BodyPlan = {
  kind: 'binary',
  encoding: 'binary',
  content: {
    name: 'b',
    kind: 'binary',
    characters: new Uint8Array(128),
    ranges: [],
    dayOfMonth: undefined,
  },
}

/** Whether an element of digits holds a track, with its separator. */
export function isTrack(number: number): boolean {
  return TRACKS.includes(number)
}

export const CARD_MASKS_NOTE =
  `masks go by element number: pan on ${numbersOf('pan')}; sad on ${numbersOf('sad')}; ` +
  'secret on 14, 46 to 48, 53, 56 to 63, 96 and 102 to 127 but where a reader of the host’s ' +
  'interface takes it off; and on what has a name that tells of card data'

/** Elements that a reviewer wants masked, with what they hold. */
export const CARD_DATA: ReadonlyMap<number, string> = new Map([
  [2, 'the card number'],
  [14, 'the expiry date'],
  [34, 'the card number'],
  [35, 'track 2'],
  [36, 'track 3'],
  [45, 'track 1'],
  [52, 'the PIN block'],
])

/** Chip data objects with card data (EMV book 3, annex A), with what they hold. */
export const CARD_OBJECTS: ReadonlyMap<string, string> = new Map([
  ['56', 'track 1'],
  ['57', 'track 2'],
  ['5A', 'the card number'],
  ['5F20', 'the cardholder’s name'],
  ['5F24', 'the expiry date'],
  ['99', 'the PIN'],
  ['9F0B', 'the cardholder’s name'],
  ['9F1F', 'track 1'],
  ['9F20', 'track 2'],
  ['9F6B', 'track 2'],
])

function numbersOf(mask: Mask): string {
  return range(2, 128)
    .filter((number) => standardMask(number) === mask)
    .join(', ')
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
