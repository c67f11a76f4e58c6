import type { INTENT_COLUMNS, OUTCOME_COLUMNS, Row } from '../payment-row.ts'

type Column = (typeof INTENT_COLUMNS)[number] | (typeof OUTCOME_COLUMNS)[number]

/** The type of a list of a column's values; text, where it is not here. */
const ARRAY_TYPES: Readonly<Partial<Record<Column, string>>> = {
  amount_minor: 'bigint[]',
  accept_partial: 'smallint[]',
  stan: 'integer[]',
  begun_at_ms: 'bigint[]',
  decided_at_ms: 'bigint[]',
  approved_minor: 'bigint[]',
  fingerprint: 'bytea[]',
  pan_hash: 'bytea[]',
  sealed_image: 'bytea[]',
}

/** Parameters for one list a column, as `unnest` takes them. @param first number of the first */
export function listParameters(columns: readonly Column[], first: number): string {
  return columns
    .map((column, index) => `$${first + index}::${ARRAY_TYPES[column] ?? 'text[]'}`)
    .join()
}

/** Their values: rows as a list for each column. */
export function listsOf(rows: readonly Row[], columns: readonly Column[]): Row[] {
  return columns.map((_, index) => rows.map((row) => row[index] ?? null))
}
