import type { DatabaseSync } from 'node:sqlite'
import { type Payment, type ReversalObstacle, type ReversalVerdict, reversalVerdict } from '#domain'
import type { Moves } from './moves.ts'
import type { OwedActs } from './owed-messages.ts'
import { PLACE_COLUMNS, placeIn } from './payment-place.ts'
import { createTabHolds } from './tabs/tab-holds.ts'
import type { Tombstones } from './tombstones.ts'

/** A merchant's wish to have one of its payments reversed. */
export interface ReversalWish {
  readonly merchant: string
  readonly id: string
  /** The business day that is open now, `YYYY-MM-DD`. */
  readonly openDate: string
  readonly atMs: number
}

/** What became of a {@link ReversalWish}. */
export type ReversalResult =
  /** It is being reversed, or there is nothing to reverse: the payment as it stands. */
  | { readonly kind: 'stands'; readonly payment: Payment }
  /** Nothing changed. */
  | { readonly kind: 'refused'; readonly why: ReversalObstacle; readonly payment: Payment }
  /** It has never come, and is refused if it does. */
  | { readonly kind: 'unseen' }

/** Which holds to let go. */
export interface Expiry {
  readonly host: string
  /** Of what was begun before then. */
  readonly begunBeforeMs: number
  readonly countMax: number
  readonly atMs: number
}

/** What the acts read and write. */
interface Journals {
  readonly moves: Moves
  readonly owed: OwedActs
  readonly tombstones: Tombstones
  readonly find: (merchant: string, id: string) => Payment | undefined
}

/** The acts that reverse what stands: they decide by `reversalVerdict`, and owe the reversals. */
export function createReversals(database: DatabaseSync, journals: Journals) {
  const { tombstones, find } = journals
  const undo = createUndoing(database, journals)
  const tabs = createTabHolds(database)
  const expired = database.prepare(
    `SELECT merchant, id FROM payments
     WHERE host = ? AND begun_at_ms < ? AND ${IS_HOLD} AND ${IS_ON_NO_OPEN_TAB}
     ORDER BY begun_at_ms LIMIT (? + 0)`,
  )

  function verdictOn(payment: Payment, openDate: string): ReversalVerdict {
    const original = payment.original && find(payment.merchant, payment.original)
    const verdict = reversalVerdict(payment, { openDate, ...(original ? { original } : {}) })
    const why = verdict.kind === 'due' ? onTab(payment) : undefined
    return why === undefined ? verdict : { kind: 'refused', why }
  }

  function onTab(payment: Payment): ReversalObstacle | undefined {
    const { merchant, id, original = id, operation } = payment
    if (tabs.isOnOpenTab(merchant, original)) return 'tab-open'
    const isItem = operation === 'payment.refund' && tabs.isItemRefund(merchant, id)
    return isItem ? 'tab-item' : undefined
  }

  function reverse({ merchant, id, openDate, atMs }: ReversalWish): ReversalResult {
    const payment = find(merchant, id)
    if (payment === undefined) {
      tombstones.add(merchant, id, atMs)
      return UNSEEN
    }
    const verdict = verdictOn(payment, openDate)
    if (verdict.kind === 'refused') return { ...verdict, payment }
    const isDue = verdict.kind === 'due'
    return { kind: 'stands', payment: isDue ? undo(payment, atMs) : payment }
  }

  function expireHolds({ host, begunBeforeMs, countMax, atMs }: Expiry): number {
    const holds = expired.all(host, begunBeforeMs, countMax)
    const payments = holds.flatMap(({ merchant, id }) => find(String(merchant), String(id)) ?? [])
    const due = payments.filter((payment) => verdictOn(payment, '').kind === 'due')
    for (const payment of due) undo(payment, atMs, 'hold-expired')
    return due.length
  }

  return { reverse, expireHolds }
}

/**
 * Owes the reversal of a payment and of the increments that are held with it, once that is decided.
 *
 * @returns the payment as it stands then
 */
export function createUndoing(
  database: DatabaseSync,
  { moves, owed }: Pick<Journals, 'moves' | 'owed'>,
) {
  const undone = database.prepare(
    `SELECT ${PLACE_COLUMNS} FROM payments WHERE merchant = ?1 AND id = ?2
     UNION ALL SELECT ${PLACE_COLUMNS} FROM payments
     WHERE merchant = ?1 AND original_id = ?2 AND ${IS_HELD_INCREMENT}`,
  )
  return (payment: Payment, atMs: number, cause: WishedCause = 'merchant-asked'): Payment => {
    const places = undone.all(payment.merchant, payment.id).flatMap((row) => placeIn(row) ?? [])
    for (const { payment: seq, state: from, host } of places) {
      moves.carryOut({ payment: seq, from, to: 'reversing', reason: cause, atMs })
      owed.owe({ payment: seq, kind: 'reversal', host, cause, atMs })
    }
    return { ...payment, state: 'reversing' }
  }
}

type WishedCause = 'merchant-asked' | 'hold-expired'

const UNSEEN: ReversalResult = Object.freeze({ kind: 'unseen' })

/** What is let go with its authorization. */
export const IS_HELD_INCREMENT = `operation = 'payment.increment' AND state = 'approved'`

/** What lapses by itself at the host. */
export const IS_HOLD = `operation = 'payment.authorize' AND state = 'approved'`

/** What an open tab gathers its charges on is posted with it, however old it is. */
export const IS_ON_NO_OPEN_TAB = `NOT EXISTS
  (SELECT 1 FROM tabs WHERE tabs.payment = payments.seq AND tabs.state = 'open')`
