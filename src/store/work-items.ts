import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { OwedKind, Payment, PaymentState, ReversalCause } from '#domain'
import type { Clock } from '#platform'
import type { Captures } from './captures.ts'
import { StoreError } from './errors.ts'
import { openJournal } from './journal.ts'
import { STORE_LIMITS } from './limits.ts'
import type { Moves } from './moves.ts'
import { PAYMENT_TABLES, paymentOf } from './payment-row.ts'

/** Something that an operator must look at, with what is needed to decide. */
export interface WorkItem {
  /** Its number, which commands name. */
  readonly seq: number
  /**
   * `refused`: the host declined the reversal or the advice, and nothing more is sent. `overdue`:
   * it is still being sent.
   */
  readonly kind: `${OwedKind}-${'refused' | 'overdue'}`
  readonly payment: Payment
  readonly openedAtMs: number
  readonly cause: ReversalCause
  readonly owedAtMs: number
  readonly attempts: number
  /** DE11 of what is owed; absent before its first attempt. */
  readonly stan?: number
  /** How its last attempt settled nothing. */
  readonly putOff?: string
  /** DE39 of the host's last answer. */
  readonly responseCode?: string
}

/** Acts on work items, to be called inside a transaction. */
export interface WorkActs {
  /** What is open, the oldest first. */
  list(countMax: number): readonly WorkItem[]
  find(seq: number): WorkItem | undefined
  /**
   * Send what is owed again, now, and close it. @throws StoreError `WORK_NOT_OPEN`
   */
  retry(answer: WorkAnswer): void
  /**
   * The host has reversed or captured the payment otherwise: close it, and all else that is open of
   * what was owed. @throws StoreError `WORK_NOT_OPEN`, `MOVE_NOT_ALLOWED`
   */
  closeAsDone(answer: WorkAnswer): void
}

export interface WorkAnswer {
  readonly seq: number
  /** Who decided: a person's or an account's name. */
  readonly by: string
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
}

/** What answers write besides the items themselves. */
interface Journals {
  readonly moves: Moves
  readonly captures: Captures
}

export function createWorkActs(database: DatabaseSync, { moves, captures }: Journals): WorkActs {
  const open = database.prepare(
    `${SELECT_WORK} WHERE work.closed_at_ms IS NULL ORDER BY work.seq LIMIT (? + 0)`,
  )
  const one = database.prepare(`${SELECT_WORK} WHERE work.closed_at_ms IS NULL AND work.seq = ?`)
  const debtOf = database.prepare(
    `SELECT owed.seq, owed.kind, owed.payment FROM work_items AS work
     JOIN owed_messages AS owed ON owed.seq = work.owed WHERE work.seq = ?`,
  )
  const close = database.prepare(
    `UPDATE work_items SET closed_at_ms = ?, closed_by = ?, resolution = ?
     WHERE owed = ? AND closed_at_ms IS NULL`,
  )
  const send = database.prepare(
    `UPDATE owed_messages SET state = 'due', due_at_ms = ?, ended_at_ms = NULL WHERE seq = ?`,
  )
  const end = database.prepare(
    `UPDATE owed_messages SET state = 'acknowledged', due_at_ms = NULL, ended_at_ms = ?
     WHERE seq = ?`,
  )

  function find(seq: number): WorkItem | undefined {
    const row = one.get(seq)
    return row === undefined ? undefined : workItemOf(row)
  }

  function opened(seq: number): OpenDebt {
    const [item, debt] = [find(seq), debtOf.get(seq)]
    if (item === undefined || debt === undefined) {
      throw new StoreError('WORK_NOT_OPEN', 'there is no such open work item')
    }
    const { state } = item.payment
    const kind = String(debt.kind) as OwedKind
    return { owed: Number(debt.seq), payment: Number(debt.payment), kind, state }
  }

  return {
    list: (countMax) => open.all(countMax).map(workItemOf),
    find,
    retry({ seq, by, atMs }) {
      const { owed } = opened(seq)
      send.run(atMs, owed)
      close.run(atMs, by, 'sent-again', owed)
    },
    closeAsDone({ seq, by, atMs }) {
      const { owed, payment, kind, state: from } = opened(seq)
      const to = DONE[kind]
      const reason = `${to}-otherwise`
      moves.check(from, to)
      end.run(atMs, owed)
      close.run(atMs, by, reason, owed)
      const lasting = to === 'captured' ? captures.settle(payment) : []
      moves.carryOut({ payment, from, to, reason, atMs }, lasting)
    },
  }
}

/** What an open item is of. */
export interface OpenDebt {
  /** Its number in `owed_messages`, and of its payment in `payments`. */
  readonly owed: number
  readonly payment: number
  readonly kind: OwedKind
  readonly state: PaymentState
}

/** What becomes of a payment when the host has done what is owed. */
export const DONE = { reversal: 'reversed', advice: 'captured' } as const

export const SELECT_WORK = `SELECT work.seq AS work_seq, work.kind, work.opened_at_ms, owed.cause,
  owed.owed_at_ms, owed.attempts, owed.stan AS owed_stan, owed.put_off,
  owed.response_code AS owed_response_code, payments.*, captures.*
  FROM work_items AS work
  JOIN owed_messages AS owed ON owed.seq = work.owed
  JOIN (${PAYMENT_TABLES}) ON payments.seq = work.payment`

/** Only the store writes these columns, so their closed lists of words are taken at their word. */
export function workItemOf(row: Readonly<Record<string, SQLOutputValue>>): WorkItem {
  const { owed_stan: stan, put_off: putOff, owed_response_code: responseCode } = row
  return {
    seq: Number(row.work_seq),
    kind: String(row.kind) as WorkItem['kind'],
    payment: paymentOf(row),
    openedAtMs: Number(row.opened_at_ms),
    cause: String(row.cause) as ReversalCause,
    owedAtMs: Number(row.owed_at_ms),
    attempts: Number(row.attempts),
    ...(stan === null ? {} : { stan: Number(stan) }),
    ...(putOff === null ? {} : { putOff: String(putOff) }),
    ...(responseCode === null ? {} : { responseCode: String(responseCode) }),
  }
}

/** The work items of a store, for an operator, beside the gateway that may be running on it. */
export interface WorkDesk {
  /** What is open, the oldest first, `countMax` at most. */
  list(countMax: number): Promise<readonly WorkItem[]>
  find(seq: number): Promise<WorkItem | undefined>
  /** @throws StoreError `WORK_NOT_OPEN` */
  retry(seq: number, by: string): Promise<void>
  /** @throws StoreError `WORK_NOT_OPEN`, `MOVE_NOT_ALLOWED` */
  closeAsDone(seq: number, by: string): Promise<void>
  close(): Promise<void>
}

/** @throws StoreError as `openFileRegistry` does */
export function openFileWorkDesk(file: string, { clock }: { readonly clock: Clock }): WorkDesk {
  const journal = openJournal(file, STORE_LIMITS, { lockHeld: false })
  const { work } = journal
  return {
    list: async (countMax) => journal.read(() => work.list(countMax)),
    find: async (seq) => journal.read(() => work.find(seq)),
    async retry(seq, by) {
      journal.transact(() => work.retry({ seq, by, atMs: clock.nowMs() }))
    },
    async closeAsDone(seq, by) {
      journal.transact(() => work.closeAsDone({ seq, by, atMs: clock.nowMs() }))
    },
    close: async () => journal.close(),
  }
}
