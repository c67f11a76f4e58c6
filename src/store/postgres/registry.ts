import type { Clock } from '#platform'
import type { Registry } from '../registry.ts'
import { openBeside } from './beside.ts'
import { readMerchants, writeMerchant } from './merchants.ts'
import type { PostgresPlace } from './place.ts'

export async function openPostgresRegistry(
  place: PostgresPlace,
  { clock }: { readonly clock: Clock },
): Promise<Registry> {
  const beside = await openBeside(place, { clock, schema: 'make' })
  return {
    putMerchant(merchant, by) {
      const change = { merchant, by, atMs: clock.nowMs() }
      return beside.transact((connection) => writeMerchant(connection, change))
    },
    merchants: () => beside.read(readMerchants),
    close: beside.close,
  }
}
