import type { Clock } from '#platform'
import {
  type CorrectionOrder,
  correctable,
  correctionFacts,
  mirrorOf,
  SELECT_CORRECTABLE,
} from '../../ledger/correction.ts'
import { entryOf, SELECT_ENTRIES } from '../../ledger/entry-row.ts'
import type { LedgerDesk } from '../../ledger/ledger-desk.ts'
import { openBeside } from '../beside.ts'
import type { Connection, Statement } from '../connection.ts'
import { DESK, holdHead } from '../nodes.ts'
import type { PostgresPlace } from '../place.ts'
import { lookUp } from './lookup.ts'
import { writePostings } from './writing.ts'

export async function openPostgresLedgerDesk(
  place: PostgresPlace,
  { clock }: { readonly clock: Clock },
): Promise<LedgerDesk> {
  const beside = await openBeside(place, { clock, schema: 'make' })
  return {
    correct(posting, by) {
      const order = { posting, by, atMs: clock.nowMs() }
      return beside.transact((connection) => correct(connection, order))
    },
    close: beside.close,
  }
}

/** Nobody else at a desk writes meanwhile. */
async function correct(
  connection: Connection,
  { posting, by, atMs }: CorrectionOrder,
): Promise<void> {
  await holdHead(connection, DESK)
  const [row] = await connection.rows(WRONG, [posting])
  const wrong = correctable(row)
  const set = mirrorOf((await connection.rows(ENTRIES, [posting])).map(entryOf))
  const { numbers, openDate } = await lookUp(connection, { moves: [], orders: [], postings: 1 })
  const businessDate = openDate(String(wrong['business_date']))
  const facts = { ...correctionFacts(wrong, posting), by, businessDate, atMs }
  await writePostings(connection, DESK, [{ posting: numbers[0] ?? 0, set, facts }])
}

const WRONG: Statement = { name: 'correctable', text: `${SELECT_CORRECTABLE} WHERE post.seq = $1` }

const ENTRIES: Statement = {
  name: 'entries-of',
  text: `${SELECT_ENTRIES} WHERE posting = $1 ORDER BY place`,
}
