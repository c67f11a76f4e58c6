import type { Clock } from '#platform'
import {
  createLedgerJudge,
  SELECT_BALANCES,
  SELECT_DAYS,
  SELECT_UNPOSTED,
  SELECT_WITH_ENTRIES,
  type SeenOfLedger,
} from '../../ledger/ledger-judge.ts'
import { createFaultList, type FaultList } from '../../upkeep/faults.ts'
import type { LedgerVerification } from '../../upkeep/ledger-verification.ts'
import { openBeside } from '../beside.ts'
import type { Connection, Statement } from '../connection.ts'
import type { PostgresPlace } from '../place.ts'

/** The part of `verifyPostgres` that is about the ledger, in one state of the database. */
export async function verifyPostgresLedger(
  place: PostgresPlace,
  { clock }: { readonly clock: Clock },
): Promise<LedgerVerification> {
  const beside = await openBeside(place, { clock, schema: 'read' })
  try {
    return await beside.read(async (connection) => {
      const faults = createFaultList()
      await connection.script('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      const ledger = await checkPostgresLedger(connection, faults)
      await connection.script('COMMIT')
      return { ledger, faults: faults.first, faultCount: faults.count }
    })
  } finally {
    await beside.close()
  }
}

/**
 * Hold the ledger against its entries, and the moves of payments against the ledger, in a
 * transaction that sees one state.
 *
 * @returns what there is
 */
export async function checkPostgresLedger(
  connection: Connection,
  faults: FaultList,
): Promise<SeenOfLedger> {
  const judge = createLedgerJudge(faults)
  const [last] = await connection.rows(LAST)
  for (let at = 0; at < Number(last?.['posting']); at += STRETCH) {
    for (const row of await connection.rows(POSTINGS, [at, at + STRETCH])) judge.next(row)
  }
  for (let at = 0; at < Number(last?.['event']); at += STRETCH) {
    for (const { seq } of await connection.rows(UNPOSTED, [at, at + STRETCH])) {
      faults.add('ledger', `event ${seq}`, 'moved money and posted none')
    }
  }
  judge.finish({
    accounts: await connection.rows(BALANCES),
    days: await connection.rows(DAYS),
    closings: await connection.rows(CLOSINGS),
  })
  return judge.seen
}

/** Numbers that one statement looks at. */
const STRETCH = 2_000

const LAST: Statement = {
  name: 'last-of-ledger',
  text: `SELECT (SELECT coalesce(max(seq), 0) FROM ledger_postings) AS posting,
    (SELECT coalesce(max(seq), 0) FROM payment_events) AS event`,
}

const POSTINGS: Statement = { name: 'postings-stretch', text: SELECT_WITH_ENTRIES }
const UNPOSTED: Statement = { name: 'unposted-stretch', text: SELECT_UNPOSTED }
const BALANCES: Statement = { name: 'ledger-balances', text: SELECT_BALANCES }
const DAYS: Statement = { name: 'ledger-days', text: SELECT_DAYS }

const CLOSINGS: Statement = {
  name: 'ledger-closings',
  text: `SELECT business_date, encode(hash, 'hex') AS hash FROM ledger_closings
    ORDER BY business_date`,
}
