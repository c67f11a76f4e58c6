import { outcomeRow } from '../payment-row.ts'
import type { Recovery } from '../payments.ts'
import type { ActOf } from './act.ts'
import type { Statement } from './connection.ts'
import { RELEASE_STANS } from './nodes.ts'
import { findingsOf } from './payments.ts'
import type { Transaction } from './transaction.ts'

/** What became of a node that another has declared dead. */
export interface TakenOver {
  readonly node: string
  /** Its payments that were begun and are unknown now. */
  readonly leftUnknown: number
}

/**
 * At a node's start: what it had begun in an earlier life is unknown now, and all is due that no
 * other node has taken.
 */
export async function recover(
  { at, nowMs, openSinceMs }: ActOf<'recover'>,
  transaction: Transaction,
): Promise<void> {
  const { connection, node, debts, answer } = transaction
  const leftUnknown = await leaveUnknown(node, { at, nowMs }, transaction)
  await connection.rows(RELEASE_STANS, [node])
  await connection.rows(RECLAIM_ALL, [nowMs, node])
  await debts.write()
  const open = await connection.rows(OPEN, [openSinceMs])
  const openExchanges = open.map((row) => ({
    host: String(row['host']),
    stan: Number(row['stan']),
    transmittedAt: String(row['transmitted_at']),
    terminal: String(row['terminal']),
  }))
  answer(at, { value: { leftUnknown, openExchanges } satisfies Recovery })
}

/**
 * A sign of life, which the transaction's own beginning has given, and a look for nodes that give
 * none: whoever sees that first ends their lives and has what they had.
 */
export async function beat(
  { at, nowMs, watches }: ActOf<'beat'>,
  transaction: Transaction,
  deadAfterMs: number,
): Promise<void> {
  const { connection, node, answer } = transaction
  const takenOver: TakenOver[] = []
  const silent = watches ? await connection.rows(SILENT, [node, deadAfterMs]) : []
  for (const { name } of silent) {
    takenOver.push(await takeOver(String(name), { at, nowMs }, transaction))
  }
  answer(at, { value: takenOver })
}

/** One that is writing just now, or that another node is taking over, is passed over. */
const SILENT: Statement = {
  name: 'silent-nodes',
  text: `SELECT name FROM nodes WHERE state = 'live' AND name <> $1
    AND beat_at < clock_timestamp() - $2 * interval '1 millisecond' FOR UPDATE SKIP LOCKED`,
}

interface Moment {
  /** The place of the act. */
  readonly at: number
  readonly nowMs: number
}

async function takeOver(
  dead: string,
  moment: Moment,
  transaction: Transaction,
): Promise<TakenOver> {
  const { connection } = transaction
  await connection.rows(END_LIFE, [dead])
  const leftUnknown = await leaveUnknown(dead, moment, transaction)
  await connection.rows(RELEASE_STANS, [dead])
  await connection.rows(RECLAIM, [moment.nowMs, dead])
  return { node: dead, leftUnknown }
}

const END_LIFE: Statement = {
  name: 'end-life',
  text: `UPDATE nodes SET epoch = epoch + 1, state = 'dead' WHERE name = $1`,
}

/**
 * Nobody conducts what a node had begun before it ended: what became of it, only the host knows, so
 * it is to be reversed.
 */
async function leaveUnknown(
  node: string,
  { at, nowMs: atMs }: Moment,
  { connection, moves, debts }: Transaction,
): Promise<number> {
  const reason = 'gateway-restarted'
  const outcome = outcomeRow({ state: 'unknown', reason, decidedAtMs: atMs })
  const left = await connection.rows(LEAVE_UNKNOWN, [node, reason, atMs])
  for (const row of left) {
    const payment = Number(row['seq'])
    const findings = findingsOf(outcome, String(row['business_date']))
    moves.append(at, { payment, from: 'begun', to: 'unknown', reason, atMs }, findings)
    const host = String(row['host'])
    debts.owe(at, { payment, kind: 'reversal', host, cause: reason, atMs })
  }
  return left.length
}

const LEAVE_UNKNOWN: Statement = {
  name: 'leave-unknown',
  text: `UPDATE payments SET state = 'unknown', reason = $2, decided_at_ms = $3,
    settlement_date = business_date WHERE state = 'begun' AND node = $1
    RETURNING seq, host, business_date`,
}

const RECLAIM: Statement = {
  name: 'reclaim-owed',
  text: `UPDATE owed_messages SET due_at_ms = least(due_at_ms, $1), taken_by = NULL
    WHERE due_at_ms IS NOT NULL AND taken_by = $2`,
}

const RECLAIM_ALL: Statement = {
  name: 'reclaim-all-owed',
  text: `UPDATE owed_messages SET due_at_ms = least(due_at_ms, $1), taken_by = NULL
    WHERE due_at_ms IS NOT NULL AND (taken_by IS NULL OR taken_by = $2)`,
}

// A payment may have been reversed since; its debt still tells when its exchange ended unknown.
const OPEN: Statement = {
  name: 'open-exchanges',
  text: `SELECT payments.host, payments.stan, transmitted_at, terminal FROM owed_messages AS owed
    JOIN payments ON payments.seq = owed.payment
    WHERE owed_at_ms >= $1 AND cause NOT IN ('merchant-asked', 'hold-expired') ORDER BY owed.seq`,
}
