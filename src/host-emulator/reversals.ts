import type { Message } from '#iso8583'
import type { Book } from './book.ts'
import { partOf, textOf } from './elements.ts'
import { exchangeKey, factsOf, originalKey, sameFacts } from './exchange-facts.ts'

/**
 * Reverse what a reversal names, once, however often it comes (interface.md 6.6).
 *
 * @returns DE39
 */
export function conductReversal(request: Message, book: Book, nowMs: number): string {
  book.lapseHolds(nowMs)
  const key = exchangeKey(request)
  const earlier = book.reversal(key)
  if (earlier !== undefined) return earlier
  const code = undo(request, book)
  book.recordReversal(key, code)
  return code
}

function undo(request: Message, book: Book): string {
  const key = originalKey(request)
  const original = book.exchange(key)
  if (original === undefined) {
    remember(request, key, book)
    return '25'
  }
  if (original.effect === 'reversed-unseen') return '25'
  const approval = textOf(request, '38')
  const agrees =
    sameFacts(factsOf(request), original) &&
    partOf(request, '90', 'mti') === original.mti &&
    (approval === '' || approval === original.approvalCode)
  if (!agrees) return '12'
  book.reverse(key)
  return '00'
}

/** The original may still come, and must find itself reversed. */
function remember(request: Message, key: string, book: Book): void {
  book.reverseUnseen({
    ...factsOf(request),
    key,
    mti: partOf(request, '90', 'mti') ?? '',
    approvedMinor: 0n,
    responseCode: '12',
    approvalCode: '',
    lapsesAtMs: 0,
  })
}
