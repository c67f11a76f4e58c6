import type { Message } from '#iso8583'
import type { Book } from './book.ts'
import { dayAfter } from './calendar.ts'
import { captureOriginal } from './captures.ts'
import type { Conduct, FollowUpRules, PaymentRules } from './conduct/conduct.ts'
import type { Reason } from './conduct/document.ts'
import type { NetworkRules } from './conduct/network-rules.ts'
import type { Fault } from './faults.ts'
import type { HostMacs, KeyChange } from './macs/host-macs.ts'
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
  /** The host brings a key of its own after it. */
  readonly bringsKey?: true
}

/** A core host without its lines: messages in, messages out, by its conduct. Synchronous. */
export interface CoreHost {
  /** @returns undefined for what is no request. */
  answer(request: Message, session: Session): Reply | undefined
  /** Answer a request that does not prove whose it is, and do nothing else. */
  refuseMac(request: Message): Reply
  /** Begin the next business day. @returns its date, `YYYY-MM-DD`. */
  cutOver(): string
  readonly counts: CoreHostCounts
}

/** What came in and how it was met, since the start. */
export interface CoreHostCounts {
  readonly payments: number
  readonly approved: number
  readonly duplicates: number
  /** What was asked about cards, without a payment. */
  readonly questions: number
  readonly reversals: number
  readonly captures: number
  readonly network: number
  /** Requests that were not carried out: before sign-on, malformed, or of an unlisted type. */
  readonly refused: number
}

type RulesOfAny = ReturnType<Conduct['rulesFor']>

/** @param macs of a host that has MACs; whoever calls has checked those of the requests */
export function createCoreHost(counter: PaymentCounter, macs?: HostMacs): CoreHost {
  const { book, clock, conduct } = counter
  const { codes } = conduct
  const counts = { ...NOTHING_YET }

  const pay = (request: Message, rules: PaymentRules): Reply => {
    counts.payments++
    const outcome = settlePayment(request, rules, { counter, sequence: counts.payments })
    if (outcome.kind === 'approved') counts.approved++
    if (outcome.kind === 'duplicate') counts.duplicates++
    return outcome
  }
  const ask = (request: Message, rules: PaymentRules): Reply => {
    counts.questions++
    return settlePayment(request, rules, { counter, sequence: 0 })
  }
  const followUp = (request: Message, rules: FollowUpRules): Reply => {
    const isReversal = rules.kind === 'reversal'
    counts[isReversal ? 'reversals' : 'captures']++
    book.lapseHolds(clock.nowMs())
    const act = isReversal ? reverseOriginal : captureOriginal
    const reason = act(request, { book, rules, codes })
    const verdict = DONE.has(reason) ? 'approved' : 'declined'
    return plainly(answerFollowUp(request, rules, { book, verdict, code: codes[reason] }))
  }
  const administer = (request: Message, rules: NetworkRules, session: Session): Reply => {
    counts.network++
    const change = session.signedOn ? macs?.changeFor(request.fields) : undefined
    if (change !== undefined) return answerChange(request, rules, change)
    const reply = plainly(rules.answerTo(request, carryOut(request, rules, session)))
    return bringsKey(request, rules, macs) ? { ...reply, bringsKey: true } : reply
  }
  const refuse = (request: Message, rules: RulesOfAny, code: string): Reply => {
    counts.refused++
    return plainly(answerRefusal(request, rules, { book, code }))
  }

  return {
    answer(request, session) {
      if (!isRequestType(request.mti)) return undefined
      const rules = conduct.rulesFor(request)
      const needsSignOn = rules.kind !== 'network' && rules.kind !== 'unlisted'
      if (needsSignOn && !session.signedOn) return refuse(request, rules, codes.notSignedOn)
      if (!rules.wellFormed(request.fields)) {
        const { formatError } = rules.kind === 'network' ? rules.codes : codes
        return refuse(request, rules, formatError)
      }
      switch (rules.kind) {
        case 'payment':
          return (isQuestion(request, rules) ? ask : pay)(request, rules)
        case 'reversal':
        case 'capture':
          return followUp(request, rules)
        case 'network':
          return administer(request, rules, session)
        case 'unlisted':
          return refuse(request, rules, codes.notSupported)
      }
    },
    refuseMac(request) {
      return refuse(request, conduct.rulesFor(request), macs?.wrongMacCode ?? codes.formatError)
    },
    cutOver() {
      book.openDay(dayAfter(book.businessDate))
      return book.businessDate
    },
    counts,
  }
}

const NOTHING_YET = {
  payments: 0,
  approved: 0,
  duplicates: 0,
  questions: 0,
  reversals: 0,
  captures: 0,
  network: 0,
  refused: 0,
}

function isQuestion({ mti }: Message, rules: PaymentRules): boolean {
  return rules.typeOf(mti).effect === 'none'
}

function plainly(answer: Message): Reply {
  return { answer, fault: undefined }
}

function bringsKey({ fields }: Message, rules: NetworkRules, macs: HostMacs | undefined): boolean {
  return macs?.bringsAtSignOn === true && rules.functionOf(fields) === 'signOn'
}

/** The answer to whoever begins a change of keys, with what carries the key. */
function answerChange(request: Message, rules: NetworkRules, change: KeyChange): Reply {
  const answer = rules.answerTo(request, change.responseCode)
  const reply = plainly({ ...answer, fields: { ...answer.fields, ...change.fields } })
  return change.bringsNext ? { ...reply, bringsKey: true } : reply
}

/** What a host says when it has done what follows a payment. */
const DONE: ReadonlySet<Reason> = new Set(['reversed', 'approved'])

interface FollowUpEnd {
  readonly book: Book
  readonly code: string
  readonly verdict: 'approved' | 'declined'
}

function answerFollowUp(
  request: Message,
  rules: FollowUpRules,
  { book, code, verdict }: FollowUpEnd,
): Message {
  const answer = rules.answerTo(request, code)
  rules.tellOwn(answer.fields, verdict, {
    businessDate: book.businessDate,
    stan: rules.read.stan(request.fields),
    transmissionTime: rules.read.transmissionTime(request.fields),
    approvedMinor: 0n,
    approvalCode: '',
  })
  return answer
}

function answerRefusal(
  request: Message,
  rules: RulesOfAny,
  { book, code }: Omit<FollowUpEnd, 'verdict'>,
): Message {
  switch (rules.kind) {
    case 'payment':
      return refusePayment(request, rules, { code, businessDate: book.businessDate })
    case 'reversal':
    case 'capture':
      return answerFollowUp(request, rules, { book, code, verdict: 'declined' })
    case 'network':
    case 'unlisted':
      return rules.answerTo(request, code)
  }
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
