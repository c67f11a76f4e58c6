import type { DatabaseSync } from 'node:sqlite'
import { STAN_MAX } from '#domain'
import { StoreError } from './errors.ts'

/** Trace numbers `first`, `first + 1`, ... `count` of them; the number after 999,999 is 1. */
export interface StanLease {
  readonly first: number
  readonly count: number
}

/**
 * The high-water mark moves before a lease is used, so a restart skips what was leased, never
 * repeats it.
 */
export function createStanLeases(database: DatabaseSync) {
  const select = database.prepare('SELECT next FROM stan_leases WHERE host = ?')
  const advance = database.prepare(
    `INSERT INTO stan_leases (host, next) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET next = excluded.next`,
  )
  return (host: string, count: number): StanLease => {
    if (!Number.isInteger(count) || count < 1 || count > STAN_MAX) {
      throw new StoreError('ACT_INVALID', `a lease is of 1 to ${STAN_MAX} trace numbers`)
    }
    const first = Number(select.get(host)?.next ?? 1)
    advance.run(host, ((first - 1 + count) % STAN_MAX) + 1)
    return { first, count }
  }
}
