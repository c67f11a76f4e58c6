import type { Message } from '#iso8583'
import type { Book } from './book.ts'
import type { Conduct, ReversalRules } from './conduct/conduct.ts'
import type { Reason } from './conduct/document.ts'
import { bare } from './elements.ts'
import { agrees, factsOf } from './exchange-facts.ts'

/** What a reversal is carried out with. */
export interface ReversalCounter {
  readonly book: Book
  readonly rules: ReversalRules
  readonly codes: Conduct['codes']
}

/**
 * Reverse what a reversal names, once, however often it comes (interface.md 6.6).
 *
 * @returns `reversed`, or why not
 */
export function reverseOriginal({ fields }: Message, counter: ReversalCounter): Reason {
  const { book, rules } = counter
  const key = rules.originalOf(fields)
  const original = book.exchange(key)
  if (original === undefined) {
    remember(fields, key, counter)
    return 'originalNotFound'
  }
  if (original.effect === 'reversed-unseen') return 'originalNotFound'
  const approval = rules.read.approvalCode(fields)
  const type = rules.readOriginalType(fields)
  const isOfOriginal =
    agrees(fields, rules.read, original) &&
    (type === '' || type === original.mti) &&
    (approval === '' || bare(approval) === bare(original.approvalCode))
  if (!isOfOriginal) return 'contradiction'
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
  })
}
