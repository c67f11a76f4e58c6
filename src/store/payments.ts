import type { DatabaseSync } from 'node:sqlite'
import { mayMove, type Payment, type PaymentState } from '#domain'
import { isUniqueConstraint, StoreError } from './errors.ts'
import { INTENT_COLUMNS, OUTCOME_COLUMNS, paymentOf, type Row } from './payment-row.ts'

/** What {@link PaymentActs.begin} found. */
export type BeginResult =
  | { readonly kind: 'begun' }
  | { readonly kind: 'repeat'; readonly payment: Payment }
  | { readonly kind: 'conflict' }

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
  /** Exchanges of unknown payments that were decided at or after the moment asked for. */
  readonly openExchanges: readonly OpenExchange[]
}

/**
 * Acts on payments, to be called inside a transaction; one that throws StoreError changed nothing.
 */
export interface PaymentActs {
  begin(intent: Row): BeginResult
  conclude(merchant: string, id: string, outcome: Row): void
  find(merchant: string, id: string): Payment | undefined
  recover(nowMs: number, openSinceMs: number): Recovery
}

export function createPaymentActs(database: DatabaseSync): PaymentActs {
  const events = createEvents(database)
  const find = createFind(database)
  const insert = database.prepare(
    `INSERT INTO payments (${INTENT_COLUMNS.join()})
     VALUES (${INTENT_COLUMNS.map(() => '?').join()})
     ON CONFLICT (merchant, id) DO NOTHING`,
  )
  const stateOf = database.prepare('SELECT seq, state FROM payments WHERE merchant = ? AND id = ?')
  const update = database.prepare(
    `UPDATE payments SET ${OUTCOME_COLUMNS.map((name) => `${name} = ?`).join()} WHERE seq = ?`,
  )

  function begin(intent: Row): BeginResult {
    const { changes, lastInsertRowid } = insertOnce(intent)
    if (changes === 0) return earlier(intent)
    events.append([Number(lastInsertRowid), null, 'begun', null, columnOf(intent, 'begun_at_ms')])
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

  function conclude(merchant: string, id: string, outcome: Row): void {
    const found = stateOf.get(merchant, id)
    if (found === undefined) throw new StoreError('PAYMENT_NOT_FOUND', 'no such payment was begun')
    const [to = null, reason = null, decidedAtMs = null] = outcome
    const from = String(found.state)
    if (!mayMove(from as PaymentState, String(to) as PaymentState)) {
      throw new StoreError('MOVE_NOT_ALLOWED', `a payment may not move from ${from} to ${to}`)
    }
    const seq = Number(found.seq)
    update.run(...outcome, seq)
    events.append([seq, from, to, reason, decidedAtMs])
  }

  return { begin, conclude, find, recover: createRecovery(database) }
}

const BEGUN: BeginResult = Object.freeze({ kind: 'begun' })
const CONFLICT: BeginResult = Object.freeze({ kind: 'conflict' })

function createEvents(database: DatabaseSync) {
  const insert = database.prepare(
    'INSERT INTO payment_events (payment, from_state, to_state, reason, at_ms) VALUES (?,?,?,?,?)',
  )
  return { append: (event: Row) => insert.run(...event) }
}

function createFind(database: DatabaseSync) {
  const select = database.prepare('SELECT * FROM payments WHERE merchant = ? AND id = ?')
  return (merchant: string, id: string): Payment | undefined => {
    const row = select.get(merchant, id)
    return row === undefined ? undefined : paymentOf(row)
  }
}

/**
 * Nobody conducts a payment that was begun before a restart: what became of it, only the host
 * knows.
 */
function createRecovery(database: DatabaseSync) {
  const journal = database.prepare(
    `INSERT INTO payment_events (payment, from_state, to_state, reason, at_ms)
     SELECT seq, 'begun', 'unknown', 'gateway-restarted', ? FROM payments WHERE state = 'begun'`,
  )
  const move = database.prepare(
    `UPDATE payments SET state = 'unknown', reason = 'gateway-restarted', decided_at_ms = ?
     WHERE state = 'begun'`,
  )
  const open = database.prepare(
    `SELECT host, stan, transmitted_at, terminal FROM payments
     WHERE state = 'unknown' AND decided_at_ms >= ?`,
  )
  return (nowMs: number, openSinceMs: number): Recovery => {
    journal.run(nowMs)
    const leftUnknown = Number(move.run(nowMs).changes)
    const openExchanges = open.all(openSinceMs).map((row) => ({
      host: String(row.host),
      stan: Number(row.stan),
      transmittedAt: String(row.transmitted_at),
      terminal: String(row.terminal),
    }))
    return { leftUnknown, openExchanges }
  }
}

function columnOf(intent: Row, column: (typeof INTENT_COLUMNS)[number]) {
  return intent[INTENT_COLUMNS.indexOf(column)] ?? null
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
