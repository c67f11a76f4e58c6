import type { Statement } from './connection.ts'

/** What advisory locks of this program are about: the first half of their keys. */
export const LOCK = Object.freeze({
  migration: 0x53706c01,
  claim: 0x53706c02,
  instance: 0x53706c03,
  tombstones: 0x53706c04,
  days: 0x53706c05,
  stans: 0x53706c06,
  registry: 0x53706c07,
})

/** Hold off everybody else who wants the same lock of the same name until the transaction ends. */
export const HOLD: Statement = {
  name: 'hold',
  text: 'SELECT pg_advisory_xact_lock($1::integer, hashtext($2)) IS NULL AS held',
}
