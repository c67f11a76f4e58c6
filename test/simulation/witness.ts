import { ALLOWED_MOVES, type PaymentState } from '#domain'
import { isRepeatMti, type Message } from '#iso8583'
import type { Log, LogFacts } from '#platform'
import { type Recovery, StoreError } from '#store'
import type { OpenBook } from './book.ts'
import { type Case, openCases, type Step } from './cases.ts'
import type { StoreEars } from './commit-queue.ts'
import type { Disk } from './disk.ts'
import type { AnswerFault, HostEars } from './host.ts'
import type { Answer, Question } from './merchants.ts'
import { watchNumbers } from './numbers.ts'
import { holdsSecret } from './secrets.ts'
import type { Site } from './site.ts'
import type { World } from './world.ts'

/** Sees all that happens, notes what moments it makes, and objects to what must not happen. */
export interface Witness extends HostEars, StoreEars {
  readonly log: Log
  /** What it objects to; the first says most. */
  readonly objections: readonly string[]
  object(to: string): void
  onRecovered(recovery: Recovery): void
  onNotStarted(error: unknown): void
  onSaid(question: Question, answer: Answer, text: string): void
  onGone(): void
  cases(): readonly Case[]
}

export interface WitnessParts {
  readonly world: World
  readonly site: Site
  readonly disk: Disk
  /** The host's book, once there is a host. */
  book(): OpenBook
}

export function callWitness({ world, site, disk, book }: WitnessParts): Witness {
  const { conduct } = site
  const { scenario } = world
  const cases = openCases(site, disk, world.time)
  const numbers = watchNumbers(world, cases, site.link)
  const objections: string[] = []
  /** Payments of which a merchant heard that they will be refused when they come. */
  const unseen = new Set<string>()

  function object(to: string): void {
    objections.push(to)
    world.tell?.(`OBJECTION ${to}`)
  }

  function caseOf(request: Message): Case | undefined {
    const rules = conduct.rulesFor(request)
    if (rules.kind === 'payment') return cases.byHostKey(rules.identityOf(request.fields))
    if (rules.kind === 'network' || rules.kind === 'unlisted') return undefined
    return cases.byHostKey(rules.originalOf(request.fields))
  }

  /** Whether it is a reversal, or the advice of a capture. */
  function isOwed(request: Message): boolean {
    return conduct.rulesFor(request).kind !== 'payment'
  }

  // The journal.

  function onCommitted(): void {
    for (const step of cases.newSteps()) {
      const { of, from, to, reason } = step
      world.tell?.(`journal ${of.id} ${from ?? ''} -> ${to}${reason ? ` (${reason})` : ''}`)
      checkStep(step)
      of.reason ??= reason
      checkMoney(of)
      noteStep(step)
    }
  }

  function checkStep({ of, before, from, to }: Step): void {
    if (unseen.has(of.id))
      object(`${of.id} was begun although its merchant heard that it will not be`)
    if (from !== before)
      object(`the move of ${of.id} to ${to} is from ${from} and not from ${before}`)
    const isAllowed = from === null ? to === 'begun' : ALLOWED_MOVES[from].includes(to)
    if (!isAllowed) object(`${of.id} has moved from ${from} to ${to}`)
  }

  function noteStep({ of, from, to, reason }: Step): void {
    if (to === 'unknown' || to === 'failed') world.noteNamed(`${to}: ${reason}`)
    const { operation } = of
    if (operation === 'payment.refund' && to === 'approved') world.note('refunded')
    if (operation === 'payment.increment' && to === 'approved') world.note('increased')
    if (of.original !== undefined && to === 'unknown') world.note('follow-up of unknown outcome')
    if (to === 'reversing' && from === 'approved') {
      world.note('merchant reverses an approved payment')
    }
    if (to === 'reversed_not_found') world.note('reversed, nothing found')
    if (to === 'reversed' && of.wasNotFound) world.note('original not found, then found')
    const isSettled = to === 'reversed' || to === 'captured'
    if (isSettled && of.wasOverdue) world.note('owed for long, then acknowledged')
    if (to === 'reversed' && of.capture !== undefined) world.note('captured, then reversed')
    if (to === 'captured' && of.outlivedCrash) world.note('captured after a crash')
    if (to === 'capturing') {
      const isWhole = of.capture?.minor === heldOf(of)
      world.note(isWhole ? 'wholly captured' : 'captured in part')
    }
    if (from === 'begun' && of.settlementDate !== of.businessDate) {
      world.note('settled on another day than taken in')
    }
  }

  /** What the journal says of a payment and what the host's book does: never a contradiction. */
  function checkMoney(of: Case): void {
    const state = of.history.at(-1) ?? 'begun'
    const exchange = book().exchange(of.hostKey)
    const effect = exchange?.effect ?? 'absent'
    if ((exchange?.arrivals ?? 0) > 1) object(`${of.id} came to the host twice`)
    if (!effectsOf(of.operation, state).includes(effect))
      object(`${of.id} is ${state} in the journal and ${effect} in the host’s book`)
    if (state === 'approved' && exchange?.approvedMinor !== approvedOf(of)) {
      object(`${of.id} is approved for another amount`)
    }
    if (of.capture !== undefined && of.capture.minor > heldOf(of)) {
      object(`more of ${of.id} is captured than was approved`)
    }
    const isOriginal = of.original === undefined
    if (isOriginal && effect === 'captured' && exchange?.capturedMinor !== of.capture?.minor) {
      object(`${of.id} is captured with another amount`)
    }
    if (of.operation === 'payment.refund') checkRefund(of)
  }

  /** What an authorization and its increments were approved for, whatever became of those since. */
  function heldOf(of: Case): bigint {
    const increments = cases
      .all()
      .filter((it) => it.original === of.id && it.operation === 'payment.increment')
      .filter(({ history }) => history.includes('approved'))
    return increments.reduce((sum, it) => sum + approvedOf(it), approvedOf(of))
  }

  /** By the host's book: no more goes back of a payment than was taken. */
  function checkRefund({ id, original }: Case): void {
    const key = cases.byId(original ?? '')?.hostKey ?? ''
    const exchange = book().exchange(key)
    const { refundedMinor } = book().followed(key)
    if (refundedMinor === 0n) return
    const isCaptured = exchange?.effect === 'captured'
    const taken = isCaptured ? exchange.capturedMinor : (exchange?.approvedMinor ?? 0n)
    const stands = isCaptured || exchange?.effect === 'posted'
    if (!stands || refundedMinor > taken) object(`${id} gives back more than was taken`)
  }

  // The host.

  function onLeft(request: Message): void {
    const of = caseOf(request)
    if (of === undefined) object(`${request.mti} has left of which nothing is on disk`)
    else if (isOwed(request)) onOwedLeft(of, request)
    else onPaymentLeft(of)
  }

  function onPaymentLeft(of: Case): void {
    if (of.hasLeft) object(`${of.id} was sent twice`)
    if (of.history.at(-1) !== 'begun') object(`${of.id} was sent when it was ${of.history.at(-1)}`)
    if (numbers.isTaken(of)) object(`the number of ${of.id} is that of an exchange still open`)
    numbers.onLeft(of)
    of.hasLeft = true
    of.leftMs = world.time.elapsedMs()
  }

  function onOwedLeft(of: Case, request: Message): void {
    const { mti, fields } = request
    const owing = conduct.rulesFor(request).kind === 'capture' ? CAPTURING : REVERSING
    if (!of.history.some((state) => owing.has(state))) object(`${mti} of ${of.id} is not owed`)
    if (!disk.isNumbered(of.seq)) object(`${mti} of ${of.id} has left without number`)
    const text = JSON.stringify(fields)
    if (of.owedLeft === 0) of.owed = text
    else if (!isRepeatMti(mti)) object(`${mti} of ${of.id} was sent again and does not say so`)
    if (text !== of.owed) object(`the repeated ${mti} of ${of.id} is not the same message`)
    of.owedLeft += 1
    if (owing === CAPTURING && of.owedLeft > 1) world.note('capture told to the host again')
    of.isOwedOpen = true
    of.isOwedAnswered = false
  }

  function onDealtWith(request: Message): void {
    const of = caseOf(request)
    if (of === undefined) return
    const exchange = book().exchange(of.hostKey)
    if (isOwed(request)) {
      if (exchange?.effect === 'captured') of.capturedOn.add(book().businessDate)
      if (exchange === undefined || exchange.effect === 'reversed-unseen') of.wasNotFound = true
      if (of.hasLeft && !of.isDealtWith) world.note('reversal before its original arrived')
    } else {
      of.isDealtWith = true
      if (exchange?.effect === 'reversed-unseen') world.note('late original refused by the host')
      else if (of.wasNotFound) world.note('late original booked by a forgetful host')
      if (of.businessDate !== book().businessDate) world.note('host’s cutover in flight')
    }
    checkMoney(of)
  }

  function onAnswered(request: Message, how: AnswerFault | 'properly'): void {
    if (!isOwed(request) || how !== 'answerLost') return
    const isCapture = conduct.rulesFor(request).kind === 'capture'
    world.note(isCapture ? 'acknowledgement of a capture lost' : 'acknowledgement lost')
  }

  function onAnswerArrived(request: Message): void {
    const of = caseOf(request)
    if (of === undefined) return
    if (isOwed(request)) of.isOwedAnswered = true
    else of.isAnswered = true
  }

  // The merchants.

  function onSaid(question: Question, answer: Answer, text: string): void {
    if (holdsSecret(text)) object('an answer shows a card number')
    world.tell?.(`told    ${question.type} of ${question.payment}: ${wordOf(answer)}`)
    const of = cases.byId(question.payment)
    if (answer.error !== undefined) onRefused(question, answer.error, of)
    else if (answer.type === 'reversal.answer') unseen.add(question.payment)
    else if (answer.type !== 'payment.answer') return
    else if (of === undefined) object(`told of ${question.payment}, which is not on disk`)
    else onOutcomeSaid(of, answer, { text, type: question.type })
  }

  function onOutcomeSaid(
    of: Case,
    { outcome = '', reversal = '' }: Answer,
    { text, type }: { readonly text: string; readonly type: Question['type'] },
  ): void {
    const word = outcome + reversal
    const state = STATES[word]
    const wasOnDisk = state !== undefined && of.history.includes(state)
    if (!wasOnDisk)
      object(`told that ${of.id} is ${outcome}, and on disk it is ${of.history.at(-1)}`)
    if (outcome === 'partial') world.note('partial approval told')
    if (type === 'payment.capture' && of.told.has('capturing'))
      world.note('capture asked for again')
    if (type === 'payment.reverse' && state === 'unknown')
      world.note('merchant reverses an unknown payment')
    const same = sameness(text)
    const before = of.told.get(word)
    if (before !== undefined) {
      if (before !== same)
        object(`told of ${of.id} twice that it is ${outcome}, and not in the same way`)
      if (of.outlivedCrash && state !== 'begun') world.note('repeat told the same after a crash')
    }
    of.told.set(word, same)
    of.isTold = true
  }

  function onRefused(
    { type, payment }: Question,
    { code, reason }: NonNullable<Answer['error']>,
    of: Case | undefined,
  ): void {
    world.noteNamed(REFUSALS[code] ?? REFUSALS[reason] ?? '')
    const isOfPayment = type === 'payment.sale' || type === 'payment.authorize'
    if (code === 'PAYMENT_REVERSED') {
      if (of !== undefined) object(`${payment} is refused as reversed and yet on disk`)
      if (isOfPayment) world.note('tombstone refuses the late payment')
    }
    const isCaptured = of?.history.includes('capturing') ?? false
    if (!isCaptured && (reason === BEING_CAPTURED || code === 'CAPTURE_CONFLICT')) {
      object(`${payment} is refused as captured, and is not`)
    }
    if (code === 'PAYMENT_NOT_FOUND') if (of?.isTold) object(`${payment} is lost`)
    if (code === 'INTERNAL_ERROR') object('an internal error')
  }

  // The gateway.

  function onGone(): void {
    numbers.onGone()
    for (const of of cases.all()) {
      of.outlivedCrash = true
      if (of.history.at(-1) === 'capturing') world.note('crash while a capture is owed')
      const moment = crashMoment(of)
      if (moment !== undefined) world.note(moment)
      of.isOwedOpen = false
    }
  }

  function crashMoment(of: Case) {
    const state = of.history.at(-1)
    if (state === 'begun') {
      if (!of.hasLeft) return 'crash between begin and send'
      if (of.isAnswered) return 'crash between answer and conclude'
      return of.isDealtWith ? 'crash between arrival and answer' : 'crash between send and arrival'
    }
    if (state !== 'unknown' && state !== 'reversing' && state !== 'capturing') {
      return of.isTold ? undefined : 'crash between conclude and the merchant'
    }
    if (of.isOwedOpen) {
      return of.isOwedAnswered
        ? 'crash between an attempt’s answer and its end'
        : 'crash between attempt and its answer'
    }
    if (of.owedLeft > 0) return undefined
    return disk.isNumbered(of.seq)
      ? 'crash between number and attempt'
      : 'crash between owing and the first attempt'
  }

  function onLogged(event: string, text: string): void {
    if (holdsSecret(text)) object(`the log shows a card number in ${event}`)
    world.tell?.(`log     ${event} ${text}`)
    if (event === 'owed-attempt-lost') world.note('attempt lost until its lease ended')
    if (event === 'business-day-opened' && text.includes('calendar')) {
      world.note('midnight opened a day')
    }
  }

  return {
    log: logTo(onLogged),
    objections,
    object,
    onCommitted,
    onMisuse(code, act) {
      const isAllUsedUp = scenario.incidents.some(({ what }) => what === 'numbers-used-up')
      // Then they are used up within a second, for which no host's numbers are too few.
      if (code === 'STAN_REUSED' && isAllUsedUp) return
      object(`the store refuses ${act}: ${code}`)
    },
    onNotStarted(error) {
      if (!(error instanceof StoreError)) object(textOf(error))
    },
    onStray({ kind, responseCode }) {
      if (kind === 'duplicate') world.note('second answer')
      if (kind === 'unknown') world.note('answer to nobody')
      if (kind === 'late' && responseCode === conduct.codes.approved) {
        world.note('late approval after unknown')
      }
    },
    onRecovered({ leftUnknown, openExchanges }) {
      if (leftUnknown > 0) world.note('recovery of begun payments')
      if (openExchanges.length > leftUnknown) world.note('recovery of debts')
    },
    onLeased: numbers.onLeased,
    onAttemptEnded(end) {
      if (end.kind === 'put-off') world.noteNamed(`put off: ${end.why}`)
    },
    onLeft,
    onDealtWith,
    onAnswered,
    onAnswerArrived,
    onSaid,
    onGone,
    cases: cases.all,
  }
}

const CAPTURING: ReadonlySet<PaymentState> = new Set(['capturing'])
const REVERSING: ReadonlySet<PaymentState> = new Set(['unknown', 'reversing'])

function approvedOf({ approvedMinor, amountMinor }: Case): bigint {
  return approvedMinor ?? amountMinor
}

/** What the host's book may say of a payment whose state on disk is this one. */
const EFFECTS: Readonly<Record<PaymentState, readonly string[]>> = {
  begun: ['absent', 'none', 'held', 'posted'],
  approved: ['held', 'posted'],
  declined: ['absent', 'none', 'reversed-unseen'],
  failed: ['absent'],
  unknown: ['absent', 'none', 'held', 'posted', 'reversed', 'reversed-unseen'],
  reversing: ['held', 'posted', 'captured', 'reversed'],
  reversed: ['none', 'reversed'],
  reversed_not_found: ['absent', 'reversed-unseen'],
  capturing: ['held', 'captured'],
  captured: ['captured'],
}

const OF_REFUND: Partial<Record<PaymentState, readonly string[]>> = {
  begun: ['absent', 'none', 'refunded'],
  approved: ['refunded'],
  unknown: ['absent', 'none', 'refunded', 'reversed', 'reversed-unseen'],
}

/** What is captured is captured with its authorization, and stays so when that is undone. */
const OF_INCREMENT: Partial<Record<PaymentState, readonly string[]>> = {
  approved: ['held', 'captured'],
  reversed: ['none', 'reversed', 'captured'],
}

function effectsOf(operation: Case['operation'], state: PaymentState): readonly string[] {
  const own = operation === 'payment.refund' ? OF_REFUND[state] : undefined
  const increment = operation === 'payment.increment' ? OF_INCREMENT[state] : undefined
  return own ?? increment ?? EFFECTS[state]
}

/** The state that a merchant is told of by an outcome and how its reversal stands, in one word. */
const STATES: Readonly<Record<string, PaymentState>> = {
  pending: 'begun',
  approved: 'approved',
  partial: 'approved',
  declined: 'declined',
  failed: 'failed',
  'unknownunder-way': 'unknown',
  'reversingunder-way': 'reversing',
  reversedconfirmed: 'reversed',
  'reversednothing-found': 'reversed_not_found',
  capturing: 'capturing',
  captured: 'captured',
}

const BEING_CAPTURED =
  'a payment that is being captured is not reversed: ask again once it is captured'

/** By code, or by reason where one code has several. */
const REFUSALS: Readonly<Record<string, string>> = {
  ID_CONFLICT: 'other content under the same id',
  HOST_UNAVAILABLE: 'refused for want of the host',
  CAPTURE_CONFLICT: 'capture refused, captured with another amount',
  REFUND_NOT_ALLOWED: 'refund refused, nothing is left',
  INCREMENT_NOT_ALLOWED: 'increment refused, nothing is held',
  CAPTURE_NOT_ALLOWED: 'capture refused, nothing is held',
  [BEING_CAPTURED]: 'reversal refused, being captured',
  'the day that it settles on is over: what was taken is only refunded':
    'reversal refused, its day is over',
  'must be no more than was approved': 'capture refused, more than was approved',
  DRAINING: 'refused while stopping',
  TIME_OUTSIDE_WINDOW: 'refused for its time',
  'too many payments in flight': 'refused for want of a place',
  'no trace number is free': 'refused for want of a trace number',
  'the journal is full': 'refused for want of room in the journal',
}

/** What has followed the payment since, which may be more the next time. */
const FOLLOWED = /"(?:incremented|refunded)Amount":\{[^}]*\},/g

/** An answer without what tells which request it answers, and what followed. */
function sameness(text: string): string {
  return text.slice(text.indexOf('"merchant"')).replace(FOLLOWED, '')
}

function wordOf({ outcome, error, code }: Answer): string {
  return outcome ?? error?.code ?? code ?? ''
}

export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'something was thrown'
}

function logTo(hear: (event: string, text: string) => void): Log {
  const line = (event: string, facts?: LogFacts) => {
    const text = facts === undefined ? '' : JSON.stringify(facts, printable)
    hear(event, text)
  }
  const log: Log = { error: line, warn: line, info: line, debug: line, with: () => log }
  return log
}

/** Of an error its name and code, as the real log has it. */
function printable(_member: string, value: unknown): unknown {
  return value instanceof Error ? { ...value, name: value.name } : value
}
