import type { Message } from '#iso8583'
import { dayAfter, settlementDate } from './calendar.ts'
import {
  answerTo,
  isRequestType,
  type MessageRules,
  NETWORK,
  PAYMENT,
  REVERSAL,
  textOf,
  UNLISTED,
  wellFormed,
} from './elements.ts'
import type { Fault } from './faults.ts'
import { conductPayment, type PaymentCounter } from './payments.ts'
import { conductReversal } from './reversals.ts'

export type CoreHostOptions = PaymentCounter

/** One connection, as the host's rules see it. */
export interface Session {
  signedOn: boolean
}

/** What becomes of a request. Commit the book before the answer leaves. */
export interface Conduct {
  readonly answer: Message
  /** How the answer goes astray. */
  readonly fault: Fault | undefined
}

/** A core host without its lines: messages in, messages out, by interface.md. Synchronous. */
export interface CoreHost {
  /** @returns undefined for what is no request. */
  answer(request: Message, session: Session): Conduct | undefined
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
  /** Requests that were not carried out: 91 before sign-on, 30, or 12 for an unlisted type. */
  readonly refused: number
}

export function createCoreHost(options: CoreHostOptions): CoreHost {
  const { book, clock } = options
  const counts = { payments: 0, approved: 0, duplicates: 0, reversals: 0, network: 0, refused: 0 }
  const refuse = (request: Message, rules: MessageRules, code: string): Conduct => {
    counts.refused++
    return plainly(answerTo(request, rules, { 39: code }))
  }

  const pay = (request: Message): Conduct => {
    counts.payments++
    const conduct = conductPayment(request, options, counts.payments)
    if (conduct.kind === 'approved') counts.approved++
    if (conduct.kind === 'duplicate') counts.duplicates++
    return conduct
  }
  const reverse = (request: Message): Conduct => {
    counts.reversals++
    const code = conductReversal(request, book, clock.nowMs())
    const own = code === '00' ? { 15: settlementDate(book.businessDate), 39: code } : { 39: code }
    return plainly(answerTo(request, REVERSAL, own))
  }
  const administer = (request: Message, session: Session): Conduct => {
    counts.network++
    return plainly(answerTo(request, NETWORK, { 39: networkFunction(request, session) }))
  }

  return {
    answer(request, session) {
      const { mti } = request
      if (!isRequestType(mti)) return undefined
      const rules = rulesOf(mti)
      const needsSignOn = rules === PAYMENT || rules === REVERSAL
      if (needsSignOn && !session.signedOn) return refuse(request, rules, '91')
      if (!wellFormed(request, rules)) return refuse(request, rules, '30')
      if (rules === PAYMENT) return pay(request)
      if (rules === REVERSAL) return reverse(request)
      return rules === NETWORK ? administer(request, session) : refuse(request, rules, '12')
    },
    cutOver() {
      book.openDay(dayAfter(book.businessDate))
      return book.businessDate
    },
    counts,
  }
}

function rulesOf(mti: string): MessageRules {
  switch (mti) {
    case '0100':
    case '0200':
      return PAYMENT
    case '0400':
    case '0401':
    case '0420':
    case '0421':
      return REVERSAL
    case '0800':
    case '0820':
      return NETWORK
    default:
      return UNLISTED
  }
}

function plainly(answer: Message): Conduct {
  return { answer, fault: undefined }
}

/** @returns DE39 (interface.md 5). */
function networkFunction(request: Message, session: Session): string {
  switch (textOf(request, '70')) {
    case '001':
      session.signedOn = true
      return '00'
    case '002':
      session.signedOn = false
      return '00'
    case '301':
      return '00'
    default:
      return '40'
  }
}
