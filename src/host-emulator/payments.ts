import type { Message } from '#iso8583'
import type { Clock } from '#platform'
import type { Book, NewExchange } from './book.ts'
import type { Exchange } from './book-file.ts'
import type { Conduct, OriginalRules, PaymentRules } from './conduct/conduct.ts'
import type { AnswerVerdict, PaymentEffect, PaymentType, Reason } from './conduct/document.ts'
import type { Answer } from './conduct/message-rules.ts'
import { type AnswerFacts, approvalCodeOf } from './conduct/own-values.ts'
import { type ExchangeFacts, factsOf, isOfOriginal } from './exchange-facts.ts'
import { alterAnswer, type Fault, type FaultRule, faultByScript } from './faults.ts'
import { judgePayment, type Verdict } from './judge.ts'
import type { PinCheck } from './pin.ts'

/** What a payment is judged and recorded with. */
export interface PaymentCounter {
  readonly book: Book
  readonly clock: Clock
  readonly conduct: Conduct
  /** Faults by card number. */
  readonly cardFaults: ReadonlyMap<string, Fault>
  /** Faults by script; they go before those by card. */
  readonly script: readonly FaultRule[]
  readonly pinCheck?: PinCheck
  /** How long a hold lasts, in milliseconds. */
  readonly holdMs: number
}

export interface PaymentOutcome {
  readonly kind: 'approved' | 'declined' | 'duplicate'
  readonly answer: Message
  /** How the answer goes astray on its line. */
  readonly fault: Fault | undefined
}

/** A payment request with what is known of it. */
interface Presented {
  readonly request: Message
  readonly rules: PaymentRules
  readonly type: PaymentType
  readonly facts: ExchangeFacts
  /** Empty when it has none. */
  readonly pinBlock: string
  readonly stan: string
  readonly transmissionTime: string
  /** What names it among all. */
  readonly key: string
  /** What names the payment that it follows up; empty when it does not. */
  readonly originalKey: string
}

/**
 * Judge a payment whose elements are in order, record it, and say what to answer (interface.md 6).
 * What only asks about a card is judged alike, and not recorded.
 *
 * @param sequence the payment's place among all since the start, counted from 1
 */
export function settlePayment(
  request: Message,
  rules: PaymentRules,
  { counter, sequence }: { readonly counter: PaymentCounter; readonly sequence: number },
): PaymentOutcome {
  const { book, conduct } = counter
  book.lapseHolds(counter.clock.nowMs())
  const presented = present(request, rules)
  const fault = faultOf(presented, counter, sequence)
  const verdict = fault?.kind === 'decline' ? DECLINED_BY_SCRIPT : judge(presented, counter)
  const code = fault?.kind === 'decline' ? fault.code : conduct.codes[verdict.reason]
  const word = verdictOf(verdict)
  const { stan, transmissionTime, type } = presented
  const approvalCode = word === 'declined' ? '' : approvalCodeOf(stan, transmissionTime)
  const onlyAsks = type.effect === 'none'
  if (!onlyAsks && !record(presented, { ...verdict, code, approvalCode }, counter)) {
    return repeated(presented, counter)
  }
  countPin(presented, verdict, book)
  const facts = { ...presented, ...verdict, approvalCode, businessDate: book.businessDate }
  const answer = answerWith(facts, code, word)
  rules.tellChecks(answer.fields, verdict.results)
  if (word !== 'declined') tellBalances(answer, presented, book)
  if (fault !== undefined) alterAnswer(answer, fault, { rules, codes: conduct.codes })
  return { kind: word === 'declined' ? 'declined' : 'approved', answer, fault }
}

function tellBalances({ fields }: Answer, { facts, rules }: Presented, book: Book): void {
  const card = book.card(facts.pan)
  if (card === undefined) return
  const currency = card.currency || facts.currency
  const { availableMinor: available, ledgerMinor: ledger } = card
  rules.tellBalances(fields, { available, ledger, currency })
}

/** Answer a payment that is not even judged. */
export function refusePayment(request: Message, rules: PaymentRules, refusal: Refusal): Message {
  return refuse(present(request, rules), refusal)
}

interface Refusal {
  readonly code: string
  readonly businessDate: string
}

function refuse(presented: Presented, { code, businessDate }: Refusal): Message {
  const facts = { ...presented, businessDate, approvedMinor: 0n, approvalCode: '' }
  return answerWith(facts, code, 'declined')
}

function present(request: Message, rules: PaymentRules): Presented {
  const { fields, mti } = request
  const { read } = rules
  return {
    request,
    rules,
    type: rules.typeOf(mti),
    facts: factsOf(fields, read),
    pinBlock: read.pinBlock(fields),
    stan: read.stan(fields),
    transmissionTime: read.transmissionTime(fields),
    key: rules.identityOf(fields),
    originalKey: rules.original?.originalOf(fields) ?? '',
  }
}

function answerWith(facts: Presented & AnswerFacts, code: string, verdict: AnswerVerdict): Answer {
  const { request, rules } = facts
  const answer = rules.answerTo(request, code)
  rules.tellOwn(answer.fields, verdict, facts)
  return answer
}

function verdictOf({ reason }: Verdict): AnswerVerdict {
  return reason === 'approved' || reason === 'partial' ? reason : 'declined'
}

const DECLINED_BY_SCRIPT: Verdict = { reason: 'unlisted', approvedMinor: 0n, results: {} }

function faultOf(
  { facts: { pan, amountMinor } }: Presented,
  { script, cardFaults }: PaymentCounter,
  sequence: number,
): Fault | undefined {
  return faultByScript(script, { pan, amountMinor, sequence }) ?? cardFaults.get(pan)
}

function judge(presented: Presented, counter: PaymentCounter): Verdict {
  const { original: named } = presented.rules
  return named === undefined
    ? judgeByCard(presented, counter)
    : judgeByOriginal(presented, named, counter)
}

/** An increment or a refund: interface.md 6.9 and 6.10. */
function judgeByOriginal(
  presented: Presented,
  named: OriginalRules,
  counter: PaymentCounter,
): Verdict {
  const { facts, originalKey, request, rules, type } = presented
  const { pan, currency, terminal, approvalCode } = rules.read
  const said = { readOriginalType: named.readOriginalType }
  const read = { pan, currency, terminal, approvalCode }
  const original = counter.book.exchange(originalKey)
  if (!rules.supports(request.fields)) return objection('notSupported')
  if (original === undefined || original.effect === 'reversed-unseen') {
    return objection('originalNotFound')
  }
  if (!isOfOriginal(request, { ...said, read }, original)) return objection('contradiction')
  if (type.effect === 'increase') {
    const isHeld = original.effect === 'held' && original.original === ''
    return isHeld ? judgeByCard(presented, counter) : objection('notHeld')
  }
  const takenMinor = takenOf(original)
  const leftMinor = takenMinor - counter.book.followed(originalKey).refundedMinor
  const { amountMinor } = facts
  if (takenMinor === 0n) return objection('notHeld')
  if (amountMinor === 0n || amountMinor > leftMinor) return objection('invalidAmount')
  return { reason: 'approved', approvedMinor: amountMinor, results: {} }
}

function takenOf({ approvedMinor, capturedMinor, effect }: Exchange): bigint {
  if (effect === 'posted') return approvedMinor
  return effect === 'captured' ? capturedMinor : 0n
}

function objection(reason: Reason): Verdict {
  return { reason, approvedMinor: 0n, results: {} }
}

function judgeByCard(presented: Presented, { book, pinCheck }: PaymentCounter): Verdict {
  const { facts, pinBlock, request, rules, type } = presented
  const { amountMinor, pan } = facts
  const card = book.card(pan)
  const pinRight =
    pinBlock === '' || card?.pinHash === undefined
      ? undefined
      : pinCheck?.matches(pan, pinBlock, card.pinHash)
  const { businessDate } = book
  return judgePayment(request.fields, { amountMinor, rules, type, card, businessDate, pinRight })
}

/** @returns false when the payment came before: nothing is recorded. */
function record(
  { facts, key, originalKey, request, type }: Presented,
  found: Verdict & { readonly code: string; readonly approvalCode: string },
  { book, clock, holdMs }: PaymentCounter,
): boolean {
  const { approvalCode, approvedMinor, code } = found
  const approved = approvedMinor > 0n
  const effect = EFFECTS[type.effect]
  return book.record({
    ...facts,
    key,
    mti: request.mti,
    approvedMinor,
    responseCode: code,
    approvalCode,
    original: originalKey,
    effect: approved ? effect : 'none',
    lapsesAtMs: approved && effect === 'held' ? clock.nowMs() + holdMs : 0,
  })
}

const EFFECTS = {
  hold: 'held',
  post: 'posted',
  increase: 'held',
  refund: 'refunded',
  none: 'none',
} as const satisfies Record<PaymentEffect, NewExchange['effect']>

/** A PIN counts when it decided, or stood in the way of nothing. */
function countPin({ facts: { pan }, pinBlock }: Presented, verdict: Verdict, book: Book): void {
  if (pinBlock === '') return
  if (verdict.reason === 'wrongPin') book.countPinTry(pan, false)
  else if (verdictOf(verdict) !== 'declined') book.countPinTry(pan, true)
}

/** Say that it came before, or that its reversal did. */
function repeated(presented: Presented, { book, conduct }: PaymentCounter): PaymentOutcome {
  const { key } = presented
  book.countArrival(key)
  const wasReversed = book.exchange(key)?.effect === 'reversed-unseen'
  const code = wasReversed ? conduct.codes.lateOriginal : conduct.codes.duplicate
  const answer = refuse(presented, { code, businessDate: book.businessDate })
  return { kind: 'duplicate', answer, fault: undefined }
}
