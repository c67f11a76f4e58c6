import { STAN_MAX } from '#domain'
import { StoreError } from '../errors.ts'
import type { StanLease } from '../stan-leases.ts'
import type { ActOf } from './act.ts'
import type { Connection, Statement } from './connection.ts'
import { HOLD, LOCK } from './locks.ts'
import type { Transaction } from './transaction.ts'

/**
 * Lease trace numbers that no other node numbers exchanges from, nor did so lately.
 *
 * A node hands out its leases one after the other and asks for the next while it has the last one,
 * so that it has left all but its newest. Of its own numbers it knows itself which are open.
 *
 * @param restMs how long numbers rest that another node has left
 */
export async function leaseStans(
  { at, host, count }: ActOf<'leaseStans'>,
  { connection, node, answer }: Transaction,
  restMs: number,
): Promise<void> {
  if (!Number.isInteger(count) || count < 1 || count > STAN_MAX) {
    throw new StoreError('ACT_INVALID', `a lease is of 1 to ${STAN_MAX} trace numbers`)
  }
  await connection.rows(HOLD, [LOCK.stans, host])
  const [mark] = await connection.rows(MARK, [host])
  const first = freeFrom(
    { first: Number(mark?.['next'] ?? 1), count },
    await otherLeases(connection, { host, node, restMs }),
  )
  await connection.rows(LEAVE, [host, node])
  await connection.rows(LEASE, [host, node, first, count])
  await connection.rows(ADVANCE, [host, numberAfter(first, count)])
  answer(at, { value: { first, count } satisfies StanLease })
}

const MARK: Statement = {
  name: 'stan-mark',
  text: 'SELECT next FROM stan_marks WHERE host = $1',
}

const ADVANCE: Statement = {
  name: 'advance-stan-mark',
  text: `INSERT INTO stan_marks (host, next) VALUES ($1, $2)
    ON CONFLICT (host) DO UPDATE SET next = excluded.next`,
}

const LEASE: Statement = {
  name: 'lease-stans',
  text: 'INSERT INTO stan_leases (host, node, first, count) VALUES ($1, $2, $3, $4)',
}

const LEAVE: Statement = {
  name: 'leave-stans',
  text: `UPDATE stan_leases SET left_at = clock_timestamp()
    WHERE host = $1 AND node = $2 AND left_at IS NULL
      AND seq < (SELECT max(seq) FROM stan_leases WHERE host = $1 AND node = $2)`,
}

/** Ranges that another node may still number exchanges from, or did lately. */
async function otherLeases(
  connection: Connection,
  { host, node, restMs }: { readonly host: string; readonly node: string; readonly restMs: number },
): Promise<readonly StanLease[]> {
  await connection.rows(FORGET, [host, restMs])
  const rows = await connection.rows(OTHERS, [host, node])
  return rows.map((row) => ({ first: Number(row['first']), count: Number(row['count']) }))
}

const FORGET: Statement = {
  name: 'forget-stans',
  text: `DELETE FROM stan_leases
    WHERE host = $1 AND left_at < clock_timestamp() - $2 * interval '1 millisecond'`,
}

const OTHERS: Statement = {
  name: 'other-stans',
  text: 'SELECT first, count FROM stan_leases WHERE host = $1 AND node <> $2',
}

/**
 * Where a range begins that has no number of any of the leases: at the wanted place, or behind what
 * is in the way.
 *
 * @throws StoreError `STANS_TAKEN`
 */
export function freeFrom(wanted: StanLease, leases: readonly StanLease[]): number {
  let { first } = wanted
  // After so many steps it has come round.
  for (let passed = 0; passed <= leases.length; passed++) {
    const inTheWay = leases.find((lease) => overlap({ ...wanted, first }, lease))
    if (inTheWay === undefined) return first
    first = numberAfter(inTheWay.first, inTheWay.count)
  }
  throw new StoreError('STANS_TAKEN', 'other nodes have, or had a moment ago, all trace numbers')
}

/** Whether two ranges on the circle of trace numbers have a number in common. */
function overlap(a: StanLease, b: StanLease): boolean {
  return ahead(a.first, b.first) < a.count || ahead(b.first, a.first) < b.count
}

/** How many steps it is from one number on to another. */
function ahead(from: number, to: number): number {
  return (to - from + STAN_MAX) % STAN_MAX
}

function numberAfter(first: number, count: number): number {
  return ((first - 1 + count) % STAN_MAX) + 1
}
