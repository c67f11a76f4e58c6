import type { DatabaseSync } from 'node:sqlite'
import {
  currencyOf,
  type FollowUpObstacle,
  type FollowUpOperation,
  followUpObstacle,
  type Payment,
  type PaymentState,
  type ReversalCause,
} from '#domain'
import { type CaptureResult, type CaptureWish, createCapture } from './capture-act.ts'
import type { Captures } from './captures.ts'
import { isUniqueConstraint, StoreError } from './errors.ts'
import { createFind } from './find-payment.ts'
import type { Moves } from './moves.ts'
import type { OwedActs } from './owed-messages.ts'
import { PLACE_COLUMNS, type Place, placeIn } from './payment-place.ts'
import { INTENT_COLUMNS, OUTCOME_COLUMNS, outcomeRow, type Row } from './payment-row.ts'
import {
  createReversals,
  type Expiry,
  type ReversalResult,
  type ReversalWish,
} from './reversal-act.ts'
import { createTombstones } from './tombstones.ts'

/** What {@link PaymentActs.begin} found. */
export type BeginResult =
  | { readonly kind: 'begun' }
  | { readonly kind: 'repeat'; readonly payment: Payment }
  | { readonly kind: 'conflict' }
  /** It was reversed before it came. */
  | { readonly kind: 'reversed-unseen' }
  /** The payment that it is to follow up does not allow it; absent when there is none. */
  | {
      readonly kind: 'not-followed'
      readonly why: FollowUpObstacle
      readonly original: Payment
    }
  | { readonly kind: 'original-unseen' }

/** An exchange whose answer may still come: its trace number must not go onto the line again. */
export interface OpenExchange {
  readonly host: string
  readonly stan: number
  /** DE7 as sent, `MMDDhhmmss`. */
  readonly transmittedAt: string
  readonly terminal: string
}

export interface Recovery {
  /** How many payments were begun and are now unknown. */
  readonly leftUnknown: number
  /** Exchanges that ended as unknown at or after the moment asked for, whatever came of them. */
  readonly openExchanges: readonly OpenExchange[]
}

/**
 * Acts on payments, to be called inside a transaction; one that throws StoreError changed nothing.
 */
export interface PaymentActs {
  begin(intent: Row): BeginResult
  conclude(merchant: string, id: string, outcome: Row): void
  find(merchant: string, id: string): Payment | undefined
  /**
   * Owe the reversal of what is approved or captured, with the increments of it; of one never seen,
   * keep that it must not come.
   */
  reverse(wish: ReversalWish): ReversalResult
  /** Owe the reversal of holds that were never captured, the oldest first. @returns how many */
  expireHolds(expiry: Expiry): number
  isReversedUnseen(merchant: string, id: string): boolean
  /** Owe the advice that an approved authorization is captured. */
  capture(wish: CaptureWish): CaptureResult
  recover(nowMs: number, openSinceMs: number): Recovery
}

/** What acts on payments write besides the payments themselves. */
export interface Journals {
  readonly moves: Moves
  readonly captures: Captures
  readonly owed: OwedActs
}

export function createPaymentActs(database: DatabaseSync, journals: Journals): PaymentActs {
  const { moves } = journals
  const tombstones = createTombstones(database)
  const find = createFind(database)
  const insert = database.prepare(
    `INSERT INTO payments (${INTENT_COLUMNS.join()})
     VALUES (${INTENT_COLUMNS.map(() => '?').join()})
     ON CONFLICT (merchant, id) DO NOTHING`,
  )
  function begin(intent: Row): BeginResult {
    if (tombstones.has(String(intent[0]), String(intent[1]))) return REVERSED_UNSEEN
    const obstacle = obstacleTo(intent)
    if (obstacle !== undefined) return earlier(intent) ?? obstacle
    const { changes, lastInsertRowid } = insertOnce(intent)
    if (changes === 0) return earlier(intent) ?? CONFLICT
    const atMs = Number(columnOf(intent, 'begun_at_ms'))
    const payment = Number(lastInsertRowid)
    moves.append({ payment, from: null, to: 'begun', reason: null, atMs }, intent)
    return BEGUN
  }

  function insertOnce(intent: Row) {
    try {
      return insert.run(...intent)
    } catch (thrown) {
      if (!isUniqueConstraint(thrown)) throw thrown
      throw new StoreError('STAN_REUSED', 'an exchange with this trace number and time exists')
    }
  }

  function obstacleTo(intent: Row): BeginResult | undefined {
    const id = columnOf(intent, 'original_id')
    if (id === null) return undefined
    return followUpRefusal(intent, find(String(intent[0]), String(id)))
  }

  function earlier(intent: Row): BeginResult | undefined {
    const payment = find(String(intent[0]), String(intent[1]))
    return payment && repeatOrConflict(payment, intent)
  }

  return {
    begin,
    find,
    isReversedUnseen: tombstones.has,
    conclude: createConclude(database, journals),
    ...createReversals(database, { ...journals, tombstones, find }),
    capture: createCapture(database, journals),
    recover: createRecovery(database, journals),
  }
}

/** Whether an intent of an id that is taken is what took it. */
export function repeatOrConflict(payment: Payment, intent: Row): BeginResult {
  const fingerprint = columnOf(intent, 'fingerprint')
  const isSame = fingerprint instanceof Uint8Array && sameBytes(payment.fingerprint, fingerprint)
  return isSame ? { kind: 'repeat', payment } : CONFLICT
}

/** Why an intent cannot follow up its original, as that stands. */
export function followUpRefusal(
  intent: Row,
  original: Payment | undefined,
): BeginResult | undefined {
  if (original === undefined) return { kind: 'original-unseen' }
  const currency = currencyOf(String(columnOf(intent, 'currency')))
  if (currency === undefined) throw new StoreError('ACT_INVALID', 'an intent has no currency')
  const amount = { minor: BigInt(Number(columnOf(intent, 'amount_minor'))), currency }
  const operation = String(columnOf(intent, 'operation')) as FollowUpOperation
  const why = followUpObstacle(original, operation, amount)
  return why && { kind: 'not-followed', why, original }
}

const BEGUN: BeginResult = Object.freeze({ kind: 'begun' })
const CONFLICT: BeginResult = Object.freeze({ kind: 'conflict' })
const REVERSED_UNSEEN: BeginResult = Object.freeze({ kind: 'reversed-unseen' })

/** Records how the exchange of a payment ended that was begun. */
function createConclude(database: DatabaseSync, journals: Journals): PaymentActs['conclude'] {
  const placeOf = database.prepare(
    `SELECT ${PLACE_COLUMNS} FROM payments WHERE merchant = ? AND id = ?`,
  )
  const conclusion = createConclusion(database, journals)
  return (merchant, id, outcome) => {
    const place = placeIn(placeOf.get(merchant, id))
    if (place === undefined) throw new StoreError('PAYMENT_NOT_FOUND', 'no such payment was begun')
    conclusion(place, outcome)
  }
}

/** Moves a payment to where its exchange ended, and owes its reversal when that is not known. */
function createConclusion(database: DatabaseSync, { moves, owed }: Journals) {
  const update = database.prepare(
    `UPDATE payments SET ${OUTCOME_COLUMNS.map((column) => `${column} = ?`).join()} WHERE seq = ?`,
  )
  return ({ payment, state: from, host, businessDate }: Place, outcome: Row): void => {
    const [state, cause = null, decidedAtMs] = outcome
    const [to, reason] = [String(state) as PaymentState, cause === null ? null : String(cause)]
    const atMs = Number(decidedAtMs)
    moves.check(from, to)
    if (to === 'unknown' && reason === null) {
      throw new StoreError(
        'ACT_INVALID',
        'what is unknown needs a reason, which is the cause of its reversal',
      )
    }
    // A settlement date that the host did not tell is the business date.
    const found = [...outcome.slice(1, -1), outcome.at(-1) ?? businessDate]
    update.run(to, ...found, payment)
    moves.append({ payment, from, to, reason, atMs }, found)
    if (to !== 'unknown') return
    owed.owe({ payment, kind: 'reversal', host, cause: reason as ReversalCause, atMs })
  }
}

/**
 * Nobody conducts a payment that was begun before a restart: what became of it, only the host
 * knows, so it is to be reversed. Nobody has taken what is owed, either.
 */
function createRecovery(database: DatabaseSync, journals: Journals) {
  const begun = database.prepare(`SELECT ${PLACE_COLUMNS} FROM payments WHERE state = 'begun'`)
  const conclusion = createConclusion(database, journals)
  // A payment may have been reversed since; its debt still tells when its exchange ended unknown.
  const open = database.prepare(
    `SELECT payments.host, payments.stan, transmitted_at, terminal FROM owed_messages AS owed
     JOIN payments ON payments.seq = owed.payment
     WHERE owed_at_ms >= ? AND cause NOT IN ('merchant-asked', 'hold-expired') ORDER BY owed.seq`,
  )
  return (nowMs: number, openSinceMs: number): Recovery => {
    const left = begun.all().flatMap((row) => placeIn(row) ?? [])
    const outcome = outcomeRow({
      state: 'unknown',
      reason: 'gateway-restarted',
      decidedAtMs: nowMs,
    })
    for (const place of left) conclusion(place, outcome)
    journals.owed.reclaim(nowMs)
    const openExchanges = open.all(openSinceMs).map((row) => ({
      host: String(row.host),
      stan: Number(row.stan),
      transmittedAt: String(row.transmitted_at),
      terminal: String(row.terminal),
    }))
    return { leftUnknown: left.length, openExchanges }
  }
}

function columnOf(intent: Row, column: (typeof INTENT_COLUMNS)[number]) {
  return intent[INTENT_COLUMNS.indexOf(column)] ?? null
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
