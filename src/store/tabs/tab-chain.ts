import { CHAIN_START, contentHash, eventHash } from '../journal-chain.ts'
import type { Row, StoredRow } from '../payment-row.ts'
import { CHARGE_COLUMNS, type ChargeRow, TAB_TERM_COLUMNS } from './tab-row.ts'

/**
 * Where the chain of a tab begins: the hash of its terms (specs/store.md, "Tabs").
 *
 * @param payment number of its authorization in `payments`
 * @param terms values of {@link TAB_TERM_COLUMNS}
 */
export function tabStart(payment: number, terms: Row): string {
  return eventHash(CHAIN_START, [payment, contentHash(TAB_TERM_COLUMNS, terms)])
}

/** Of a row of `tabs`. */
export function tabStartOf(row: StoredRow): string {
  const terms = TAB_TERM_COLUMNS.map((column) => row[column] ?? null)
  const content = contentHash(TAB_TERM_COLUMNS, terms)
  return eventHash(CHAIN_START, [Number(row['payment']), content])
}

/** The hash of a charge and of the one before it on its tab. */
export function chargeHash(previous: string, charge: ChargeRow): string {
  return eventHash(previous, charge)
}

/** Of a row of `tab_charges`. */
export function chargeHashOf(previous: string, row: StoredRow): string {
  return eventHash(
    previous,
    CHARGE_COLUMNS.map((column) => row[column] ?? null),
  )
}
