import type { Message } from '#iso8583'
import { dayAfter } from './calendar.ts'
import type { Conduct, PaymentRules, ReversalRules } from './conduct/conduct.ts'
import type { NetworkRules } from './conduct/network-rules.ts'
import type { Fault } from './faults.ts'
import { isRequestType } from './message-types.ts'
import { type PaymentCounter, refusePayment, settlePayment } from './payments.ts'
import { reverseOriginal } from './reversals.ts'

/** One connection, as the host's rules see it. */
export interface Session {
  signedOn: boolean
}

/** What becomes of a request. Commit the book before the answer leaves. */
export interface Reply {
  readonly answer: Message
  /** How the answer goes astray on its line. */
  readonly fault: Fault | undefined
}

/** A core host without its lines: messages in, messages out, by its conduct. Synchronous. */
export interface CoreHost {
  /** @returns undefined for what is no request. */
  answer(request: Message, session: Session): Reply | undefined
  /** Begin the next business day. @returns its date, `YYYY-MM-DD`. */
  cutOver(): string
  readonly counts: CoreHostCounts
}

/** What came in and how it was met, since the start. */
export interface CoreHostCounts {
  readonly payments: number
  readonly approved: number
  readonly duplicates: number
  readonly reversals: number
  readonly network: number
  /** Requests that were not carried out: before sign-on, malformed, or of an unlisted type. */
  readonly refused: number
}

export function createCoreHost(counter: PaymentCounter): CoreHost {
  const { book, clock, conduct } = counter
  const { codes } = conduct
  const counts = { payments: 0, approved: 0, duplicates: 0, reversals: 0, network: 0, refused: 0 }

  const pay = (request: Message, rules: PaymentRules): Reply => {
    counts.payments++
    const outcome = settlePayment(request, rules, { counter, sequence: counts.payments })
    if (outcome.kind === 'approved') counts.approved++
    if (outcome.kind === 'duplicate') counts.duplicates++
    return outcome
  }
  const reverse = (request: Message, rules: ReversalRules): Reply => {
    counts.reversals++
    book.lapseHolds(clock.nowMs())
    const reason = reverseOriginal(request, { book, rules, codes })
    return plainly(answerReversal(request, rules, { ...counter, reason }))
  }
  const administer = (request: Message, rules: NetworkRules, session: Session): Reply => {
    counts.network++
    return plainly(rules.answerTo(request, carryOut(request, rules, session)))
  }
  const refuse = (
    request: Message,
    rules: ReturnType<Conduct['rulesFor']>,
    reason: 'notSignedOn' | 'formatError' | 'notSupported',
  ): Reply => {
    counts.refused++
    switch (rules.kind) {
      case 'payment': {
        const refusal = { code: codes[reason], businessDate: book.businessDate }
        return plainly(refusePayment(request, rules, refusal))
      }
      case 'reversal':
        return plainly(answerReversal(request, rules, { ...counter, reason }))
      case 'network':
        return plainly(rules.answerTo(request, rules.codes.formatError))
      case 'unlisted':
        return plainly(rules.answerTo(request, codes[reason]))
    }
  }

  return {
    answer(request, session) {
      if (!isRequestType(request.mti)) return undefined
      const rules = conduct.rulesFor(request)
      const needsSignOn = rules.kind === 'payment' || rules.kind === 'reversal'
      if (needsSignOn && !session.signedOn) return refuse(request, rules, 'notSignedOn')
      if (!rules.wellFormed(request.fields)) return refuse(request, rules, 'formatError')
      switch (rules.kind) {
        case 'payment':
          return pay(request, rules)
        case 'reversal':
          return reverse(request, rules)
        case 'network':
          return administer(request, rules, session)
        case 'unlisted':
          return refuse(request, rules, 'notSupported')
      }
    },
    cutOver() {
      book.openDay(dayAfter(book.businessDate))
      return book.businessDate
    },
    counts,
  }
}

function plainly(answer: Message): Reply {
  return { answer, fault: undefined }
}

function answerReversal(
  request: Message,
  rules: ReversalRules,
  { book, conduct, reason }: PaymentCounter & { readonly reason: keyof Conduct['codes'] },
): Message {
  const answer = rules.answerTo(request, conduct.codes[reason])
  rules.tellOwn(answer.fields, reason === 'reversed' ? 'approved' : 'declined', {
    businessDate: book.businessDate,
    stan: rules.read.stan(request.fields),
    transmissionTime: rules.read.transmissionTime(request.fields),
    approvedMinor: 0n,
    approvalCode: '',
  })
  return answer
}

/** @returns the response code (interface.md 5). */
function carryOut({ fields }: Message, rules: NetworkRules, session: Session): string {
  switch (rules.functionOf(fields)) {
    case 'signOn':
      session.signedOn = true
      return rules.codes.success
    case 'signOff':
      session.signedOn = false
      return rules.codes.success
    case 'echo':
      return rules.codes.success
    case 'cutover':
    case undefined:
      return rules.codes.notSupported
  }
}
