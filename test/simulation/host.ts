import { createCoreHost } from '#host-emulator'
import { isAnswerMti, type Message } from '#iso8583'
import type { PaymentRules } from '../../src/host-emulator/conduct/conduct.ts'
import { type OpenBook, openMapBook } from './book.ts'
import type { Line } from './line.ts'
import type { Site } from './site.ts'
import type { World } from './world.ts'

/** The bank's core host: the emulator's rules over a book of its own, and a bad day. */
export interface SimulatedHost {
  readonly book: OpenBook
  isUp(): boolean
  /** Requests that it has taken off a line and not dealt with yet. */
  pendingCount(): number
  adopt(line: Line): void
  hear(line: Line, bytes: Uint8Array, tpdu: Uint8Array): void
  cutOver(): void
  cutALine(): void
  blockALine(forMs: number): void
  /** All its lines go, and none comes back for a while. */
  goDown(forMs: number): void
}

/** Whoever watches what the host does. */
export interface HostEars {
  /** Bytes of a request have left the gateway. */
  onLeft(request: Message): void
  /** A request has been dealt with: whatever it does to the book is done. */
  onDealtWith(request: Message): void
  onAnswered(request: Message, how: AnswerFault | 'properly'): void
  /** Its answer has come to the gateway, whole and readable. */
  onAnswerArrived(request: Message): void
}

export type AnswerFault =
  | 'answerLost'
  | 'answerLate'
  | 'answerTwice'
  | 'answerGarbage'
  | 'answerUnreadable'
  | 'answerCut'
  | 'answerMismatched'
  | 'answerOfAnother'
  | 'codeUnlisted'

/** A request on its way through the host. */
interface Taken {
  readonly line: Line
  readonly tpdu: Uint8Array
  readonly request: Message
  readonly leftMs: number
}

export function openSimulatedHost(world: World, site: Site, ears: HostEars): SimulatedHost {
  const { chance, time, scenario } = world
  const { conduct, profile, link, paymentRules } = site
  const { dialect } = profile
  const lines = new Set<Line>()
  const book = openMapBook({
    businessDate: site.hostFacts.secondAt(time.wallMs()).businessDate,
    currency: conduct.accountCurrency ?? '',
    forgets: scenario.hostForgets,
  })
  const core = createCoreHost({
    book,
    clock: { nowMs: time.wallMs, elapsedMs: time.elapsedMs, after: time.after, soon: NEVER },
    conduct,
    cardFaults: new Map(),
    script: [],
    holdMs: HOLD_MS,
  })
  let pending = 0
  let downUntilMs = 0
  let networkStan = 0

  /** Something that the host will do, however long its lines live. */
  function later(delayMs: number, act: () => void): void {
    pending += 1
    time.after(delayMs, () => {
      pending -= 1
      act()
    })
  }

  function isMoney(request: Message): boolean {
    const { kind } = conduct.rulesFor(request)
    return kind === 'payment' || isOwed(kind)
  }

  function take(taken: Taken): void {
    const { line } = taken
    const dies = chance.oneIn(2)
    if (world.goesWrong('requestLost')) return
    later(world.goesWrong('requestSlow') ? slowMs() : chance.below(40), () => {
      // What was on a line when it was cut may have been read, or not.
      if (!line.isOpen() && dies) return
      deal(taken)
    })
  }

  function slowMs(): number {
    return SLOW_MS_MIN + chance.below(SLOW_MS_MAX - SLOW_MS_MIN)
  }

  function deal(taken: Taken): void {
    const { line, request } = taken
    const refuses = isOwed(conduct.rulesFor(request).kind) && world.goesWrong('owedRefused')
    const answer = refuses ? refusalOf(request) : core.answer(request, line.session)?.answer
    world.tell?.(`host    ${told(request)} -> ${answer ? told(answer) : 'nothing'}`)
    ears.onDealtWith(request)
    if (answer !== undefined) answerTo(taken, answer)
  }

  function refusalOf(request: Message): Message | undefined {
    const rules = conduct.rulesFor(request)
    return rules.kind === 'reversal' || rules.kind === 'capture'
      ? rules.answerTo(request, conduct.codes.contradiction)
      : undefined
  }

  function answerTo(taken: Taken, answer: Message): void {
    const how = ANSWER_FAULTS.find((it) => world.goesWrong(it)) ?? 'properly'
    if (how !== 'properly') world.tell?.(`host    ${how}`)
    ears.onAnswered(taken.request, how)
    if (how === 'answerLost') return
    later(how === 'answerLate' ? lateMs(taken) : chance.below(30), () => put(taken, answer, how))
  }

  /** Later than the gateway waits, and no later than the host ever is. */
  function lateMs({ leftMs }: Taken): number {
    const sinceMs = time.elapsedMs() - leftMs
    const [fromMs, toMs] = [link.answerTimeoutMs - sinceMs, link.lateAnswerMaxMs - sinceMs]
    return Math.max(0, fromMs) + chance.below(Math.max(1, toMs - Math.max(0, fromMs)))
  }

  function put(taken: Taken, answer: Message, how: AnswerFault | 'properly'): void {
    const { line, tpdu, request } = taken
    const bytes = dialect.pack(altered({ request, answer }, how, paymentRules))
    if (how === 'answerGarbage') line.send(GARBAGE, tpdu)
    else if (how === 'answerUnreadable') line.send(spoilt(bytes), tpdu)
    else if (how === 'answerCut') line.sendCut(bytes, tpdu)
    else sendWhole(taken, bytes)
    if (how === 'answerTwice') later(chance.below(1_000), () => line.send(bytes, tpdu))
  }

  function sendWhole({ line, tpdu, request }: Taken, bytes: Uint8Array): void {
    if (line.isOpen()) ears.onAnswerArrived(request)
    line.send(bytes, tpdu)
  }

  function someLine(): Line | undefined {
    return chance.pick([...lines].filter((line) => line.isOpen()))
  }

  return {
    book,
    isUp: () => time.elapsedMs() >= downUntilMs,
    pendingCount: () => pending,
    adopt: (line) => lines.add(line),
    hear(line, bytes, tpdu) {
      const request = dialect.unpack(bytes)
      if (isAnswerMti(request.mti)) return
      const taken = { line, tpdu, request, leftMs: time.elapsedMs() }
      if (!isMoney(request)) return administer(taken)
      ears.onLeft(request)
      take(taken)
    },
    cutOver() {
      const settlementDate = core.cutOver()
      world.tell?.(`host    cuts over to ${settlementDate}`)
      for (const line of lines) {
        if (!line.isOpen() || !line.session.signedOn) continue
        networkStan += 1
        const asked = { code: conduct.network.functions.cutover, stan: networkStan, settlementDate }
        const message = conduct.network.ask({ ...asked, nowMs: time.wallMs() })
        line.send(dialect.pack(message), new Uint8Array(0))
      }
    },
    cutALine: () => someLine()?.cut(),
    blockALine: (forMs) => someLine()?.block(forMs),
    goDown(forMs) {
      downUntilMs = time.elapsedMs() + forMs
      for (const line of lines) line.cut()
      lines.clear()
    },
  }

  function administer({ line, tpdu, request }: Taken): void {
    later(1 + chance.below(5), () => {
      const answer = core.answer(request, line.session)?.answer
      if (answer !== undefined && line.isOpen()) line.send(dialect.pack(answer), tpdu)
    })
  }
}

type Kind = ReturnType<Site['conduct']['rulesFor']>['kind']

function isOwed(kind: Kind): boolean {
  return kind === 'reversal' || kind === 'capture'
}

const NEVER = () => {}
const HOLD_MS = 7 * 86_400_000

/** About as long as the gateway waits, so that a reversal may overtake. */
const SLOW_MS_MIN = 600

/** Less than the host's longest delay, of which its answer has the rest. */
const SLOW_MS_MAX = 2_000

const ANSWER_FAULTS: readonly AnswerFault[] = [
  'answerLost',
  'answerLate',
  'answerTwice',
  'answerGarbage',
  'answerUnreadable',
  'answerCut',
  'answerMismatched',
  'answerOfAnother',
  'codeUnlisted',
]

/** No dialect has such digits. */
const GARBAGE = new Uint8Array(48).fill(0x5a)

/** Still whole as far as it is looked at to find whose it is. */
function spoilt(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[copy.length - 1] = 0xff
  return copy
}

function altered(
  { request, answer }: { readonly request: Message; readonly answer: Message },
  how: AnswerFault | 'properly',
  { read, write }: PaymentRules,
): Message {
  const fields = { ...answer.fields }
  switch (how) {
    case 'codeUnlisted':
      write.responseCode(fields, UNLISTED_CODE)
      break
    case 'answerOfAnother':
      write.stan(fields, nextOf(read.stan(fields)))
      break
    case 'answerMismatched': {
      // Of a part that was approved nobody can say that it is the wrong one.
      const amount = read.amount(fields)
      if (amount !== read.amount(request.fields)) return answer
      write.amount(fields, nextOf(amount))
      break
    }
    default:
      return answer
  }
  return { mti: answer.mti, fields }
}

const UNLISTED_CODE = 'ZZ'

function nextOf(digits: string): string {
  const next = (Number(digits) + 1) % 10 ** digits.length || 1
  return String(next).padStart(digits.length, '0')
}

function told({ mti, fields }: Message): string {
  const stan = fields['11'] ?? ''
  const code = fields['39']
  return `${mti} ${stan}${code === undefined ? '' : ` code ${code}`}`
}
