import { STAN_MAX } from '#domain'
import type { Seeded } from '../fakes/seeded.ts'
import { NOON_MS } from './site.ts'

/** Chances in a thousand. */
export interface Rates {
  /** Of the gateway: that it dies before the next thing happens. */
  readonly crash: number
  /** Of a commit: that the gateway dies just before or just after it. */
  readonly crashAtCommit: number
  readonly commitFails: number
  readonly storeBusy: number
  readonly queueFull: number
  readonly slowDisk: number
  /** Of a request: that it never gets to the host, or gets there late. */
  readonly requestLost: number
  readonly requestSlow: number
  /** Of an answer. */
  readonly answerLost: number
  readonly answerLate: number
  readonly answerTwice: number
  readonly answerGarbage: number
  readonly answerUnreadable: number
  readonly answerCut: number
  readonly answerMismatched: number
  readonly answerOfAnother: number
  readonly codeUnlisted: number
  /** Of a reversal or a capture: that the host will not. */
  readonly owedRefused: number
  /** Of a message on a line: that it comes in two pieces. */
  readonly sliced: number
  /** Of what a merchant sends or hears. */
  readonly merchantLost: number
}

/** What happens once, at some moment of the time of faults. */
export type Incident =
  | 'line-cut'
  | 'line-blocked'
  | 'host-down'
  | 'clock-back'
  | 'clock-forth'
  | 'host-cutover'
  | 'numbers-used-up'
  | 'orderly-stop'

/** What one merchant wants of one payment. */
export interface Wish {
  readonly atMs: number
  readonly operation: 'payment.sale' | 'payment.authorize'
  readonly card: 'rich' | 'poor'
  readonly minor: number
  readonly acceptPartial: boolean
  /** The same request sent twice at once. */
  readonly twin: boolean
  /** Other content under the same id. */
  readonly conflict: boolean
  readonly reverse: 'never' | 'before' | 'meanwhile' | 'after'
  readonly capture: WishedCapture | undefined
  readonly followUp: WishedFollowUp | undefined
  /** Its clock is an hour behind until it looks at it. */
  readonly isBehind: boolean
}

/** What a merchant has in mind besides, once the payment allows it. */
export interface WishedFollowUp {
  readonly operation: 'payment.increment' | 'payment.refund'
  /** All that is left, when absent; of an increment always there. */
  readonly minor: number | undefined
}

/** How a merchant means to capture an authorization. */
export interface WishedCapture {
  /** All that was approved, when absent. */
  readonly minor: number | undefined
  /** Before it knows how the authorization ended, and again when it knows. */
  readonly meanwhile: boolean
  /** What it asks for in the same moment as well. */
  readonly twin: 'none' | 'same' | 'other' | 'reversal'
}

/** How bad a world is and what happens in it, as far as that is decided beforehand. */
export interface Scenario {
  readonly startMs: number
  /** How long things go wrong; then all is calm. */
  readonly faultsMs: number
  readonly rates: Rates
  readonly incidents: readonly { readonly what: Incident; readonly atMs: number }[]
  /** By when all that is decided beforehand has begun. */
  readonly allBegunMs: number
  readonly wishes: readonly Wish[]
  /** Who come in when numbers are used up, one soon after the other. */
  readonly latecomers: readonly Wish[]
  /** A host that keeps no reversal of what it does not know, so that the original may come late. */
  readonly hostForgets: boolean
  readonly connections: number
  readonly windowRequests: number
  readonly stanLeaseCount: number
  readonly firstStan: number
}

const FAULTS_MS_MIN = 2_000
const FAULTS_MS_MAX = 5_000
const WISHES_MAX = 3

/** How long after a payment was first asked for other content comes under its id. */
export const CONFLICT_MS_MAX = 2_000
/** How long after that whatever else comes that does not wait for its answer. */
export const MEANWHILE_MS_MAX = 400
/** How long a question is on its way. */
export const POST_MS_MAX = 21

const MIDNIGHT_MS = 12 * 3_600_000

/** Each seed has its own mixture, so that quiet worlds and violent ones both come. */
export function drawScenario(chance: Seeded): Scenario {
  const faultsMs = FAULTS_MS_MIN + chance.below(FAULTS_MS_MAX - FAULTS_MS_MIN)
  const isNearMidnight = chance.oneIn(8)
  const incidents = drawIncidents(chance, faultsMs)
  const wishes = Array.from({ length: 1 + chance.below(WISHES_MAX) }, () =>
    drawWish(chance, faultsMs),
  )
  return {
    startMs: NOON_MS + (isNearMidnight ? MIDNIGHT_MS - chance.below(faultsMs) : 0),
    faultsMs,
    rates: drawRates(chance),
    incidents,
    wishes,
    latecomers: [0, 100, 200].map((atMs) => ({ ...drawWish(chance, faultsMs), atMs })),
    allBegunMs: Math.max(...incidents.map(({ atMs }) => atMs), ...wishes.map(allAskedMs)),
    hostForgets: !chance.oneIn(4),
    connections: chance.oneIn(5) ? 2 : 1,
    windowRequests: 2 + chance.below(3),
    stanLeaseCount: 1 + chance.below(4),
    firstStan: chance.oneIn(8) ? STAN_MAX - chance.below(3) : 1,
  }
}

function drawRates(chance: Seeded): Rates {
  /** A kind of fault is in every second world only, and then more or less often. */
  const upTo = (perMille: number) => (chance.oneIn(2) ? 0 : 1 + chance.below(perMille))
  return {
    crash: upTo(15),
    crashAtCommit: upTo(25),
    commitFails: upTo(25),
    storeBusy: upTo(30),
    queueFull: upTo(60),
    slowDisk: upTo(200),
    requestLost: upTo(300),
    requestSlow: upTo(500),
    answerLost: upTo(300),
    answerLate: upTo(300),
    answerTwice: upTo(200),
    answerGarbage: upTo(100),
    answerUnreadable: upTo(200),
    answerCut: upTo(100),
    answerMismatched: upTo(200),
    answerOfAnother: upTo(100),
    codeUnlisted: upTo(200),
    owedRefused: upTo(400),
    sliced: upTo(200),
    merchantLost: upTo(300),
  }
}

const INCIDENTS: readonly Incident[] = [
  'line-cut',
  'line-blocked',
  'host-down',
  'clock-back',
  'clock-forth',
  'host-cutover',
  // Twice, because little comes of most of these.
  'numbers-used-up',
  'numbers-used-up',
  'orderly-stop',
]
const INCIDENTS_MAX = 3

function drawIncidents(chance: Seeded, faultsMs: number): Scenario['incidents'] {
  const incidents = Array.from({ length: chance.below(INCIDENTS_MAX + 1) }, () => ({
    what: chance.pick(INCIDENTS) ?? 'line-cut',
    atMs: chance.below(faultsMs),
  }))
  const isTimeSet = incidents.some(({ what }) => SETS_TIME.has(what))
  return isTimeSet ? incidents.filter(({ what }) => what !== 'numbers-used-up') : incidents
}

/**
 * All numbers used up, and the clock set to the second of the last use, or past what a start takes
 * to be the last answer of the host, or the same second on another business day: that is no
 * accident.
 */
const SETS_TIME: ReadonlySet<Incident> = new Set(['clock-back', 'clock-forth', 'host-cutover'])

function drawWish(chance: Seeded, faultsMs: number): Wish {
  const operation = chance.oneIn(2) ? 'payment.sale' : 'payment.authorize'
  const isCaptured = operation === 'payment.sale' ? chance.oneIn(12) : !chance.oneIn(3)
  const atMs = 200 + chance.below(Math.floor(faultsMs / 2))
  return {
    atMs,
    operation,
    card: chance.oneIn(4) ? 'poor' : 'rich',
    // Of four digits and more than the poor card has, or of three.
    minor: chance.oneIn(4) ? 1_500 : 100 + chance.below(500),
    acceptPartial: chance.oneIn(2),
    twin: chance.oneIn(8),
    conflict: chance.oneIn(12),
    reverse: drawReverse(chance.below(8)),
    capture: isCaptured ? drawCapture(chance) : undefined,
    isBehind: chance.oneIn(24),
    followUp: followUpAt(atMs, operation),
  }
}

/** By the moment and not by a draw of its own, so that it leaves all other draws as they are. */
function followUpAt(atMs: number, operation: Wish['operation']): WishedFollowUp | undefined {
  if (atMs % 3 > 0) return undefined
  const isIncrement = operation === 'payment.authorize' && atMs % 2 === 0
  if (isIncrement) return { operation: 'payment.increment', minor: 1 + (atMs % 97) }
  return { operation: 'payment.refund', minor: atMs % 5 > 1 ? undefined : 1 + (atMs % 211) }
}

/** By when the gateway has whatever is asked for of this payment unasked. */
function allAskedMs({ atMs, conflict }: Wish): number {
  return atMs + (conflict ? CONFLICT_MS_MAX : MEANWHILE_MS_MAX) + POST_MS_MAX
}

function drawCapture(chance: Seeded): WishedCapture {
  return {
    minor: chance.oneIn(2) ? undefined : 1 + chance.below(600),
    meanwhile: chance.oneIn(4),
    twin: chance.pick(['none', 'same', 'other', 'other', 'reversal', 'reversal']),
  }
}

function drawReverse(number: number): Wish['reverse'] {
  if (number === 0) return 'before'
  if (number === 1) return 'meanwhile'
  return number < 4 ? 'after' : 'never'
}
