import type { BookedCard, Exchange } from '#host-emulator'
import type { JournalRow } from '../flows/journal.ts'

/** A payment.answer, as its merchant got it. */
export type Answer = Readonly<Record<string, unknown>>

/** What a merchant knows of one payment of its own. */
export interface Told {
  readonly amountMinor: number
  /** The last answer about it, which was asked for in the calm; absent when none was heard. */
  readonly last?: Answer
  /** That it be reversed, and what the gateway said to that: taken, or that it never came. */
  readonly wish?: 'asked' | 'taken' | 'unseen'
  /** How much of it is to be captured, and whether the gateway has taken that. */
  readonly capture?: { readonly minor: number; readonly isTaken: boolean }
}

/** What everybody has of the same payments. */
export interface Evidence {
  /** By id; no two of the same amount, by which the host's book is searched. */
  readonly told: ReadonlyMap<string, Told>
  readonly journal: readonly JournalRow[]
  readonly exchanges: readonly Exchange[]
  readonly cards: readonly BookedCard[]
  /** What the host owes by the gateway's ledger, minor units. */
  readonly settlementMinor: bigint
}

/**
 * What of the evidence cannot be, once everything is settled: after the storm and its calm.
 *
 * Zero or one times, and the same for everybody: what merchants were told, what the journal has,
 * what the host has done to its accounts.
 */
export function disagreements(evidence: Evidence): string[] {
  const rows = new Map(evidence.journal.map((row) => [row.id, row]))
  return [
    ...unsettledFaults(evidence.journal),
    ...[...evidence.told].flatMap(([id, told]) => toldFaults(id, told, rows.get(id))),
    ...[...rows.keys()].flatMap((id) =>
      evidence.told.has(id) ? [] : [`${id} is in the journal and nobody asked for it`],
    ),
    ...hostFaults(evidence),
    ...balanceFaults(evidence),
    ...ledgerFaults(evidence),
  ]
}

/**
 * What is wrong with an answer that comes after what was told before about the same payment: it
 * says the same, or what specs/engine.md allows to become of it.
 */
export function changeFault(told: Told, answer: Answer): string | undefined {
  const { last } = told
  if (last === undefined) return undefined
  const [before, after] = [String(last['outcome']), String(answer['outcome'])]
  if (before === after) {
    return textOf(last) === textOf(answer) ? undefined : 'was told twice, differently'
  }
  if (!mayBecome(before, after, told)) return `was told ${after} after ${before}`
  const changed = NEVER_CHANGES.some((member) => last[member] !== answer[member])
  return changed ? 'was told as another payment' : undefined
}

/** What may come of a payment that was told so, at once or by steps. */
const FUTURE: Readonly<Record<string, readonly string[]>> = {
  pending: ['approved', 'declined', 'failed', 'unknown', 'reversing', 'reversed'],
  unknown: ['reversed'],
  reversing: ['reversed'],
}

const FUTURE_BY_WISH: typeof FUTURE = { approved: ['reversing', 'reversed'] }

const FUTURE_BY_CAPTURE: typeof FUTURE = {
  pending: ['capturing', 'captured'],
  approved: ['capturing', 'captured'],
  capturing: ['captured'],
}

const NEVER_CHANGES = ['rrn', 'stan', 'card', 'operation'] as const

function mayBecome(before: string, after: string, { wish, capture }: Told): boolean {
  const futures = [
    FUTURE,
    ...(wish === undefined ? [] : [FUTURE_BY_WISH]),
    ...(capture === undefined ? [] : [FUTURE_BY_CAPTURE]),
  ]
  return futures.some((future) => future[before]?.includes(after))
}

/** The answer to whatever was asked of the payment; the question's own id is no part of it. */
function textOf({ id: _, payment: __, ...answer }: Answer): string {
  return JSON.stringify(answer)
}

/** What each state is called to a merchant. */
const WORDS: Readonly<Record<string, string>> = {
  begun: 'pending',
  reversed_not_found: 'reversed',
}

function wordOf({ state }: JournalRow): string {
  return WORDS[state] ?? state
}

function unsettledFaults(journal: readonly JournalRow[]): string[] {
  const open = journal.filter(({ state }) => OPEN.has(state))
  return open.map(({ id, state }) => `${id} is still ${state}`)
}

const OPEN: ReadonlySet<string> = new Set(['begun', 'unknown', 'reversing', 'capturing'])

function toldFaults(
  id: string,
  { last, wish, capture }: Told,
  row: JournalRow | undefined,
): string[] {
  const faults: string[] = []
  if (wish === 'unseen' && row !== undefined) faults.push(`${id} came after it was reversed unseen`)
  if (wish === 'taken' && row?.state === 'approved') faults.push(`${id} is not reversed as wished`)
  if (capture?.isTaken && row?.state !== 'captured') faults.push(`${id} is not captured as wished`)
  if (last === undefined) return faults
  if (row === undefined) return [...faults, `${id} was told and is not in the journal`]
  if (!agree(row, last)) faults.push(`${id} was told otherwise than the journal has it`)
  return faults
}

function agree(row: JournalRow, answer: Answer): boolean {
  return (
    wordOf(row) === answer['outcome'] &&
    row.rrn === answer['rrn'] &&
    row.stan === Number(answer['stan']) &&
    row.reason === (answer['reason'] ?? null) &&
    row.responseCode === (answer['responseCode'] ?? null) &&
    (!STANDING.has(row.state) || row.approvalCode === answer['approvalCode'])
  )
}

const STANDING: ReadonlySet<string> = new Set(['approved', 'captured'])

function hostFaults({ told, journal, exchanges }: Evidence): string[] {
  const ids = new Map([...told].map(([id, { amountMinor }]) => [BigInt(amountMinor), id]))
  const rows = new Map(journal.map((row) => [row.id, row]))
  const asked = new Set<string>()
  const faults: string[] = []
  for (const exchange of exchanges) {
    const id = ids.get(exchange.amountMinor) ?? exchange.key
    if (asked.has(id) || arrivalsOf(exchange) > 1) faults.push(`${id} reached the host twice`)
    asked.add(id)
    const row = rows.get(id)
    if (BigInt(told.get(id)?.capture?.minor ?? 0) < exchange.capturedMinor) {
      faults.push(`${id} is captured for more than was asked`)
    }
    if (row === undefined) faults.push(`${id} reached the host and is not in the journal`)
    else if (!standsAlike(row, exchange)) {
      faults.push(`${id} is ${row.state} and ${exchange.effect} at the host`)
    }
  }
  for (const { id, state } of journal) {
    if (!asked.has(id) && state !== 'failed') faults.push(`${id} never reached the host`)
  }
  return faults
}

/** A reversal that overtook its payment made the entry, not the payment. */
function arrivalsOf({ effect, arrivals }: Exchange): number {
  return effect === 'reversed-unseen' ? arrivals - 1 : arrivals
}

/** What each end of a payment has left of it at the host. */
const EFFECTS: Readonly<Record<string, readonly Exchange['effect'][]>> = {
  approved: ['held', 'posted'],
  captured: ['captured'],
  declined: ['none'],
  // It may have been declined before anybody knew.
  reversed: ['reversed', 'none'],
  reversed_not_found: ['reversed-unseen'],
}

function standsAlike(row: JournalRow, exchange: Exchange): boolean {
  if (row.rrn !== exchange.rrn) return false
  if (!EFFECTS[row.state]?.includes(exchange.effect)) return false
  return !STANDING.has(row.state) || row.approvalCode === exchange.approvalCode
}

/** Each account is its opening balance less what stands of its exchanges, and nothing else. */
function balanceFaults({ exchanges, cards }: Evidence): string[] {
  const posted = sumByCard(exchanges.filter(({ effect }) => TAKING.has(effect)))
  const held = sumByCard(exchanges.filter(({ effect }) => effect === 'held'))
  return cards.flatMap((card) => {
    const ledgerMinor = card.openingMinor - (posted.get(card.pan) ?? 0n)
    const availableMinor = ledgerMinor - (held.get(card.pan) ?? 0n)
    const balances = ledgerMinor === card.ledgerMinor && availableMinor === card.availableMinor
    return balances ? [] : [`the account of card ${card.pan} does not balance`]
  })
}

/** Money is conserved: what the host's accounts have lost is what its settlement owes. */
function ledgerFaults({ exchanges, settlementMinor }: Evidence): string[] {
  const taken = sumByCard(exchanges.filter(({ effect }) => TAKING.has(effect)))
  const takenMinor = [...taken.values()].reduce((sum, minor) => sum + minor, 0n)
  if (takenMinor === settlementMinor) return []
  return [`the host has taken ${takenMinor} and owes ${settlementMinor} by the ledger`]
}

const TAKING: ReadonlySet<string> = new Set(['posted', 'captured'])

function sumByCard(exchanges: readonly Exchange[]): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const { pan, effect, approvedMinor, capturedMinor } of exchanges) {
    const minor = effect === 'captured' ? capturedMinor : approvedMinor
    sums.set(pan, (sums.get(pan) ?? 0n) + minor)
  }
  return sums
}
