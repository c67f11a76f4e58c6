import {
  createLedgerJudge,
  SELECT_BALANCES,
  SELECT_DAYS,
  SELECT_UNPOSTED,
  SELECT_WITH_ENTRIES,
  type SeenOfLedger,
} from '../../ledger/ledger-judge.ts'
import type { FaultList } from '../../upkeep/faults.ts'
import type { Connection, Statement } from '../connection.ts'

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
