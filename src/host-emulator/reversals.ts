import type { Message } from '#iso8583'
import type { Book } from './book.ts'
import type { Conduct, FollowUpRules } from './conduct/conduct.ts'
import type { Reason } from './conduct/document.ts'
import { factsOf, isOfOriginal } from './exchange-facts.ts'

/** What a reversal is carried out with. */
export interface ReversalCounter {
  readonly book: Book
  readonly rules: FollowUpRules
  readonly codes: Conduct['codes']
}

/**
 * Reverse what a reversal names, once, however often it comes (interface.md 6.6).
 *
 * @returns `reversed`, or why not
 */
export function reverseOriginal(reversal: Message, counter: ReversalCounter): Reason {
  const { fields } = reversal
  const { book, rules } = counter
  const key = rules.originalOf(fields)
  const original = book.exchange(key)
  if (original === undefined) {
    remember(fields, key, counter)
    return 'originalNotFound'
  }
  if (original.effect === 'reversed-unseen') return 'originalNotFound'
  const amount = rules.read.amount(fields)
  const isOfAmount = amount === '' || BigInt(amount) === original.amountMinor
  if (!isOfAmount || !isOfOriginal(reversal, rules, original)) return 'contradiction'
  if (book.followed(key).refundedMinor > 0n) return 'notHeld'
  book.reverse(key)
  return 'reversed'
}

/** The original may still come, and must find itself reversed. */
function remember(
  fields: Message['fields'],
  key: string,
  { book, rules, codes }: ReversalCounter,
): void {
  book.reverseUnseen({
    ...factsOf(fields, rules.read),
    key,
    mti: rules.readOriginalType(fields),
    approvedMinor: 0n,
    responseCode: codes.lateOriginal,
    approvalCode: '',
    lapsesAtMs: 0,
    original: '',
  })
}
