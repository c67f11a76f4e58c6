import type { AttemptEnd, OwedKind, PaymentState } from '#domain'
import { StoreError } from '../errors.ts'
import { ENDS, OWED_COLUMNS, owedOf } from '../owed-messages.ts'
import { PAYMENT_TABLES } from '../payment-row.ts'
import type { ActOf } from './act.ts'
import { settle } from './captures.ts'
import type { Statement } from './connection.ts'
import { MOVE_ON } from './payments.ts'
import type { Transaction } from './transaction.ts'

/**
 * Take what is due and nobody has. A node keeps what it took until its attempt has ended or it is
 * declared dead; by the lease in `due_at_ms` it comes back to what it lost sight of itself.
 */
export async function takeOwed(
  { at, taking }: ActOf<'takeOwed'>,
  { connection, node, answer }: Transaction,
): Promise<void> {
  const { host, nowMs, leaseUntilMs, horizonMs, countMax } = taking
  const values = [host, nowMs, horizonMs, countMax, leaseUntilMs, node]
  const rows = await connection.rows(TAKE, values)
  answer(at, { value: rows.map(owedOf) })
}

const TAKE: Statement = {
  name: 'take-owed',
  text: `WITH due AS (
      SELECT seq, due_at_ms FROM owed_messages
      WHERE host = $1 AND due_at_ms IS NOT NULL AND (due_at_ms <= $2 OR due_at_ms > $3)
        AND (taken_by IS NULL OR taken_by = $6)
      ORDER BY due_at_ms, seq LIMIT $4 FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE owed_messages SET due_at_ms = $5, taken_by = $6
      FROM due WHERE owed_messages.seq = due.seq
    )
    SELECT ${OWED_COLUMNS}, payments.*, captures.* FROM due
    JOIN owed_messages AS owed ON owed.seq = due.seq
    JOIN (${PAYMENT_TABLES}) ON payments.seq = owed.payment
    ORDER BY due.due_at_ms, due.seq`,
}

export async function numberOwed(
  { at, seq, numbered }: ActOf<'numberOwed'>,
  { connection, answer }: Transaction,
): Promise<void> {
  const { stan, askedAtMs } = numbered
  if ((await connection.count(NUMBER, [stan, askedAtMs, seq])) === 0) {
    throw new StoreError('ACT_INVALID', 'no such message is owed without a number')
  }
  answer(at, 0)
}

const NUMBER: Statement = {
  name: 'number-owed',
  text: 'UPDATE owed_messages SET stan = $1, asked_at_ms = $2 WHERE seq = $3 AND stan IS NULL',
}

/** The debt and its payment, as an ending finds them. */
interface Debt {
  readonly seq: number
  readonly payment: number
  readonly kind: OwedKind
  readonly from: PaymentState
  readonly cause: string
}

export async function endAttempt(
  { at, seq, end: attempt }: ActOf<'endAttempt'>,
  transaction: Transaction,
): Promise<void> {
  const [row] = await transaction.connection.rows(DEBT, [seq])
  if (row !== undefined) {
    const [kind, from] = [String(row['kind']) as OwedKind, String(row['state']) as PaymentState]
    const debt = { seq, payment: Number(row['payment']), kind, from, cause: String(row['cause']) }
    if (attempt.kind === 'put-off') await putOff(debt, attempt, transaction)
    else await end(debt, attempt, { at, transaction })
  }
  transaction.answer(at, 0)
}

const DEBT: Statement = {
  name: 'debt',
  text: `SELECT owed.payment, owed.kind, owed.cause, payments.state FROM owed_messages AS owed
    JOIN payments ON payments.seq = owed.payment
    WHERE owed.seq = $1 AND owed.state = 'due' FOR UPDATE`,
}

async function putOff(
  { seq }: Debt,
  attempt: Extract<AttemptEnd, { readonly kind: 'put-off' }>,
  { connection }: Transaction,
): Promise<void> {
  const { dueAtMs, why, responseCode = null } = attempt
  await connection.rows(PUT_OFF, [dueAtMs, why, responseCode, why === 'not-sent' ? 0 : 1, seq])
}

const PUT_OFF: Statement = {
  name: 'put-off',
  text: `UPDATE owed_messages SET due_at_ms = $1, put_off = $2, response_code = $3,
    attempts = attempts + $4, taken_by = NULL WHERE seq = $5`,
}

/** Open a work item for whatever has been owed for too long and has none. */
export async function raiseOverdue(
  { at, overdue }: ActOf<'raiseOverdue'>,
  { connection, answer }: Transaction,
): Promise<void> {
  const { host, owedBeforeMs, atMs } = overdue
  answer(at, { value: await connection.count(RAISE, [atMs, host, owedBeforeMs]) })
}

const RAISE: Statement = {
  name: 'raise-overdue',
  text: `INSERT INTO work_items (kind, owed, payment, opened_at_ms)
    SELECT kind || '-overdue', seq, payment, $1::bigint FROM owed_messages
    WHERE host = $2 AND due_at_ms IS NOT NULL AND owed_at_ms <= $3
    ON CONFLICT DO NOTHING`,
}

const OPEN_WORK: Statement = {
  name: 'open-work',
  text: `INSERT INTO work_items (kind, owed, payment, opened_at_ms)
    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
}

async function end(
  { seq, payment, kind: owed, from, cause }: Debt,
  attempt: Exclude<AttemptEnd, { readonly kind: 'put-off' }>,
  { at, transaction }: { readonly at: number; readonly transaction: Transaction },
): Promise<void> {
  const { connection, moves } = transaction
  const { kind, responseCode = null, atMs } = attempt
  const to = ENDS[owed][kind]
  if (to !== undefined) moves.check(from, to)
  await connection.rows(END, [kind, responseCode, atMs, seq])
  if (to === undefined) {
    await connection.rows(OPEN_WORK, [`${owed}-refused`, seq, payment, atMs])
    return
  }
  const { settlementDate } = attempt
  const lasting = to === 'captured' ? await settle(connection, payment, settlementDate) : []
  await connection.rows(MOVE_ON, [to, payment])
  moves.append(at, { payment, from, to, reason: cause, atMs }, lasting)
  await connection.rows(CLOSE_WORK, [atMs, 'host', kind, seq])
  if (to === 'reversed_not_found') await connection.rows(EXPECT, [atMs, payment])
}

const END: Statement = {
  name: 'end-attempt',
  text: `UPDATE owed_messages SET state = $1, due_at_ms = NULL, put_off = NULL, taken_by = NULL,
    response_code = $2, attempts = attempts + 1, ended_at_ms = $3 WHERE seq = $4`,
}

export const CLOSE_WORK: Statement = {
  name: 'close-work',
  text: `UPDATE work_items SET closed_at_ms = $1, closed_by = $2, resolution = $3
    WHERE owed = $4 AND closed_at_ms IS NULL`,
}

const EXPECT: Statement = {
  name: 'expect',
  text: `INSERT INTO expectations (payment, kind, host, settlement_date, at_ms)
    SELECT seq, 'nothing-posted', host, settlement_date, $1::bigint FROM payments WHERE seq = $2`,
}
