import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Payment, PaymentState, ReversalCause } from '#domain'
import { type CaptureResult, type CaptureWish, createCapture } from './capture-act.ts'
import type { Captures } from './captures.ts'
import { isUniqueConstraint, StoreError } from './errors.ts'
import type { Moves } from './moves.ts'
import type { OwedActs } from './owed-messages.ts'
import {
  INTENT_COLUMNS,
  OUTCOME_COLUMNS,
  outcomeRow,
  PAYMENT_TABLES,
  paymentOf,
  type Row,
} from './payment-row.ts'

/** What {@link PaymentActs.begin} found. */
export type BeginResult =
  | { readonly kind: 'begun' }
  | { readonly kind: 'repeat'; readonly payment: Payment }
  | { readonly kind: 'conflict' }
  /** It was reversed before it came. */
  | { readonly kind: 'reversed-unseen' }

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
  /** Owe the reversal of an approved payment; of one never seen, keep that it must not come. */
  reverse(merchant: string, id: string, atMs: number): Payment | undefined
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
    const { changes, lastInsertRowid } = insertOnce(intent)
    if (changes === 0) return earlier(intent)
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

  function earlier(intent: Row): BeginResult {
    const payment = find(String(intent[0]), String(intent[1]))
    const fingerprint = columnOf(intent, 'fingerprint')
    if (payment === undefined || !(fingerprint instanceof Uint8Array)) return CONFLICT
    return sameBytes(payment.fingerprint, fingerprint) ? { kind: 'repeat', payment } : CONFLICT
  }

  return {
    begin,
    find,
    isReversedUnseen: tombstones.has,
    ...createMoving(database, { ...journals, tombstones, find }),
    capture: createCapture(database, journals),
    recover: createRecovery(database, journals),
  }
}

const BEGUN: BeginResult = Object.freeze({ kind: 'begun' })
const CONFLICT: BeginResult = Object.freeze({ kind: 'conflict' })
const REVERSED_UNSEEN: BeginResult = Object.freeze({ kind: 'reversed-unseen' })

interface Moving extends Journals {
  readonly tombstones: Tombstones
  readonly find: PaymentActs['find']
}

/** The acts that move a payment which is there. */
function createMoving(
  database: DatabaseSync,
  { tombstones, find, ...journals }: Moving,
): Pick<PaymentActs, 'conclude' | 'reverse'> {
  const placeOf = database.prepare(
    `SELECT ${PLACE_COLUMNS} FROM payments WHERE merchant = ? AND id = ?`,
  )
  const { moves, owed } = journals
  const conclusion = createConclusion(database, journals)

  function conclude(merchant: string, id: string, outcome: Row): void {
    const place = placeIn(placeOf.get(merchant, id))
    if (place === undefined) throw new StoreError('PAYMENT_NOT_FOUND', 'no such payment was begun')
    conclusion(place, outcome)
  }

  function reverse(merchant: string, id: string, atMs: number): Payment | undefined {
    const place = placeIn(placeOf.get(merchant, id))
    if (place === undefined) {
      tombstones.add(merchant, id, atMs)
      return undefined
    }
    if (place.state === 'approved') {
      const { payment, state: from } = place
      moves.carryOut({ payment, from, to: 'reversing', reason: 'merchant-asked', atMs })
      owed.owe({ payment, kind: 'reversal', host: place.host, cause: 'merchant-asked', atMs })
    }
    return find(merchant, id)
  }

  return { conclude, reverse }
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

/** Where a payment stands, for an act that moves it. */
interface Place {
  readonly payment: number
  readonly state: PaymentState
  readonly host: string
  readonly businessDate: string
}

const PLACE_COLUMNS = 'seq, state, host, business_date'

function placeIn(row: Readonly<Record<string, SQLOutputValue>> | undefined): Place | undefined {
  if (row === undefined) return undefined
  const state = String(row.state) as PaymentState
  const [host, businessDate] = [String(row.host), String(row.business_date)]
  return { payment: Number(row.seq), state, host, businessDate }
}

type Tombstones = ReturnType<typeof createTombstones>

function createTombstones(database: DatabaseSync) {
  const select = database.prepare('SELECT 1 FROM tombstones WHERE merchant = ? AND id = ?')
  const insert = database.prepare(
    'INSERT INTO tombstones (merchant, id, at_ms) VALUES (?,?,?) ON CONFLICT DO NOTHING',
  )
  return {
    has: (merchant: string, id: string) => select.get(merchant, id) !== undefined,
    add(merchant: string, id: string, atMs: number): void {
      insert.run(merchant, id, atMs)
    },
  }
}

function createFind(database: DatabaseSync) {
  const select = database.prepare(`SELECT * FROM ${PAYMENT_TABLES} WHERE merchant = ? AND id = ?`)
  return (merchant: string, id: string): Payment | undefined => {
    const row = select.get(merchant, id)
    return row === undefined ? undefined : paymentOf(row)
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
     WHERE owed_at_ms >= ? AND cause <> 'merchant-asked' ORDER BY owed.seq`,
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
