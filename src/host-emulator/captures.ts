import type { Message } from '#iso8583'
import type { Book } from './book.ts'
import type { FollowUpRules } from './conduct/conduct.ts'
import type { Reason } from './conduct/document.ts'
import { isOfOriginal } from './exchange-facts.ts'

/**
 * Take of a hold what a capture says and release the rest, once, however often it comes
 * (interface.md 6.8).
 *
 * @returns `approved`, or why not
 */
export function captureOriginal(
  capture: Message,
  { book, rules }: { readonly book: Book; readonly rules: FollowUpRules },
): Reason {
  const key = rules.originalOf(capture.fields)
  const original = book.exchange(key)
  if (original === undefined || original.effect === 'reversed-unseen') return 'originalNotFound'
  if (!isOfOriginal(capture, rules, original)) return 'contradiction'
  const amountMinor = BigInt(rules.read.amount(capture.fields))
  if (original.original !== '') return 'notHeld'
  if (original.effect === 'captured') {
    return amountMinor === original.capturedMinor ? 'approved' : 'contradiction'
  }
  if (original.effect !== 'held') return 'notHeld'
  const heldMinor = original.approvedMinor + book.followed(key).incrementedMinor
  if (amountMinor === 0n || amountMinor > heldMinor) return 'invalidAmount'
  book.capture(key, amountMinor)
  return 'approved'
}
