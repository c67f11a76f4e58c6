import type { SQLOutputValue } from 'node:sqlite'
import type { PaymentState } from '#domain'
import type { Disk, Row } from './disk.ts'
import type { Site } from './site.ts'
import { unsealed } from './vault.ts'

/** One payment, as its journal and whoever watched it tell. */
export interface Case {
  /** Its number in the journal. */
  readonly seq: number
  readonly id: string
  /** What names it at the host. */
  readonly hostKey: string
  readonly stan: number
  readonly amountMinor: bigint
  readonly businessDate: string
  /** Every state that was on disk, the last one last. */
  readonly history: PaymentState[]
  reason: string | undefined
  /** What the host approved, where that was less than was asked. */
  approvedMinor: bigint | undefined
  settlementDate: string | undefined
  /** Its request has left, and the host has dealt with it. */
  hasLeft: boolean
  leftMs: number
  isDealtWith: boolean
  /** Its exchange is over for the gateway, and with an answer of the host. */
  isOver: boolean
  isAnswered: boolean
  /** A merchant was told anything of it. */
  isTold: boolean
  readonly told: Map<string, string>
  /** The first message of its reversal, without its type, and how many have left. */
  reversal: string
  reversalsLeft: number
  isReversalOpen: boolean
  isReversalAnswered: boolean
  wasNotFound: boolean
  outlivedCrash: boolean
  /** It was owed for so long that an operator was told. */
  wasOverdue: boolean
}

/** One step of a payment, as it came to be on disk. */
export interface Step {
  readonly of: Case
  readonly from: PaymentState | undefined
  readonly to: PaymentState
  readonly reason: string | undefined
}

/** The payments of a world, by the names that one meets them under. */
export interface Cases {
  all(): readonly Case[]
  byId(id: string): Case | undefined
  byHostKey(key: string): Case | undefined
  /** What came to be on disk since the last look. */
  newSteps(): readonly Step[]
}

export function openCases(site: Site, disk: Pick<Disk, 'stepsAfter'>): Cases {
  const bySeq = new Map<number, Case>()
  const byId = new Map<string, Case>()
  const byHostKey = new Map<string, Case>()
  let lastSeq = 0

  function open(row: Row): Case {
    const made = caseOf(row, site)
    bySeq.set(made.seq, made)
    byId.set(made.id, made)
    if (byHostKey.has(made.hostKey)) throw new Error('two payments have one name at the host')
    byHostKey.set(made.hostKey, made)
    return made
  }

  return {
    all: () => [...bySeq.values()],
    byId: (id) => byId.get(id),
    byHostKey: (key) => byHostKey.get(key),
    newSteps: () =>
      disk.stepsAfter(lastSeq).map((row) => {
        lastSeq = Number(row.event)
        const of = bySeq.get(Number(row.seq)) ?? open(row)
        const [to, reason] = [String(row.to_state) as PaymentState, textOf(row.reason)]
        of.history.push(to)
        if (row.to_state !== 'begun') take(of, row)
        const from = row.from_state === null ? undefined : (String(row.from_state) as PaymentState)
        return { of, from, to, reason }
      }),
  }
}

function caseOf(row: Row, { conduct }: Site): Case {
  const sent = JSON.parse(DECODER.decode(unsealed(row.sealed_image as Uint8Array)))
  const rules = conduct.rulesFor(sent)
  return {
    seq: Number(row.seq),
    id: String(row.id),
    hostKey: rules.kind === 'payment' ? rules.identityOf(sent.fields) : '',
    stan: Number(row.stan),
    amountMinor: BigInt(Number(row.amount_minor)),
    businessDate: String(row.business_date),
    history: [],
    reason: undefined,
    approvedMinor: undefined,
    settlementDate: undefined,
    hasLeft: false,
    leftMs: 0,
    isDealtWith: false,
    isOver: false,
    isAnswered: false,
    isTold: false,
    told: new Map(),
    reversal: '',
    reversalsLeft: 0,
    isReversalOpen: false,
    isReversalAnswered: false,
    wasNotFound: false,
    outlivedCrash: false,
    wasOverdue: false,
  }
}

const DECODER = new TextDecoder()

function take(of: Case, row: Row): void {
  of.approvedMinor = row.approved_minor === null ? undefined : BigInt(Number(row.approved_minor))
  of.settlementDate = textOf(row.settlement_date)
}

function textOf(value: SQLOutputValue | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value)
}
