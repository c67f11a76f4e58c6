import { closeSync, existsSync, openSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { STAN_MAX } from '#domain'
import { openDatabase, openDatabaseToRead } from '../database.ts'
import { StoreError, storeErrorOf } from '../errors.ts'
import { takeInstanceLock } from '../instance-lock.ts'
import type { ChainHead } from '../journal-chain.ts'
import { STORE_LIMITS } from '../limits.ts'
import { unmarkDamaged } from './damage-mark.ts'
import { removeStoreFile, renameStoreFile } from './store-file.ts'
import { type Verification, verifyStore } from './verification.ts'

export type RestoreResult =
  | Restored
  /** There is a store, and it was not said to replace it. */
  | { readonly kind: 'exists' }
  /** The backup has faults. */
  | { readonly kind: 'unsound'; readonly found: Verification }

export interface Restored {
  readonly kind: 'restored'
  readonly found: Verification
  /** Where the store is that was replaced. */
  readonly asideFile?: string
  /**
   * How many payments the replaced store had besides; unknown when it could not be read, was not
   * this backup's, or was not there. Then half of all trace numbers are passed over.
   */
  readonly lostPayments?: number
  /**
   * Payments that were begun at the backup's moment, a thousand of them at most: whatever became of
   * them since, the next start reverses them.
   */
  readonly underWay: readonly { readonly merchant: string; readonly id: string }[]
}

export interface RestoreOptions {
  /** Put a store that is there aside. */
  readonly replace: boolean
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
}

/**
 * Put a backup in the place of a store.
 *
 * No gateway may be running. The backup is copied and verified before anything is moved, and a
 * store that is replaced is kept beside it. What came after the backup's moment the journal does
 * not know any more; the trace numbers of that time are passed over.
 *
 * @throws StoreError `STORE_IN_USE` when a gateway runs; `STORE_UNREADABLE`, `STORE_FOREIGN`,
 *   `STORE_TOO_NEW`, `STORE_CORRUPT` of the backup
 */
export async function restoreStore(
  backupFile: string,
  file: string,
  { replace, atMs }: RestoreOptions,
): Promise<RestoreResult> {
  const lock = takeInstanceLock(file)
  const incoming = `${file}-incoming`
  try {
    const replaces = existsSync(file)
    if (replaces && !replace) return { kind: 'exists' }
    await copyBackup(backupFile, incoming)
    const found = verifyStore(incoming)
    if (found.faultCount > 0) return { kind: 'unsound', found }
    const last = replaces ? continuationOf(found.heads, file) : undefined
    const underWay = resume(incoming, last, atMs)
    const asideFile = `${file}-replaced-${atMs}`
    if (replaces) renameStoreFile(file, asideFile)
    renameStoreFile(incoming, file)
    unmarkDamaged(file)
    return {
      ...{ kind: 'restored', found, underWay },
      ...(replaces ? { asideFile } : {}),
      ...(last === undefined ? {} : { lostPayments: last.payments - found.payments }),
    }
  } finally {
    removeStoreFile(incoming)
    lock.release()
  }
}

/** A copy for its owner alone, of this program's schema. */
async function copyBackup(backupFile: string, incoming: string): Promise<void> {
  if (!existsSync(backupFile)) throw new StoreError('STORE_UNREADABLE', 'there is no such backup')
  removeStoreFile(incoming)
  closeSync(openSync(incoming, 'wx', 0o600))
  const source = new DatabaseSync(backupFile, { readOnly: true })
  try {
    await backup(source, incoming)
  } catch (thrown) {
    throw storeErrorOf(thrown)
  } finally {
    source.close()
  }
  openDatabase(incoming, STORE_LIMITS, true).close()
}

/** What a store that went on after its backup knows of the time since. */
interface Continuation {
  readonly payments: number
  /** The first trace number that was not leased, by host. */
  readonly nextStans: ReadonlyMap<string, number>
}

/** @returns nothing, when `file` cannot be read, or did not go on from where the backup ends */
function continuationOf(heads: readonly ChainHead[], file: string): Continuation | undefined {
  try {
    const database = openDatabaseToRead(file)
    try {
      return goesOn(database, heads) ? readContinuation(database) : undefined
    } finally {
      database.close()
    }
  } catch (thrown) {
    if (storeErrorOf(thrown).code === 'STORE_FAULT') throw thrown
    return undefined
  }
}

function goesOn(database: DatabaseSync, heads: readonly ChainHead[]): boolean {
  const select = database.prepare(
    'SELECT lower(hex(hash)) AS hash FROM payment_events WHERE seq = ?',
  )
  return heads.length > 0 && heads.every(({ event, hash }) => select.get(event)?.hash === hash)
}

function readContinuation(database: DatabaseSync): Continuation {
  const payments = database.prepare('SELECT coalesce(max(seq), 0) AS last FROM payments').get()
  const leases = database.prepare('SELECT host, next FROM stan_leases').all()
  const nextStans = new Map(leases.map(({ host, next }) => [String(host), Number(next)]))
  return { payments: Number(payments?.last), nextStans }
}

/** Pass over the trace numbers of the lost time, and note the restoration. */
function resume(
  incoming: string,
  last: Continuation | undefined,
  atMs: number,
): Restored['underWay'] {
  const database = openDatabase(incoming, STORE_LIMITS, true)
  const leases = database.prepare('SELECT host, next FROM stan_leases').all()
  const passed = leases.map(({ host, next }) => [String(host), halfwayFrom(Number(next))] as const)
  const lease = database.prepare(
    `INSERT INTO stan_leases (host, next) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET next = excluded.next`,
  )
  const note = database.prepare(
    `INSERT INTO restorations (at_ms, last_event)
     SELECT ?, coalesce(max(seq), 0) FROM payment_events`,
  )
  const begun = database.prepare(
    `SELECT merchant, id FROM payments WHERE state = 'begun' ORDER BY seq LIMIT ${UNDER_WAY_MAX}`,
  )
  try {
    database.exec('BEGIN IMMEDIATE')
    for (const [host, next] of last?.nextStans ?? passed) lease.run(host, next)
    note.run(atMs)
    database.exec('COMMIT')
    return begun.all().map(({ merchant, id }) => ({ merchant: String(merchant), id: String(id) }))
  } finally {
    database.close()
  }
}

/** As many as are named one by one. */
const UNDER_WAY_MAX = 1_000

/** How many were leased in the lost time is not known; half of all are out of its way. */
function halfwayFrom(next: number): number {
  return ((next - 1 + Math.ceil(STAN_MAX / 2)) % STAN_MAX) + 1
}
