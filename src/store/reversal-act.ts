import type { DatabaseSync } from 'node:sqlite'
import { type Payment, type ReversalObstacle, type ReversalVerdict, reversalVerdict } from '#domain'
import type { Moves } from './moves.ts'
import type { OwedActs } from './owed-messages.ts'
import { PLACE_COLUMNS, placeIn } from './payment-place.ts'
import type { StoredRow } from './payment-row.ts'
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
export function createReversals(
  database: DatabaseSync,
  { moves, owed, tombstones, find }: Journals,
) {
  const undone = database.prepare(
    `SELECT ${PLACE_COLUMNS} FROM payments WHERE merchant = ?1 AND id = ?2
     UNION ALL SELECT ${PLACE_COLUMNS} FROM payments
     WHERE merchant = ?1 AND original_id = ?2 AND ${IS_HELD_INCREMENT}`,
  )
  const expired = database.prepare(
    `SELECT merchant, id FROM payments
     WHERE host = ? AND begun_at_ms < ? AND ${IS_HOLD} ORDER BY begun_at_ms LIMIT (? + 0)`,
  )

  /** A payment and what is let go with it. */
  function undo(merchant: string, id: string, cause: WishedCause, atMs: number): void {
    for (const row of undone.all(merchant, id)) {
      const place = placeIn(row)
      if (place === undefined) continue
      const { payment, state: from, host } = place
      moves.carryOut({ payment, from, to: 'reversing', reason: cause, atMs })
      owed.owe({ payment, kind: 'reversal', host, cause, atMs })
    }
  }

  function verdictOn(payment: Payment, openDate: string): ReversalVerdict {
    const original = payment.original && find(payment.merchant, payment.original)
    return reversalVerdict(payment, { openDate, ...(original ? { original } : {}) })
  }

  function reverse({ merchant, id, openDate, atMs }: ReversalWish): ReversalResult {
    const payment = find(merchant, id)
    if (payment === undefined) {
      tombstones.add(merchant, id, atMs)
      return UNSEEN
    }
    const verdict = verdictOn(payment, openDate)
    if (verdict.kind === 'refused') return { ...verdict, payment }
    if (verdict.kind === 'stands') return { kind: 'stands', payment }
    undo(merchant, id, 'merchant-asked', atMs)
    return { kind: 'stands', payment: { ...payment, state: 'reversing' } }
  }

  function expireHolds({ host, begunBeforeMs, countMax, atMs }: Expiry): number {
    const holds = expired.all(host, begunBeforeMs, countMax).map(keyOf)
    const due = holds.filter(([merchant, id]) => {
      const payment = find(merchant, id)
      return payment !== undefined && verdictOn(payment, '').kind === 'due'
    })
    for (const [merchant, id] of due) undo(merchant, id, 'hold-expired', atMs)
    return due.length
  }

  return { reverse, expireHolds }
}

type WishedCause = 'merchant-asked' | 'hold-expired'

const UNSEEN: ReversalResult = Object.freeze({ kind: 'unseen' })

function keyOf({ merchant, id }: StoredRow): [merchant: string, id: string] {
  return [String(merchant), String(id)]
}

/** What is let go with its authorization. */
export const IS_HELD_INCREMENT = `operation = 'payment.increment' AND state = 'approved'`

/** What lapses by itself at the host. */
export const IS_HOLD = `operation = 'payment.authorize' AND state = 'approved'`
