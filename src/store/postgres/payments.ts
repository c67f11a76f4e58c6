import type { PaymentState, ReversalCause } from '#domain'
import { StoreError } from '../errors.ts'
import { INTENT_COLUMNS, OUTCOME_COLUMNS, type Row } from '../payment-row.ts'
import { type BeginResult, followUpRefusal, repeatOrConflict } from '../payments.ts'
import { type ActOf, columnOf, keyOf, originalOf } from './act.ts'
import { listParameters, listsOf } from './columns.ts'
import type { Statement, StoredRow } from './connection.ts'
import { byKey, findPayments, keyColumns, keyTextIn } from './find-payments.ts'
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
  transaction: Transaction,
): Promise<void> {
  const refused = await refusedFollowUps(given, transaction)
  if (refused.size > 0) await answerRefused(refused, transaction)
  const acts = given.filter((act) => !refused.has(act))
  if (acts.length > 0) await beginAll(acts, transaction)
}

type Refused = ReadonlyMap<ActOf<'begin'>, BeginResult>

/** What follows another payment up is judged by how that stands, and nothing moves it meanwhile. */
async function refusedFollowUps(
  given: readonly ActOf<'begin'>[],
  { connection }: Transaction,
): Promise<Refused> {
  const acts = given.filter(({ intent }) => originalOf(intent) !== undefined)
  if (acts.length === 0) return new Map()
  const keys = acts.flatMap(({ intent }) => originalOf(intent) ?? [])
  await connection.rows(HOLD, keyColumns(keys.toSorted(byKey((key) => key))))
  const originals = await findPayments(connection, keys)
  return new Map(
    acts.flatMap((act) => {
      const key = originalOf(act.intent)
      const why = key && followUpRefusal(act.intent, originals.get(paymentKey(key)))
      return why === undefined ? [] : [[act, why] as const]
    }),
  )
}

const HOLD: Statement = {
  name: 'hold-originals',
  text: `SELECT payments.seq FROM unnest($1::text[], $2::text[]) AS given (merchant, id)
    JOIN payments ON payments.merchant = given.merchant AND payments.id = given.id
    FOR UPDATE OF payments`,
}

/** A repeat gets its answer, whatever has become of the original since. */
async function answerRefused(refused: Refused, { connection, answer }: Transaction): Promise<void> {
  const keys = [...refused.keys()].map(({ intent }) => keyOf(intent))
  const [earlier, unseen] = await Promise.all([
    findPayments(connection, keys),
    connection.rows(TOMBSTONES, keyColumns(keys)),
  ])
  const reversed = new Set(unseen.map((row) => keyTextIn(row)))
  for (const [{ at, intent }, why] of refused) {
    const key = paymentKey(keyOf(intent))
    const payment = earlier.get(key)
    if (reversed.has(key)) answer(at, { value: REVERSED_UNSEEN })
    else answer(at, { value: payment === undefined ? why : repeatOrConflict(payment, intent) })
  }
}

async function beginAll(
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
    findPayments(connection, keys),
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

const TOMBSTONES: Statement = {
  name: 'tombstones',
  text: `SELECT tombstones.merchant, tombstones.id FROM unnest($1::text[], $2::text[])
      AS given (merchant, id)
    JOIN tombstones ON tombstones.merchant = given.merchant AND tombstones.id = given.id`,
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
  const found = await findPayments(connection, acts)
  for (const { at, merchant, id } of acts) {
    answer(at, { value: found.get(paymentKey({ merchant, id })) })
  }
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

function seqByKey(rows: readonly StoredRow[]): ReadonlyMap<string, number> {
  return new Map(rows.map((row) => [keyTextIn(row), Number(row['seq'])]))
}
