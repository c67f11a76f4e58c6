import type { DatabaseSync } from 'node:sqlite'
import { type Payment, type ReversalObstacle, reversalVerdict } from '#domain'
import type { Moves } from './moves.ts'
import type { OwedActs } from './owed-messages.ts'
import { PLACE_COLUMNS, type Place, placeIn } from './payment-place.ts'
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

/** What the act reads and writes. */
interface Journals {
  readonly moves: Moves
  readonly owed: OwedActs
  readonly tombstones: Tombstones
  readonly find: (merchant: string, id: string) => Payment | undefined
}

/** The act that reverses a payment: it decides by `reversalVerdict`, and owes the reversals. */
export function createReversal(database: DatabaseSync, journals: Journals) {
  const { tombstones, find } = journals
  const undo = createUndoing(database, journals)
  const holds = createTabHolds(database)

  function onTab({
    merchant,
    id,
    original = id,
    operation,
  }: Payment): ReversalObstacle | undefined {
    if (holds.isOnOpenTab(merchant, original)) return 'tab-open'
    const isItem = operation === 'payment.refund' && holds.isItemRefund(merchant, id)
    return isItem ? 'tab-item' : undefined
  }

  return ({ merchant, id, openDate, atMs }: ReversalWish): ReversalResult => {
    const payment = find(merchant, id)
    if (payment === undefined) {
      tombstones.add(merchant, id, atMs)
      return UNSEEN
    }
    const original = payment.original && find(merchant, payment.original)
    const verdict = reversalVerdict(payment, { openDate, ...(original ? { original } : {}) })
    if (verdict.kind === 'refused') return { ...verdict, payment }
    if (verdict.kind === 'stands') return { kind: 'stands', payment }
    const why = onTab(payment)
    if (why !== undefined) return { kind: 'refused', why, payment }
    return { kind: 'stands', payment: undo(payment, atMs) }
  }
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
  function undo({ payment, state: from, host }: Place, atMs: number): void {
    const [to, cause] = ['reversing', 'merchant-asked'] as const
    moves.carryOut({ payment, from, to, reason: cause, atMs })
    owed.owe({ payment, kind: 'reversal', host, cause, atMs })
  }
  return (payment: Payment, atMs: number): Payment => {
    const places = undone.all(payment.merchant, payment.id).flatMap((row) => placeIn(row) ?? [])
    for (const place of places) undo(place, atMs)
    return { ...payment, state: 'reversing' }
  }
}

const UNSEEN: ReversalResult = Object.freeze({ kind: 'unseen' })

/** What is let go with its authorization. */
export const IS_HELD_INCREMENT = `operation = 'payment.increment' AND state = 'approved'`
