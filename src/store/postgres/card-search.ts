import type { Clock } from '#platform'
import { type PaymentReader, searchBack } from '../card-search.ts'
import { PAYMENT_TABLES } from '../payment-row.ts'
import { openBeside } from './beside.ts'
import type { Statement } from './connection.ts'
import type { PostgresPlace } from './place.ts'

/**
 * Payments are looked at by their numbers, of which some belong to none: an id that came again took
 * one.
 */
export async function openPostgresReader(
  place: PostgresPlace,
  lookedAtMax: number,
  { clock }: { readonly clock: Clock },
): Promise<PaymentReader> {
  const beside = await openBeside(place, { clock, schema: 'read' })
  return {
    findByCard: (panHash, limit) =>
      beside.read(async (connection) => {
        const [newest] = await connection.rows(NEWEST)
        return searchBack(Number(newest?.['seq']), { limit, lookedAtMax }, (from, to, count) =>
          connection.rows(STRETCH, [from, to, panHash, count]),
        )
      }),
    close: beside.close,
  }
}

const NEWEST: Statement = {
  name: 'newest-payment',
  text: 'SELECT coalesce(max(seq), 0) AS seq FROM payments',
}

const STRETCH: Statement = {
  name: 'card-stretch',
  text: `SELECT * FROM ${PAYMENT_TABLES} WHERE seq > $1 AND seq <= $2 AND pan_hash = $3
    ORDER BY seq DESC LIMIT $4`,
}
