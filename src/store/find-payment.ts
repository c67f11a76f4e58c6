import type { DatabaseSync } from 'node:sqlite'
import type { Payment } from '#domain'
import { FOLLOW_UP_COUNTS, followUpsOf, PAYMENT_TABLES, paymentOf } from './payment-row.ts'

/** Reads one payment of a merchant, with what has followed it up. */
export function createFind(database: DatabaseSync) {
  const select = database.prepare(`SELECT * FROM ${PAYMENT_TABLES} WHERE merchant = ? AND id = ?`)
  const counts = database.prepare(
    `SELECT ${FOLLOW_UP_COUNTS} FROM payments WHERE merchant = ? AND original_id = ?
     GROUP BY operation, state`,
  )
  return (merchant: string, id: string): Payment | undefined => {
    const row = select.get(merchant, id)
    if (row === undefined) return undefined
    const followUps = followUpsOf(counts.all(merchant, id))
    return followUps ? { ...paymentOf(row), followUps } : paymentOf(row)
  }
}
