import type { Payment } from '#domain'
import { FOLLOW_UP_COUNTS, followUpsOf, PAYMENT_TABLES, paymentOf } from '../payment-row.ts'
import type { PaymentKey } from './act.ts'
import type { Connection, Statement, StoredRow } from './connection.ts'
import { paymentKey } from './rounds.ts'

/** Read payments, each with what has followed it up, by the text of their keys. */
export async function findPayments(
  connection: Connection,
  keys: readonly PaymentKey[],
): Promise<ReadonlyMap<string, Payment>> {
  const [rows, counts] = await Promise.all([
    connection.rows(FIND, keyColumns(keys)),
    connection.rows(COUNT, keyColumns(keys)),
  ])
  const countsOf = Map.groupBy(counts, keyTextIn)
  return new Map(
    rows.map((row) => {
      const key = keyTextIn(row)
      const followUps = followUpsOf(countsOf.get(key) ?? [])
      return [key, followUps ? { ...paymentOf(row), followUps } : paymentOf(row)]
    }),
  )
}

const FIND: Statement = {
  name: 'find',
  text: `SELECT payments.*, captures.* FROM unnest($1::text[], $2::text[]) AS given (merchant, id)
    JOIN (${PAYMENT_TABLES})
      ON payments.merchant = given.merchant AND payments.id = given.id`,
}

const COUNT: Statement = {
  name: 'count-follow-ups',
  text: `SELECT given.merchant, given.id, ${FOLLOW_UP_COUNTS}
    FROM unnest($1::text[], $2::text[]) AS given (merchant, id)
    JOIN payments ON payments.merchant = given.merchant AND payments.original_id = given.id
    GROUP BY given.merchant, given.id, operation, state`,
}

export function keyTextIn({ merchant, id }: StoredRow): string {
  return paymentKey({ merchant: String(merchant), id: String(id) })
}

export function keyColumns(keys: readonly PaymentKey[]): [string[], string[]] {
  return [keys.map(({ merchant }) => merchant), keys.map(({ id }) => id)]
}

/** Nodes that write the same payments at once do so in one order, so that none waits in vain. */
export function byKey<T>(keyOf: (it: T) => PaymentKey): (a: T, b: T) => number {
  return (one, other) => {
    const [a, b] = [keyOf(one), keyOf(other)]
    if (a.merchant !== b.merchant) return a.merchant < b.merchant ? -1 : 1
    return a.id < b.id ? -1 : Number(a.id > b.id)
  }
}
