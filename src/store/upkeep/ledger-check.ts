import type { DatabaseSync } from 'node:sqlite'
import {
  createLedgerJudge,
  SELECT_BALANCES,
  SELECT_DAYS,
  SELECT_UNPOSTED,
  SELECT_WITH_ENTRIES,
  type SeenOfLedger,
} from '../ledger/ledger-judge.ts'
import { damageOf, type FaultList } from './faults.ts'

/**
 * Hold the ledger against its entries, and the moves of payments against the ledger. It yields
 * after every stretch, with no transaction open; what came meanwhile is looked at in the last one.
 *
 * @param within runs what reads on one state of the store
 * @returns what there is
 */
export function* checkLedger(
  database: DatabaseSync,
  faults: FaultList,
  within: <T>(read: () => T) => T,
): Generator<void, SeenOfLedger> {
  const judge = createLedgerJudge(faults)
  const postings = inStretches(database, 'ledger_postings', SELECT_WITH_ENTRIES)
  const events = inStretches(database, 'payment_events', SELECT_UNPOSTED)
  const followSome = () => postings.next((row) => judge.next(row))
  const unpostedSome = () =>
    events.next(({ seq }) => faults.add('ledger', `event ${seq}`, 'moved money and posted none'))
  const finish = () => {
    while (followSome());
    judge.finish({
      accounts: database.prepare(SELECT_BALANCES).all(),
      days: database.prepare(SELECT_DAYS).all(),
      closings: database.prepare(SELECT_CLOSINGS).all(),
    })
  }
  try {
    while (within(followSome)) yield
    while (within(unpostedSome)) yield
    within(finish)
  } catch (thrown) {
    faults.add('structure', 'ledger', damageOf(thrown))
  }
  return judge.seen
}

/** What a start can afford: all that anybody has comes to nothing, in each currency. */
export function checkLedgerBalance(database: DatabaseSync, faults: FaultList): void {
  const uneven = database.prepare(
    `SELECT currency FROM ledger_accounts GROUP BY currency HAVING sum(balance_minor) <> 0`,
  )
  for (const { currency } of uneven.all()) {
    faults.add('ledger', 'accounts', `are not zero together in ${currency}`)
  }
}

const SELECT_CLOSINGS = `SELECT business_date, lower(hex(hash)) AS hash FROM ledger_closings
  ORDER BY business_date`

/** Numbers of a table that one transaction looks at. */
const STRETCH = 2_000

function inStretches(database: DatabaseSync, table: string, select: string) {
  const last = database.prepare(`SELECT coalesce(max(seq), 0) AS seq FROM ${table}`)
  const rows = database.prepare(select)
  let at = 0
  return {
    /** @returns whether there may be more */
    next(look: (row: ReturnType<typeof rows.all>[number]) => void): boolean {
      const end = Number(last.get()?.seq)
      const to = Math.min(at + STRETCH, end)
      for (const row of rows.all({ $1: at, $2: to })) look(row)
      at = to
      return to < end
    },
  }
}
