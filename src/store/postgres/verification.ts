import type { Clock } from '#platform'
import type { ChainHead } from '../journal-chain.ts'
import { PAYMENT_TABLES, type StoredRow } from '../payment-row.ts'
import { createTabCheck, TABS_TO_CHECK } from '../tabs/tab-check.ts'
import { createEventJudge, type EventJudge, type States } from '../upkeep/event-check.ts'
import { createFaultList, type FaultList } from '../upkeep/faults.ts'
import { createStates, type Verification } from '../upkeep/verification.ts'
import { openBeside } from './beside.ts'
import type { Connection, Statement } from './connection.ts'
import { checkPostgresLedger } from './ledger/check.ts'
import type { PostgresPlace } from './place.ts'

export interface VerifyingParts {
  readonly clock: Clock
  /** Hashes of events that were noted elsewhere, 64 lower-case hexadecimal digits each. */
  readonly wanted: readonly string[]
}

/**
 * Hold a whole store against itself: the chains of its nodes, every payment against its events,
 * each node's row against the end of its chain. Of the database's own files it says nothing.
 *
 * Nodes may be running on it. All of it is read in one state, which the server keeps for so long.
 */
export async function verifyPostgres(
  place: PostgresPlace,
  { clock, wanted }: VerifyingParts,
): Promise<Verification> {
  const beside = await openBeside(place, { clock, schema: 'read' })
  try {
    return await beside.read((connection) => verifyRecords(connection, wanted))
  } finally {
    await beside.close()
  }
}

async function verifyRecords(
  connection: Connection,
  wanted: readonly string[],
): Promise<Verification> {
  const [states, faults, unseen] = [createStates(), createFaultList(), new Set(wanted)]
  let seen = new Map<number, StoredRow>()
  const judge = createEventJudge({
    ...{ states, faults, wanted: unseen },
    believes: false,
    paymentOf: (payment) => seen.get(payment),
  })
  await connection.script('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const events = await inStretches(connection, EVENTS, async (rows) => {
    seen = await paymentsOf(connection, rows)
    for (const row of rows) judge.next(row)
  })
  const payments = await inStretches(connection, PAYMENTS, async (rows) => {
    for (const row of rows) checkState(row, states, faults)
  })
  await checkHeads(connection, judge, faults)
  const ledger = await checkPostgresLedger(connection, faults)
  await inStretches(connection, TABS, (rows) => checkTabs(connection, rows, faults))
  await connection.script('COMMIT')
  for (const hash of unseen) faults.add('head', 'chain', `no event has the hash ${hash}`)
  return {
    ...{ payments, events, ledger, heads: judge.heads(), restorations: [] },
    ...(judge.chainedFrom === undefined ? {} : { chainedFrom: judge.chainedFrom }),
    faults: faults.first,
    faultCount: faults.count,
  }
}

/** Rows that one statement reads. */
const STRETCH = 2_000

/** @param statement gives rows whose `seq` is greater than its first parameter, in order */
async function inStretches(
  connection: Connection,
  statement: Statement,
  look: (rows: readonly StoredRow[]) => Promise<void>,
): Promise<number> {
  let count = 0
  for (let at = 0, isOver = false; !isOver; ) {
    const rows = await connection.rows(statement, [at, STRETCH])
    await look(rows)
    at = Number(rows.at(-1)?.['seq'])
    count += rows.length
    isOver = rows.length < STRETCH
  }
  return count
}

const EVENTS: Statement = {
  name: 'events-stretch',
  text: `SELECT seq, node, payment, from_state, to_state, reason, at_ms,
      encode(content, 'hex') AS content, encode(hash, 'hex') AS hash
    FROM payment_events WHERE seq > $1 ORDER BY seq LIMIT $2`,
}

const PAYMENTS: Statement = {
  name: 'payments-stretch',
  text: 'SELECT seq, state FROM payments WHERE seq > $1 ORDER BY seq LIMIT $2',
}

async function paymentsOf(
  connection: Connection,
  events: readonly StoredRow[],
): Promise<Map<number, StoredRow>> {
  const seqs = [...new Set(events.map((row) => Number(row['payment'])))]
  const rows = await connection.rows(THESE_PAYMENTS, [seqs])
  return new Map(rows.map((row) => [Number(row['seq']), row]))
}

const THESE_PAYMENTS: Statement = {
  name: 'these-payments',
  text: `SELECT * FROM ${PAYMENT_TABLES} WHERE seq = ANY ($1::bigint[])`,
}

function checkState({ seq, state }: StoredRow, states: States, faults: FaultList): void {
  if (states.get(Number(seq)) === state) return
  faults.add('state', `payment ${seq}`, 'is not where its last event led')
}

/** Who cuts off the newest events must find each node's own row, too. */
async function checkHeads(
  connection: Connection,
  judge: EventJudge,
  faults: FaultList,
): Promise<void> {
  const ends = new Map(judge.heads().map((head) => [head.node, head]))
  for (const row of await connection.rows(HEADS)) {
    const [node, end] = [String(row['name']), ends.get(String(row['name']))]
    if (isSame(end, row)) continue
    faults.add('head', `chain of ${node}`, 'ends with another event than its node has noted')
  }
}

async function checkTabs(
  connection: Connection,
  tabs: readonly StoredRow[],
  faults: FaultList,
): Promise<void> {
  for (const tab of tabs) {
    const check = createTabCheck(tab, faults)
    for (let at = 0, isOver = false; !isOver; ) {
      const charges = await connection.rows(CHARGES, [Number(tab['seq']), at, STRETCH])
      for (const charge of charges) check.next(charge)
      at = Number(charges.at(-1)?.['number'])
      isOver = charges.length < STRETCH
    }
    check.end()
  }
}

const TABS: Statement = {
  name: 'tabs-stretch',
  text: `${TABS_TO_CHECK} $1 ORDER BY tabs.seq LIMIT $2`,
}

const CHARGES: Statement = {
  name: 'charges-stretch',
  text: 'SELECT * FROM tab_charges WHERE tab = $1 AND number > $2 ORDER BY number LIMIT $3',
}

function isSame(end: ChainHead | undefined, row: StoredRow): boolean {
  return end === undefined
    ? row['head_event'] === null
    : end.event === row['head_event'] && end.hash === row['head']
}

const HEADS: Statement = {
  name: 'heads',
  text: `SELECT name, head_event, encode(head, 'hex') AS head FROM nodes`,
}
