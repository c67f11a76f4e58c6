import type { Message } from '#iso8583'
import type { Clock } from '#platform'
import type { Book } from './book.ts'
import { settlementDate } from './calendar.ts'
import { answerTo, PAYMENT, textOf } from './elements.ts'
import { exchangeKey, factsOf } from './exchange-facts.ts'
import { type Fault, type FaultRule, faultByScript } from './faults.ts'
import { approvalCode, judgePayment, networkReference, type Verdict } from './judge.ts'
import type { PinCheck } from './pin.ts'

/** What a payment is judged and recorded with. */
export interface PaymentCounter {
  readonly book: Book
  readonly clock: Clock
  /** Faults by card number. */
  readonly cardFaults: ReadonlyMap<string, Fault>
  /** Faults by script; they go before those by card. */
  readonly script: readonly FaultRule[]
  readonly pinCheck?: PinCheck
  /** How long a hold lasts, in milliseconds. */
  readonly holdMs: number
}

export interface PaymentConduct {
  readonly kind: 'approved' | 'declined' | 'duplicate'
  readonly answer: Message
  /** How the answer goes astray. */
  readonly fault: Fault | undefined
}

/**
 * Judge a payment whose elements are in order, record it, and say what to answer (interface.md 6).
 *
 * @param sequence the payment's place among all since the start, counted from 1
 */
export function conductPayment(
  request: Message,
  counter: PaymentCounter,
  sequence: number,
): PaymentConduct {
  const { book } = counter
  book.lapseHolds(counter.clock.nowMs())
  const fault = faultOf(request, counter, sequence)
  const verdict = fault?.kind === 'decline' ? declinedBy(fault) : judge(request, counter)
  if (!record(request, verdict, counter)) {
    const answer = answerTo(request, PAYMENT, { 39: codeOfRepeat(request, book) })
    return { kind: 'duplicate', answer, fault: undefined }
  }
  countPin(request, verdict, book)
  return {
    kind: verdict.approvedMinor > 0n ? 'approved' : 'declined',
    answer: answerPayment(request, verdict, book.businessDate),
    fault,
  }
}

function faultOf(
  request: Message,
  { script, cardFaults }: PaymentCounter,
  sequence: number,
): Fault | undefined {
  const pan = textOf(request, '2')
  if (script.length === 0) return cardFaults.get(pan)
  const facts = { pan, amountMinor: BigInt(textOf(request, '4')), sequence }
  return faultByScript(script, facts) ?? cardFaults.get(pan)
}

function declinedBy({ code }: { readonly code: string }): Verdict {
  return { code, approvedMinor: 0n, results: undefined }
}

function judge(request: Message, { book, pinCheck }: PaymentCounter): Verdict {
  const card = book.card(textOf(request, '2'))
  const block = textOf(request, '52')
  const pinRight =
    block === '' || card?.pinHash === undefined
      ? undefined
      : pinCheck?.matches(card.pan, block, card.pinHash)
  return judgePayment(request, { card, businessDate: book.businessDate, pinRight })
}

/** @returns false when the payment came before: nothing is recorded. */
function record(
  request: Message,
  verdict: Verdict,
  { book, clock, holdMs }: PaymentCounter,
): boolean {
  const { code, approvedMinor } = verdict
  const approved = approvedMinor > 0n
  const holds = request.mti === '0100'
  const effect = holds ? 'held' : 'posted'
  return book.record({
    ...factsOf(request),
    key: exchangeKey(request),
    mti: request.mti,
    approvedMinor,
    responseCode: code,
    approvalCode: approved ? approvalCode(request) : '',
    effect: approved ? effect : 'none',
    lapsesAtMs: approved && holds ? clock.nowMs() + holdMs : 0,
  })
}

/** A PIN counts when it decided, or stood in the way of nothing. */
function countPin(request: Message, { code, approvedMinor }: Verdict, book: Book): void {
  if (textOf(request, '52') === '') return
  if (code === '55') book.countPinTry(textOf(request, '2'), false)
  else if (approvedMinor > 0n) book.countPinTry(textOf(request, '2'), true)
}

/** 94, or 12 when the reversal came before the payment. */
function codeOfRepeat(request: Message, book: Book): string {
  const key = exchangeKey(request)
  book.countArrival(key)
  return book.exchange(key)?.effect === 'reversed-unseen' ? '12' : '94'
}

function answerPayment(request: Message, verdict: Verdict, businessDate: string): Message {
  const { code, approvedMinor, results } = verdict
  const checks = results === undefined ? {} : { 48: results }
  if (approvedMinor === 0n) return answerTo(request, PAYMENT, { 39: code, ...checks })
  const date = settlementDate(businessDate)
  return answerTo(request, PAYMENT, {
    4: approvedMinor.toString().padStart(12, '0'),
    15: date,
    38: approvalCode(request),
    39: code,
    ...checks,
    63: networkReference(request, date),
  })
}
