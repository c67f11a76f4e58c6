import type { OwedKind, PaymentState } from '#domain'
import type { Clock } from '#platform'
import { StoreError } from '../errors.ts'
import {
  DONE,
  type OpenDebt,
  SELECT_WORK,
  type WorkAnswer,
  type WorkDesk,
  workItemOf,
} from '../work-items.ts'
import { openBeside } from './beside.ts'
import { settle } from './captures.ts'
import type { Connection, Statement } from './connection.ts'
import { collectPostings } from './ledger/postings.ts'
import { collectMoves } from './moves.ts'
import { DESK, holdHead } from './nodes.ts'
import { CLOSE_WORK } from './owed-messages.ts'
import { MOVE_ON } from './payments.ts'
import type { PostgresPlace } from './place.ts'

export async function openPostgresWorkDesk(
  place: PostgresPlace,
  { clock }: { readonly clock: Clock },
): Promise<WorkDesk> {
  const beside = await openBeside(place, { clock, schema: 'make' })
  return {
    list: (countMax) =>
      beside.read(async (connection) => {
        const rows = await connection.rows(LIST, [countMax])
        return rows.map(workItemOf)
      }),
    find: (seq) =>
      beside.read(async (connection) => {
        const [row] = await connection.rows(FIND, [seq])
        return row === undefined ? undefined : workItemOf(row)
      }),
    retry(seq, by) {
      const answer = { seq, by, atMs: clock.nowMs() }
      return beside.transact((connection) => retry(connection, answer))
    },
    closeAsDone(seq, by) {
      const answer = { seq, by, atMs: clock.nowMs() }
      return beside.transact((connection) => closeAsDone(connection, answer))
    },
    close: beside.close,
  }
}

const LIST: Statement = {
  name: 'list-work',
  text: `${SELECT_WORK} WHERE work.closed_at_ms IS NULL ORDER BY work.seq LIMIT $1`,
}

const FIND: Statement = {
  name: 'find-work',
  text: `${SELECT_WORK} WHERE work.closed_at_ms IS NULL AND work.seq = $1`,
}

async function retry(connection: Connection, { seq, by, atMs }: WorkAnswer): Promise<void> {
  const { owed } = await opened(connection, seq)
  await connection.rows(SEND_AGAIN, [atMs, owed])
  await connection.rows(CLOSE_WORK, [atMs, by, 'sent-again', owed])
}

const SEND_AGAIN: Statement = {
  name: 'send-again',
  text: `UPDATE owed_messages SET state = 'due', due_at_ms = $1, taken_by = NULL,
    ended_at_ms = NULL WHERE seq = $2`,
}

async function closeAsDone(connection: Connection, { seq, by, atMs }: WorkAnswer): Promise<void> {
  const { owed, kind, payment, state: from } = await opened(connection, seq)
  const to = DONE[kind]
  const reason = `${to}-otherwise`
  const postings = collectPostings(connection, DESK)
  const moves = collectMoves(connection, DESK, postings)
  moves.check(from, to)
  await connection.rows(ACKNOWLEDGE, [atMs, owed])
  await connection.rows(CLOSE_WORK, [atMs, by, reason, owed])
  const lasting = to === 'captured' ? await settle(connection, payment, undefined) : []
  await connection.rows(MOVE_ON, [to, payment])
  moves.append(0, { payment, from, to, reason, atMs }, lasting)
  await moves.write(await holdHead(connection, DESK))
  await postings.compose(refuseAll)
  await postings.write()
}

/** One act alone is refused by undoing all of it. */
function refuseAll(_: number, error: StoreError): never {
  throw error
}

const ACKNOWLEDGE: Statement = {
  name: 'acknowledge',
  text: `UPDATE owed_messages SET state = 'acknowledged', due_at_ms = NULL, taken_by = NULL,
    ended_at_ms = $1 WHERE seq = $2`,
}

async function opened(connection: Connection, seq: number): Promise<OpenDebt> {
  const [row] = await connection.rows(OPEN, [seq])
  if (row === undefined) throw new StoreError('WORK_NOT_OPEN', 'there is no such open work item')
  const [kind, state] = [String(row['kind']) as OwedKind, String(row['state']) as PaymentState]
  return { owed: Number(row['seq']), payment: Number(row['payment']), kind, state }
}

/** Nobody else answers it meanwhile, nor ends an attempt of its message. */
const OPEN: Statement = {
  name: 'open-work-item',
  text: `SELECT owed.seq, owed.kind, owed.payment, payments.state FROM work_items AS work
    JOIN owed_messages AS owed ON owed.seq = work.owed
    JOIN payments ON payments.seq = work.payment
    WHERE work.closed_at_ms IS NULL AND work.seq = $1 FOR UPDATE`,
}
