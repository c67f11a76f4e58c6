import type { Payment, PaymentState, ReversalCause } from '#domain'
import { StoreError } from '../errors.ts'
import {
  INTENT_COLUMNS,
  OUTCOME_COLUMNS,
  PAYMENT_TABLES,
  paymentOf,
  type Row,
} from '../payment-row.ts'
import type { BeginResult } from '../payments.ts'
import { type ActOf, columnOf, keyOf, type PaymentKey } from './act.ts'
import { listParameters, listsOf } from './columns.ts'
import type { Connection, Statement, StoredRow } from './connection.ts'
import { paymentKey } from './rounds.ts'
import type { Transaction } from './transaction.ts'

/**
 * Begin payments, each of another id and another exchange.
 *
 * One INSERT passes over whatever has a key already, also one that another node is just inserting.
 * A later statement then sees what it was passed over for.
 */
export async function begin(
  given: readonly ActOf<'begin'>[],
  { connection, node, ...transaction }: Transaction,
): Promise<void> {
  const acts = given.toSorted(byKey(({ intent }) => keyOf(intent)))
  const intents = acts.map(({ intent }) => intent)
  const rows = await connection.rows(INSERT, [node, ...listsOf(intents, INTENT_COLUMNS)])
  const begun = seqByKey(rows)
  const others: ActOf<'begin'>[] = []
  for (const act of acts) {
    const payment = begun.get(paymentKey(keyOf(act.intent)))
    if (payment === undefined) others.push(act)
    else {
      const atMs = Number(columnOf(act.intent, 'begun_at_ms'))
      const move = { payment, from: null, to: 'begun', reason: null, atMs } as const
      transaction.moves.append(act.at, move, act.intent)
      transaction.answer(act.at, 0)
    }
  }
  if (others.length > 0) await answerOthers(others, { connection, node, ...transaction })
}

const INSERT: Statement = {
  name: 'begin',
  text: `INSERT INTO payments (node, ${INTENT_COLUMNS.join()})
    SELECT $1, given.* FROM unnest(${listParameters(INTENT_COLUMNS, 2)})
      AS given (${INTENT_COLUMNS.join()})
    WHERE NOT EXISTS (SELECT FROM tombstones
      WHERE tombstones.merchant = given.merchant AND tombstones.id = given.id)
    ON CONFLICT DO NOTHING RETURNING seq, merchant, id`,
}

/** Repeats and conflicts, ids that were reversed before they came, trace numbers used before. */
async function answerOthers(
  acts: readonly ActOf<'begin'>[],
  transaction: Transaction,
): Promise<void> {
  const { connection } = transaction
  const keys = acts.map(({ intent }) => keyOf(intent))
  const [earlier, unseen] = await Promise.all([
    paymentsOf(connection, keys),
    connection.rows(TOMBSTONES, keyColumns(keys)),
  ])
  const reversed = new Set(unseen.map((row) => keyTextIn(row)))
  for (const { at, intent } of acts) {
    const key = paymentKey(keyOf(intent))
    const payment = earlier.get(key)
    if (reversed.has(key)) transaction.answer(at, { value: REVERSED_UNSEEN })
    else if (payment !== undefined) {
      transaction.answer(at, { value: repeatOrConflict(payment, intent) })
    } else transaction.refuse(at, new StoreError('STAN_REUSED', STAN_TEXT))
  }
}

const STAN_TEXT = 'an exchange with this trace number and time exists'
const REVERSED_UNSEEN: BeginResult = Object.freeze({ kind: 'reversed-unseen' })
const CONFLICT: BeginResult = Object.freeze({ kind: 'conflict' })

const TOMBSTONES: Statement = {
  name: 'tombstones',
  text: `SELECT tombstones.merchant, tombstones.id FROM unnest($1::text[], $2::text[])
      AS given (merchant, id)
    JOIN tombstones ON tombstones.merchant = given.merchant AND tombstones.id = given.id`,
}

function repeatOrConflict(payment: Payment, intent: Row): BeginResult {
  const fingerprint = columnOf(intent, 'fingerprint')
  const isSame =
    fingerprint instanceof Uint8Array && Buffer.compare(payment.fingerprint, fingerprint) === 0
  return isSame ? { kind: 'repeat', payment } : CONFLICT
}

/** Record how exchanges ended, each of another payment. */
export async function conclude(
  given: readonly ActOf<'conclude'>[],
  transaction: Transaction,
): Promise<void> {
  const acts = given.filter(({ outcome }) => !lacksReason(outcome)).toSorted(byKey((act) => act))
  const rows = await transaction.connection.rows(UPDATE, [
    ...keyColumns(acts),
    ...listsOf(
      acts.map(({ outcome }) => outcome),
      OUTCOME_COLUMNS,
    ),
  ])
  const concluded = new Map(rows.map((row) => [keyTextIn(row), row]))
  const others: ActOf<'conclude'>[] = []
  for (const act of given) {
    const row = concluded.get(paymentKey(act))
    if (row === undefined) others.push(act)
    else moveOn(act, row, transaction)
  }
  if (others.length > 0) await refuseOthers(others, transaction)
}

/** Only what is begun may move to a state that an exchange ends in (`ALLOWED_MOVES`). */
const UPDATE: Statement = {
  name: 'conclude',
  text: `UPDATE payments SET ${OUTCOME_COLUMNS.map(assignment).join()}
    FROM unnest($1::text[], $2::text[], ${listParameters(OUTCOME_COLUMNS, 3)})
      AS given (merchant, id, ${OUTCOME_COLUMNS.join()})
    WHERE payments.merchant = given.merchant AND payments.id = given.id
      AND payments.state = 'begun'
    RETURNING payments.seq, payments.merchant, payments.id, payments.host,
      payments.business_date`,
}

/** A settlement date that the host did not tell is the business date. */
function assignment(column: (typeof OUTCOME_COLUMNS)[number]): string {
  return column === 'settlement_date'
    ? `${column} = coalesce(given.${column}, payments.business_date)`
    : `${column} = given.${column}`
}

function moveOn(
  { at, outcome }: ActOf<'conclude'>,
  row: StoredRow,
  transaction: Transaction,
): void {
  const [state, cause = null, decidedAtMs] = outcome
  const [to, reason] = [String(state) as PaymentState, cause === null ? null : String(cause)]
  const [payment, atMs] = [Number(row['seq']), Number(decidedAtMs)]
  const move = { payment, from: 'begun', to, reason, atMs } as const
  transaction.moves.append(at, move, findingsOf(outcome, String(row['business_date'])))
  if (to === 'unknown') {
    const [host, cause] = [String(row['host']), reason as ReversalCause]
    transaction.debts.owe(at, { payment, kind: 'reversal', host, cause, atMs })
  }
  transaction.answer(at, 0)
}

/** What an outcome writes beside the state; a settlement date not told is the business date. */
export function findingsOf(outcome: Row, businessDate: string): Row {
  return [...outcome.slice(1, -1), outcome.at(-1) ?? businessDate]
}

function lacksReason([to, reason = null]: Row): boolean {
  return to === 'unknown' && reason === null
}

/** Not there, moved on before, or without the reason that its reversal would need. */
async function refuseOthers(
  acts: readonly ActOf<'conclude'>[],
  transaction: Transaction,
): Promise<void> {
  const states = await transaction.connection.rows(STATES, keyColumns(acts))
  const stateOf = new Map(states.map((row) => [keyTextIn(row), String(row['state'])]))
  for (const { at, merchant, id, outcome } of acts) {
    const from = stateOf.get(paymentKey({ merchant, id }))
    transaction.refuse(at, refusalOf(from as PaymentState | undefined, outcome, transaction))
  }
}

function refusalOf(from: PaymentState | undefined, [to]: Row, { moves }: Transaction): StoreError {
  if (from === undefined) return new StoreError('PAYMENT_NOT_FOUND', 'no such payment was begun')
  try {
    moves.check(from, String(to) as PaymentState)
  } catch (thrown) {
    if (thrown instanceof StoreError) return thrown
    throw thrown
  }
  return new StoreError(
    'ACT_INVALID',
    'what is unknown needs a reason, which is the cause of its reversal',
  )
}

const STATES: Statement = {
  name: 'states',
  text: `SELECT payments.merchant, payments.id, payments.state
    FROM unnest($1::text[], $2::text[]) AS given (merchant, id)
    JOIN payments ON payments.merchant = given.merchant AND payments.id = given.id`,
}

export async function find(
  acts: readonly ActOf<'find'>[],
  { connection, answer }: Transaction,
): Promise<void> {
  const found = await paymentsOf(connection, acts)
  for (const { at, merchant, id } of acts) {
    answer(at, { value: found.get(paymentKey({ merchant, id })) })
  }
}

/**
 * Owe the reversal of an approved payment; of one never seen, keep that it must not come. The
 * transaction holds off every other that begins payments.
 */
export async function reverse(
  { at, merchant, id, atMs }: ActOf<'reverse'>,
  transaction: Transaction,
): Promise<void> {
  const { connection, moves, debts } = transaction
  const [row] = await connection.rows(PLACE, [merchant, id])
  if (row === undefined) {
    await connection.rows(ENTOMB, [merchant, id, atMs])
    transaction.answer(at, { value: undefined })
    return
  }
  if (row['state'] === 'approved') {
    const [payment, host] = [Number(row['seq']), String(row['host'])]
    await connection.rows(MOVE_ON, ['reversing', payment])
    const reason = 'merchant-asked'
    moves.append(at, { payment, from: 'approved', to: 'reversing', reason, atMs }, [])
    debts.owe(at, { payment, kind: 'reversal', host, cause: reason, atMs })
  }
  const found = await paymentsOf(connection, [{ merchant, id }])
  transaction.answer(at, { value: found.get(paymentKey({ merchant, id })) })
}

const PLACE: Statement = {
  name: 'place',
  text: 'SELECT seq, state, host FROM payments WHERE merchant = $1 AND id = $2 FOR UPDATE',
}

const ENTOMB: Statement = {
  name: 'entomb',
  text: 'INSERT INTO tombstones (merchant, id, at_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
}

/** Writes the new state of a payment and nothing else of it. */
export const MOVE_ON: Statement = {
  name: 'move-on',
  text: 'UPDATE payments SET state = $1 WHERE seq = $2',
}

export async function isReversedUnseen(
  { at, ...key }: ActOf<'isReversedUnseen'>,
  { connection, answer }: Transaction,
): Promise<void> {
  const rows = await connection.rows(TOMBSTONES, keyColumns([key]))
  answer(at, { value: rows.length > 0 })
}

async function paymentsOf(
  connection: Connection,
  keys: readonly PaymentKey[],
): Promise<ReadonlyMap<string, Payment>> {
  const rows = await connection.rows(FIND, keyColumns(keys))
  return new Map(rows.map((row) => [keyTextIn(row), paymentOf(row)]))
}

const FIND: Statement = {
  name: 'find',
  text: `SELECT payments.*, captures.* FROM unnest($1::text[], $2::text[]) AS given (merchant, id)
    JOIN (${PAYMENT_TABLES})
      ON payments.merchant = given.merchant AND payments.id = given.id`,
}

function seqByKey(rows: readonly StoredRow[]): ReadonlyMap<string, number> {
  return new Map(rows.map((row) => [keyTextIn(row), Number(row['seq'])]))
}

function keyTextIn({ merchant, id }: StoredRow): string {
  return paymentKey({ merchant: String(merchant), id: String(id) })
}

function keyColumns(keys: readonly PaymentKey[]): [string[], string[]] {
  return [keys.map(({ merchant }) => merchant), keys.map(({ id }) => id)]
}

/** Nodes that write the same payments at once do so in one order, so that none waits in vain. */
function byKey<T>(keyOf: (it: T) => PaymentKey): (a: T, b: T) => number {
  return (one, other) => {
    const [a, b] = [keyOf(one), keyOf(other)]
    if (a.merchant !== b.merchant) return a.merchant < b.merchant ? -1 : 1
    return a.id < b.id ? -1 : Number(a.id > b.id)
  }
}
