/** Masking of values for people. What does not look as it should is masked whole. */
import type { Mask } from './message.ts'

/** PCI DSS 3.4.1: at most the first six and last four digits of a card number are shown. */
const SHOWN_FIRST = 6
const SHOWN_LAST = 4
const CARD_NUMBER = /^\d{12,19}$/

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

function maskedPan(pan: string): string {
  const hidden = pan.length - SHOWN_FIRST - SHOWN_LAST
  return pan.slice(0, SHOWN_FIRST) + '*'.repeat(hidden) + pan.slice(-SHOWN_LAST)
}
