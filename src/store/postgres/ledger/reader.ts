import type { Clock } from '#platform'
import { type LedgerReader, ledgerReaderOver } from '../../ledger/ledger-reader.ts'
import { openBeside } from '../beside.ts'
import type { PostgresPlace } from '../place.ts'

export async function openPostgresLedgerReader(
  place: PostgresPlace,
  { clock }: { readonly clock: Clock },
): Promise<LedgerReader> {
  const beside = await openBeside(place, { clock, schema: 'read' })
  return ledgerReaderOver(
    (statement, values) => beside.read((connection) => connection.rows(statement, values)),
    beside.close,
  )
}
