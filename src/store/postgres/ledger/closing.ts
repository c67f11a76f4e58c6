import { CHAIN_START } from '../../journal-chain.ts'
import { closingHash, SELECT_TOTALS } from '../../ledger/closings.ts'
import type { Connection, Statement } from '../connection.ts'
import { HOLD, LOCK } from '../locks.ts'

/** Close every day that has postings and of which, for no host, anything is open. */
export async function closeLedgerDays(connection: Connection, atMs: number): Promise<void> {
  await connection.rows(HOLD, [LOCK.days, 'ledger'])
  const [newest] = await connection.rows(NEWEST)
  let previous = String(newest?.['hash'] ?? CHAIN_START)
  for (const row of await connection.rows(DUE)) {
    const date = String(row['date'])
    await connection.rows(OPEN, [date])
    await connection.rows(CARRY, [date])
    previous = closingHash(previous, date, await connection.rows(TOTALS, [date]))
    await connection.rows(CLOSE, [date, previous, atMs])
  }
}

const NEWEST: Statement = {
  name: 'newest-closing',
  text: `SELECT encode(hash, 'hex') AS hash FROM ledger_closings
    ORDER BY business_date DESC LIMIT 1`,
}

const DUE: Statement = {
  name: 'ledger-days-due',
  text: `SELECT DISTINCT business_date AS date FROM ledger_node_days
    WHERE business_date > coalesce((SELECT max(business_date) FROM ledger_closings), '')
      AND NOT EXISTS (SELECT FROM business_days WHERE state <> 'closed' AND date <= business_date)
    ORDER BY business_date`,
}

const OPEN: Statement = {
  name: 'open-totals',
  text: `INSERT INTO ledger_openings (business_date, account, opening_minor)
    SELECT DISTINCT business_date, account, closed_minor FROM ledger_node_days
    JOIN ledger_accounts ON ledger_accounts.seq = account WHERE business_date = $1`,
}

const CARRY: Statement = {
  name: 'carry-totals',
  text: `UPDATE ledger_accounts SET closed_minor = closed_minor + net FROM (
      SELECT account, sum(debit_minor - credit_minor) AS net FROM ledger_node_days
      WHERE business_date = $1 GROUP BY account
    ) AS day WHERE ledger_accounts.seq = day.account`,
}

const TOTALS: Statement = {
  name: 'day-totals',
  text: `${SELECT_TOTALS} WHERE business_date = $1`,
}

const CLOSE: Statement = {
  name: 'close-ledger-day',
  text: `INSERT INTO ledger_closings (business_date, hash, at_ms)
    VALUES ($1, decode($2, 'hex'), $3)`,
}
