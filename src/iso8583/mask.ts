/** Masking of values for people. What does not look as it should is masked whole. */
import { cardNumbersIn, isHexOfCardNumber, type Stretch } from './card-numbers.ts'
import type { Mask } from './message.ts'
import { type FieldPlan, isComposite } from './specification/plan.ts'

/** PCI DSS 3.4.1: at most the first six and last four digits of a card number are shown. */
const SHOWN_FIRST = 6
const SHOWN_LAST = 4
const CARD_NUMBER = /^\d{13,19}$/

/**
 * What masks elements of every edition whose dialect is silent on them, as one that was brought in
 * from another format may be: card numbers and expiry dates, accounts, tracks, PIN blocks and chip
 * data that nobody takes apart never show for want of a setting.
 */
const ELEMENT_MASKS: ReadonlyMap<string, Mask> = new Map([
  ['2', 'pan'],
  ['14', 'secret'],
  ['34', 'pan'],
  ['35', 'sad'],
  ['36', 'sad'],
  ['45', 'sad'],
  ['52', 'sad'],
  ['53', 'secret'],
  ['55', 'sad'],
  ['102', 'secret'],
  ['103', 'secret'],
])

/**
 * Where these have parts, the parts are masked one by one: chip data by their tags; and 34 is then
 * the electronic commerce data of 2003, no account number.
 */
const MASKED_IN_PARTS: ReadonlySet<string> = new Set(['34', '55'])

/** The same of BER-TLV tags: EMV 4.3 book 3 annex A, and the networks' own tracks (9F6B). */
const TAG_MASKS: ReadonlyMap<string, Mask> = new Map([
  ['56', 'sad'],
  ['57', 'sad'],
  ['5A', 'pan'],
  ['5F20', 'secret'],
  ['5F24', 'secret'],
  ['99', 'sad'],
  ['9F0B', 'secret'],
  ['9F1F', 'sad'],
  ['9F20', 'sad'],
  ['9F6B', 'sad'],
])

/** What a field is masked with when its dialect does not say. */
export function standardMaskOf(
  { key, body }: Pick<FieldPlan, 'key' | 'body'>,
  inside: 'message' | 'ber' | 'composite',
): Mask | false {
  if (inside === 'composite') return false
  if (inside === 'ber') return TAG_MASKS.get(key) ?? false
  if (MASKED_IN_PARTS.has(key) && isComposite(body)) return false
  return ELEMENT_MASKS.get(key) ?? false
}

export function masked(value: string, mask: Mask): string {
  return mask === 'pan' && CARD_NUMBER.test(value) ? maskedPan(value) : maskedWhole(value)
}

/**
 * As many asterisks as characters, at least three and at most eight, so that the length tells
 * little.
 */
export function maskedWhole(value: string): string {
  return '*'.repeat(Math.min(8, Math.max(3, value.length)))
}

/**
 * A text with every card number in it masked; undefined when there is none. Masked whole is what
 * looks like a track, a card number and its separator, as what follows is worth more than the
 * number; and text that is itself the hex of a card number's digits.
 */
export function withoutCardNumbers(text: string): string | undefined {
  if (isHexOfCardNumber(text)) return maskedWhole(text)
  const stretches = cardNumbersIn(text)
  if (stretches.length === 0) return undefined
  if (stretches.some((stretch) => isTrack(text, stretch))) return maskedWhole(text)
  let shown = ''
  let at = 0
  for (const stretch of stretches) {
    const number = text.slice(stretch.from, stretch.to)
    shown += text.slice(at, stretch.from) + masked(number, 'pan')
    at = stretch.to
  }
  return shown + text.slice(at)
}

/** The separators of track 2 and track 1 (ISO/IEC 7813); `D` is the first where it is packed. */
function isTrack(text: string, { from, to }: Stretch): boolean {
  return /[=^]/.test(text.slice(from, to + 1)) || /^D[0-9]/i.test(text.slice(to, to + 2))
}

function maskedPan(pan: string): string {
  const hidden = pan.length - SHOWN_FIRST - SHOWN_LAST
  return pan.slice(0, SHOWN_FIRST) + '*'.repeat(hidden) + pan.slice(-SHOWN_LAST)
}
