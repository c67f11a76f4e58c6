import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type {
  AttemptEnd,
  OwedKind,
  OwedMessage,
  OwedNumber,
  PaymentState,
  PutOff,
  ReversalCause,
} from '#domain'
import type { Captures } from './captures.ts'
import { StoreError } from './errors.ts'
import type { Moves } from './moves.ts'
import { PAYMENT_TABLES, paymentOf, type Row } from './payment-row.ts'

/** A debt as it comes to be. */
export interface Owing {
  /** Its number in `payments`. */
  readonly payment: number
  readonly kind: OwedKind
  readonly host: string
  readonly cause: ReversalCause
  readonly atMs: number
}

/** Which debts to take, and for how long. */
export interface Taking {
  readonly host: string
  readonly nowMs: number
  /** Until then nobody else takes them. */
  readonly leaseUntilMs: number
  /** Nothing is put off further: what is due later was put off by a clock that went wrong. */
  readonly horizonMs: number
  readonly countMax: number
}

/** Which debts an operator should know of. */
export interface Overdue {
  readonly host: string
  readonly owedBeforeMs: number
  readonly atMs: number
}

/** Acts on what the host must be told, to be called inside a transaction. */
export interface OwedActs {
  owe(owing: Owing): void
  /** Take what is due, the longest due first. */
  take(taking: Taking): readonly OwedMessage[]
  /** Before the first attempt leaves: what it and every repeat is numbered and dated by. */
  number(seq: number, numbered: OwedNumber): void
  /** Of a debt that has ended already nothing changes. */
  endAttempt(seq: number, end: AttemptEnd): void
  /**
   * Open a work item for each message that is still to be sent and has been owed since then or
   * longer. @returns how many are new
   */
  raiseOverdue(overdue: Overdue): number
  /** Everything is due at once: whoever had taken it is gone. */
  reclaim(nowMs: number): void
}

/** What acts on debts write besides the debts themselves. */
interface Journals {
  readonly moves: Moves
  readonly captures: Captures
}

export function createOwedActs(database: DatabaseSync, journals: Journals): OwedActs {
  const insert = database.prepare(
    `INSERT INTO owed_messages (payment, kind, host, cause, owed_at_ms, due_at_ms)
     VALUES (?,?,?,?,?,?)`,
  )
  const due = database.prepare(
    `SELECT ${OWED_COLUMNS}, payments.*, captures.*
     FROM owed_messages AS owed JOIN (${PAYMENT_TABLES}) ON payments.seq = owed.payment
     WHERE owed.host = ? AND owed.due_at_ms IS NOT NULL
       AND (owed.due_at_ms <= ? OR owed.due_at_ms > ?)
     ORDER BY owed.due_at_ms, owed.seq ${LIMIT}`,
  )
  const lease = database.prepare('UPDATE owed_messages SET due_at_ms = ? WHERE seq = ?')
  const number = database.prepare(
    'UPDATE owed_messages SET stan = ?, asked_at_ms = ? WHERE seq = ? AND stan IS NULL',
  )
  const raise = database.prepare(
    `INSERT INTO work_items (kind, owed, payment, opened_at_ms)
     SELECT kind || '-overdue', seq, payment, ? FROM owed_messages
     WHERE host = ? AND due_at_ms IS NOT NULL AND owed_at_ms <= ?
     ON CONFLICT DO NOTHING`,
  )
  const reclaim = database.prepare(
    'UPDATE owed_messages SET due_at_ms = ? WHERE due_at_ms IS NOT NULL AND due_at_ms > ?',
  )
  return {
    owe({ payment, kind, host, cause, atMs }) {
      insert.run(payment, kind, host, cause, atMs, atMs)
    },
    take({ host, nowMs, leaseUntilMs, horizonMs, countMax }) {
      const taken = due.all(host, nowMs, horizonMs, countMax).map(owedOf)
      for (const { seq } of taken) lease.run(leaseUntilMs, seq)
      return taken
    },
    number(seq, { stan, askedAtMs }) {
      if (number.run(stan, askedAtMs, seq).changes > 0) return
      throw new StoreError('ACT_INVALID', 'no such message is owed without a number')
    },
    endAttempt: createEnding(database, journals),
    raiseOverdue: ({ host, owedBeforeMs, atMs }) =>
      Number(raise.run(atMs, host, owedBeforeMs).changes),
    reclaim: (nowMs) => reclaim.run(nowMs, nowMs),
  }
}

/** A bare parameter as a limit makes SQLite plan the statement anew whenever it is bound. */
const LIMIT = 'LIMIT (? + 0)'

/** Beside all columns of a payment, whose names they must not have. */
export const OWED_COLUMNS = [
  'owed.seq AS owed_seq',
  'owed.kind',
  'owed.cause',
  'owed.owed_at_ms',
  'owed.attempts',
  'owed.stan AS owed_stan',
  'owed.asked_at_ms',
].join()

/** Only this module writes these columns, so their lists of words are taken at their word. */
export function owedOf(row: Readonly<Record<string, SQLOutputValue>>): OwedMessage {
  const { owed_stan: stan, asked_at_ms: askedAtMs } = row
  return {
    seq: Number(row.owed_seq),
    kind: String(row.kind) as OwedKind,
    cause: String(row.cause) as ReversalCause,
    payment: paymentOf(row),
    owedAtMs: Number(row.owed_at_ms),
    attempts: Number(row.attempts),
    ...(stan === null ? {} : { numbered: { stan: Number(stan), askedAtMs: Number(askedAtMs) } }),
  }
}

/** How an attempt ends, as one row: what {@link attemptEndOf} reads back. */
export const ATTEMPT_END_COLUMNS = 6

export function attemptEndRow(end: AttemptEnd): Row {
  const { kind, responseCode = null, atMs } = end
  return end.kind === 'put-off'
    ? [kind, responseCode, atMs, end.why, end.dueAtMs, null]
    : [kind, responseCode, atMs, null, null, end.settlementDate ?? null]
}

export function attemptEndOf(row: Row): AttemptEnd {
  const [kind, responseCode, atMs, why, dueAtMs, settlementDate = null] = row
  const common = {
    ...(responseCode === null ? {} : { responseCode: String(responseCode) }),
    atMs: Number(atMs),
  }
  if (kind !== 'put-off') {
    const settled = settlementDate === null ? {} : { settlementDate: String(settlementDate) }
    return { kind: kind as Answered['kind'], ...common, ...settled }
  }
  return { kind, why: why as PutOff, dueAtMs: Number(dueAtMs), ...common }
}

type Answered = Exclude<AttemptEnd, { readonly kind: 'put-off' }>

/** The debt and its payment, as an ending finds them. */
interface Debt {
  readonly seq: number
  readonly payment: number
  readonly kind: OwedKind
  readonly from: PaymentState
  readonly cause: string
}

function createEnding(database: DatabaseSync, { moves, captures }: Journals) {
  const select = database.prepare(
    `SELECT owed.payment, owed.kind, owed.cause, payments.state FROM owed_messages AS owed
     JOIN payments ON payments.seq = owed.payment WHERE owed.seq = ? AND owed.state = 'due'`,
  )
  const putOff = database.prepare(
    `UPDATE owed_messages SET due_at_ms = ?, put_off = ?, response_code = ?,
     attempts = attempts + ? WHERE seq = ?`,
  )
  const end = database.prepare(
    `UPDATE owed_messages SET state = ?, due_at_ms = NULL, put_off = NULL, response_code = ?,
     attempts = attempts + 1, ended_at_ms = ? WHERE seq = ?`,
  )
  const expect = database.prepare(
    `INSERT INTO expectations (payment, kind, host, settlement_date, at_ms)
     SELECT seq, 'nothing-posted', host, settlement_date, ? FROM payments WHERE seq = ?`,
  )
  const openWork = database.prepare(
    `INSERT INTO work_items (kind, owed, payment, opened_at_ms)
     VALUES (?,?,?,?) ON CONFLICT DO NOTHING`,
  )
  const closeWork = database.prepare(
    `UPDATE work_items SET closed_at_ms = ?, closed_by = 'host', resolution = ?
     WHERE owed = ? AND closed_at_ms IS NULL`,
  )

  function find(seq: number): Debt | undefined {
    const row = select.get(seq)
    if (row === undefined) return undefined
    const [kind, from] = [String(row.kind) as OwedKind, String(row.state) as PaymentState]
    return { seq, payment: Number(row.payment), kind, from, cause: String(row.cause) }
  }

  function settle(debt: Debt, { kind, settlementDate, atMs }: Answered, to: PaymentState): void {
    const { payment, from, cause } = debt
    const lasting = to === 'captured' ? captures.settle(payment, settlementDate) : []
    moves.carryOut({ payment, from, to, reason: cause, atMs }, lasting)
    if (to === 'reversed_not_found') expect.run(atMs, payment)
    closeWork.run(atMs, kind, debt.seq)
  }

  return (seq: number, attempt: AttemptEnd): void => {
    const debt = find(seq)
    if (debt === undefined) return
    const { atMs, responseCode = null } = attempt
    if (attempt.kind === 'put-off') {
      const sent = attempt.why === 'not-sent' ? 0 : 1
      putOff.run(attempt.dueAtMs, attempt.why, responseCode, sent, seq)
      return
    }
    const to = ENDS[debt.kind][attempt.kind]
    if (to !== undefined) moves.check(debt.from, to)
    end.run(attempt.kind, responseCode, atMs, seq)
    if (to === undefined) openWork.run(`${debt.kind}-refused`, seq, debt.payment, atMs)
    else settle(debt, attempt, to)
  }
}

/**
 * Where each ending leaves the payment. A refusal leaves it where it is; that there is nothing to
 * capture is one.
 */
export const ENDS: Readonly<Record<OwedKind, Partial<Record<Answered['kind'], PaymentState>>>> = {
  reversal: { acknowledged: 'reversed', 'not-found': 'reversed_not_found' },
  advice: { acknowledged: 'captured' },
}
