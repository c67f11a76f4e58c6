import type { PaymentOperation, PaymentState } from '#domain'
import type { Disk, JournalledCapture, JournalledIntent, JournalledMove } from './disk.ts'
import type { Site } from './site.ts'
import type { VirtualTime } from './time.ts'
import { unsealed } from './vault.ts'

/** One payment, as its journal and whoever watched it tell. */
export interface Case {
  /** Its number in the journal. */
  readonly seq: number
  readonly id: string
  readonly operation: PaymentOperation
  /** The id of the payment that it follows up. */
  readonly original: string | undefined
  /** What names it at the host. */
  readonly hostKey: string
  readonly stan: number
  readonly amountMinor: bigint
  readonly businessDate: string
  /** When it came to be on disk. */
  readonly begunMs: number
  /** Every state that was on disk, the last one last. */
  readonly history: PaymentState[]
  reason: string | null
  /** What the host approved, where that was less than was asked. */
  approvedMinor: bigint | undefined
  settlementDate: string | undefined
  /** Its request has left, and the host has dealt with it. */
  hasLeft: boolean
  leftMs: number
  isDealtWith: boolean
  /** An answer of the host has come to the gateway. */
  isAnswered: boolean
  /** A merchant was told anything of it. */
  isTold: boolean
  readonly told: Map<string, string>
  /** What is taken of it, once that is decided. */
  capture: JournalledCapture | undefined
  /** Days of the host on which it took what an advice said. */
  readonly capturedOn: Set<string>
  /** The first message of its reversal or capture, without its type, and how many have left. */
  owed: string
  owedLeft: number
  isOwedOpen: boolean
  isOwedAnswered: boolean
  wasNotFound: boolean
  outlivedCrash: boolean
  /** It was owed for so long that an operator was told. */
  wasOverdue: boolean
}

/** One step of a payment, as it came to be on disk. */
export interface Step {
  readonly of: Case
  /** Where it was on disk before; one commit may have several steps of one payment. */
  readonly before: PaymentState | null
  readonly from: PaymentState | null
  readonly to: PaymentState
  readonly reason: string | null
}

/** The payments of a world, by the names that one meets them under. */
export interface Cases {
  all(): readonly Case[]
  byId(id: string): Case | undefined
  byHostKey(key: string): Case | undefined
  /** What came to be on disk since the last look. */
  newSteps(): readonly Step[]
}

export function openCases(
  site: Site,
  disk: Pick<Disk, 'movesAfter' | 'intentOf' | 'findingsOf' | 'captureOf'>,
  time: VirtualTime,
): Cases {
  const bySeq = new Map<number, Case>()
  const byId = new Map<string, Case>()
  const byHostKey = new Map<string, Case>()
  let lastSeq = 0

  function open(seq: number): Case {
    const made = caseOf(seq, disk.intentOf(seq), { site, time })
    bySeq.set(seq, made)
    byId.set(made.id, made)
    if (byHostKey.has(made.hostKey)) throw new Error('two payments have one name at the host')
    byHostKey.set(made.hostKey, made)
    return made
  }

  function stepOf({ seq, payment, from, to, reason }: JournalledMove): Step {
    lastSeq = seq
    const of = bySeq.get(payment) ?? open(payment)
    const before = of.history.at(-1) ?? null
    of.history.push(to)
    if (from === 'begun') Object.assign(of, disk.findingsOf(payment))
    if (to === 'reversing') Object.assign(of, NOTHING_OWED)
    if (to === 'capturing' || to === 'captured') of.capture = disk.captureOf(payment)
    return { of, before, from, to, reason }
  }

  return {
    all: () => [...bySeq.values()],
    byId: (id) => byId.get(id),
    byHostKey: (key) => byHostKey.get(key),
    newSteps: () => disk.movesAfter(lastSeq).map(stepOf),
  }
}

/** Before anything of it has left. What was captured can be reversed, by a message of its own. */
const NOTHING_OWED = { owed: '', owedLeft: 0, isOwedOpen: false, isOwedAnswered: false }

function caseOf(
  seq: number,
  { sealedImage, ...intent }: JournalledIntent,
  { site, time }: { readonly site: Site; readonly time: VirtualTime },
): Case {
  const sent = JSON.parse(unsealed(sealedImage).toString())
  const rules = site.conduct.rulesFor(sent)
  return {
    ...intent,
    seq,
    hostKey: rules.kind === 'payment' ? rules.identityOf(sent.fields) : '',
    begunMs: time.elapsedMs(),
    history: [],
    reason: null,
    approvedMinor: undefined,
    settlementDate: undefined,
    hasLeft: false,
    leftMs: 0,
    isDealtWith: false,
    isAnswered: false,
    isTold: false,
    told: new Map(),
    capture: undefined,
    capturedOn: new Set(),
    ...NOTHING_OWED,
    wasNotFound: false,
    outlivedCrash: false,
    wasOverdue: false,
  }
}
