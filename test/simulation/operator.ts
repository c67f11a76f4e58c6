import type { Case } from './cases.ts'
import type { Disk } from './disk.ts'
import type { SimulatedHost } from './host.ts'
import type { Witness } from './witness.ts'
import type { World } from './world.ts'

export interface OperatorParts {
  readonly world: World
  readonly disk: Disk
  readonly host: SimulatedHost
  readonly witness: Witness
}

const LOOKS_EVERY_MS = 5_000

/** Whoever looks at work items, and does something about those that nothing else will end. */
export function employOperator({ world, disk, host, witness }: OperatorParts): void {
  const { acts } = disk
  const { time, chance } = world

  function look(): void {
    for (const { seq, kind, payment } of acts.work.list(10)) {
      const of = witness.cases().find(({ id }) => id === payment.id)
      if (of === undefined) continue
      if (kind === 'reversal-overdue' || kind === 'advice-overdue') {
        of.wasOverdue = true
        world.note('owed for long, work for an operator')
      } else {
        world.note(REFUSED[kind])
        if (world.isCalm() || chance.oneIn(2)) decide(seq, kind, of)
      }
    }
    time.after(LOOKS_EVERY_MS, look)
  }

  function decide(seq: number, kind: keyof typeof REFUSED, of: Case): void {
    const answer = { seq, by: 'ada', atMs: time.wallMs() }
    const effect = host.book.exchange(of.hostKey)?.effect ?? 'absent'
    if (STANDING.has(effect) && chance.oneIn(2)) {
      settleByTelephone(kind, of)
      acts.transact(() => acts.work.closeAsDone(answer))
    } else {
      acts.transact(() => acts.work.retry(answer))
      world.note('operator has it sent again')
    }
    witness.onCommitted()
  }

  /** A telephone call to the bank, and then it is so. */
  function settleByTelephone(kind: keyof typeof REFUSED, { hostKey, capture }: Case): void {
    const isReversal = kind === 'reversal-refused'
    if (isReversal) host.book.reverse(hostKey)
    else host.book.capture(hostKey, capture?.minor ?? 0n)
    world.note(`operator knows it ${isReversal ? 'reversed' : 'captured'} otherwise`)
  }

  time.after(LOOKS_EVERY_MS, look)
}

const REFUSED = {
  'reversal-refused': 'reversal refused, work for an operator',
  'advice-refused': 'capture refused, work for an operator',
} as const

/** What an exchange does to its card as long as nobody has reversed it. */
const STANDING: ReadonlySet<string> = new Set(['held', 'posted', 'captured', 'refunded'])
