import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Payment, PaymentState, ReversalCause } from '#domain'
import { isUniqueConstraint, StoreError } from './errors.ts'
import type { Moves } from './moves.ts'
import type { OwedActs } from './owed-messages.ts'
import { INTENT_COLUMNS, OUTCOME_COLUMNS, paymentOf, type Row } from './payment-row.ts'

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
  recover(nowMs: number, openSinceMs: number): Recovery
}

/** What acts on payments write besides the payments themselves. */
export interface Journals {
  readonly moves: Moves
  readonly owed: OwedActs
}

export function createPaymentActs(database: DatabaseSync, { moves, owed }: Journals): PaymentActs {
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
    moves.append({ payment, from: null, to: 'begun', reason: null, atMs })
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
    ...createMoving(database, { moves, owed, tombstones, find }),
    recover: createRecovery(database, { moves, owed }),
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
  { moves, owed, tombstones, find }: Moving,
): Pick<PaymentActs, 'conclude' | 'reverse'> {
  const placeOf = database.prepare(
    'SELECT seq, state, host FROM payments WHERE merchant = ? AND id = ?',
  )
  const update = database.prepare(
    `UPDATE payments SET ${OUTCOME_COLUMNS.map(assignment).join()} WHERE seq = ?`,
  )

  function conclude(merchant: string, id: string, outcome: Row): void {
    const place = placeIn(placeOf.get(merchant, id))
    if (place === undefined) throw new StoreError('PAYMENT_NOT_FOUND', 'no such payment was begun')
    const [to, reason = null, atMs] = outcome
    const move = {
      payment: place.payment,
      from: place.state,
      to: String(to) as PaymentState,
      reason: reason === null ? null : String(reason),
      atMs: Number(atMs),
    }
    moves.check(move.from, move.to)
    if (move.to === 'unknown' && move.reason === null) {
      throw new StoreError(
        'ACT_INVALID',
        'what is unknown needs a reason, which is the cause of its reversal',
      )
    }
    update.run(...outcome, place.payment)
    moves.append(move)
    if (move.to === 'unknown') owe(place, move.reason as ReversalCause, move.atMs)
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
      owe(place, 'merchant-asked', atMs)
    }
    return find(merchant, id)
  }

  function owe({ payment, host }: Place, cause: ReversalCause, atMs: number): void {
    owed.owe({ payment, host, cause, atMs })
  }

  return { conclude, reverse }
}

/** A settlement date that the host did not tell is the business date. */
function assignment(column: (typeof OUTCOME_COLUMNS)[number]): string {
  return column === 'settlement_date' ? `${column} = coalesce(?, business_date)` : `${column} = ?`
}

/** Where a payment stands, for an act that moves it. */
interface Place {
  readonly payment: number
  readonly state: PaymentState
  readonly host: string
}

function placeIn(row: Readonly<Record<string, SQLOutputValue>> | undefined): Place | undefined {
  if (row === undefined) return undefined
  const state = String(row.state) as PaymentState
  return { payment: Number(row.seq), state, host: String(row.host) }
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
  const select = database.prepare('SELECT * FROM payments WHERE merchant = ? AND id = ?')
  return (merchant: string, id: string): Payment | undefined => {
    const row = select.get(merchant, id)
    return row === undefined ? undefined : paymentOf(row)
  }
}

/**
 * Nobody conducts a payment that was begun before a restart: what became of it, only the host
 * knows, so it is to be reversed. Nobody has taken what is owed, either.
 */
function createRecovery(database: DatabaseSync, { moves, owed }: Journals) {
  const begun = database.prepare(`SELECT seq, state, host FROM payments WHERE state = 'begun'`)
  const update = database.prepare(
    `UPDATE payments SET state = 'unknown', reason = 'gateway-restarted', decided_at_ms = ?,
     settlement_date = business_date WHERE seq = ?`,
  )
  // A payment may have been reversed since; its debt still tells when its exchange ended unknown.
  const open = database.prepare(
    `SELECT payments.host, payments.stan, transmitted_at, terminal FROM owed_messages AS owed
     JOIN payments ON payments.seq = owed.payment
     WHERE owed_at_ms >= ? AND cause <> 'merchant-asked' ORDER BY owed.seq`,
  )
  const cause = 'gateway-restarted'
  return (nowMs: number, openSinceMs: number): Recovery => {
    const left = begun.all().flatMap((row) => placeIn(row) ?? [])
    for (const { payment, host } of left) {
      update.run(nowMs, payment)
      moves.append({ payment, from: 'begun', to: 'unknown', reason: cause, atMs: nowMs })
      owed.owe({ payment, host, cause, atMs: nowMs })
    }
    owed.reclaim(nowMs)
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
