import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StoreError, type StoreErrorCode, storeErrorOf } from './errors.ts'
import { takeInstanceLock } from './instance-lock.ts'
import { applyMigrations, SCHEMA_VERSION } from './migrate.ts'

/** `Sply`: tells a Sallyport store from any other SQLite file. */
export const APPLICATION_ID = 0x53706c79

export interface ConnectionLimits {
  /** How long one statement waits for another process's write. */
  readonly busyTimeoutMs: number
  /** Page cache of the connection. */
  readonly cacheBytesMax: number
  /** After a commit that leaves the write-ahead log this long, SQLite copies it into the file. */
  readonly walCheckpointBytes: number
}

export const CONNECTION_LIMITS: ConnectionLimits = Object.freeze({
  busyTimeoutMs: 5_000,
  cacheBytesMax: 16 * 2 ** 20,
  walCheckpointBytes: 8 * 2 ** 20,
})

/**
 * Connect to a store file, making it (mode 0600) when there is none, and bring its schema up to
 * date.
 *
 * Returned, the connection is in WAL mode with `synchronous=FULL`, read back after a write of its
 * own.
 *
 * @param lockHeld whether the caller holds the instance lock; without it, only an up-to-date schema
 *   is opened while a gateway runs
 * @throws StoreError `STORE_UNWRITABLE`, `STORE_FOREIGN`, `STORE_TOO_NEW`, `STORE_CORRUPT`,
 *   `STORE_NOT_DURABLE`; `STORE_IN_USE` when the schema is old and a gateway runs on it
 */
export function openDatabase(
  file: string,
  limits: ConnectionLimits,
  lockHeld: boolean,
): DatabaseSync {
  const database = connect(file, limits)
  try {
    const version = identify(database)
    if (version < SCHEMA_VERSION) migrate(database, file, lockHeld)
    makeDurable(database)
    return database
  } catch (thrown) {
    database.close()
    throw storeErrorOf(thrown)
  }
}

/**
 * Connect to a store file that is there, to read and nothing else: no lock is taken that a running
 * gateway would notice, nothing is written and no schema is changed.
 *
 * @throws StoreError `STORE_UNREADABLE` when there is no such file; `STORE_FOREIGN`,
 *   `STORE_TOO_NEW`, `STORE_TOO_OLD`, `STORE_CORRUPT`
 */
export function openDatabaseToRead(file: string): DatabaseSync {
  if (!existsSync(file)) refuse('STORE_UNREADABLE', 'there is no store file')
  const options = { readOnly: true, timeout: CONNECTION_LIMITS.busyTimeoutMs, defensive: true }
  const database = new DatabaseSync(file, options)
  try {
    if (identify(database) < SCHEMA_VERSION) {
      refuse('STORE_TOO_OLD', 'the store was written by an older program and not opened by this')
    }
    return database
  } catch (thrown) {
    database.close()
    throw storeErrorOf(thrown)
  }
}

/** A store that lives in memory, for simulations: the same schema, nothing durable. */
export function openMemoryDatabase(): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  applyMigrations(database, APPLICATION_ID)
  return database
}

function connect(file: string, limits: ConnectionLimits): DatabaseSync {
  try {
    closeSync(openSync(file, 'a', 0o600))
  } catch (thrown) {
    const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown'
    throw new StoreError('STORE_UNWRITABLE', `the store file cannot be opened (${reason})`)
  }
  const database = new DatabaseSync(file, { timeout: limits.busyTimeoutMs, defensive: true })
  try {
    database.exec(`PRAGMA cache_size = ${-Math.ceil(limits.cacheBytesMax / 1024)}`)
    database.exec(
      `PRAGMA wal_autocheckpoint = ${Math.ceil(limits.walCheckpointBytes / PAGE_BYTES)}`,
    )
    database.exec(`PRAGMA journal_size_limit = ${limits.walCheckpointBytes}`)
    return database
  } catch (thrown) {
    database.close()
    throw storeErrorOf(thrown)
  }
}

const PAGE_BYTES = 4096

/** Schema version of the file, 0 when it is empty. */
function identify(database: DatabaseSync): number {
  const id = pragma(database, 'application_id')
  const version = Number(pragma(database, 'user_version'))
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count
  if (id === 0 && version === 0 && tables === 0) return 0
  if (id !== APPLICATION_ID) refuse('STORE_FOREIGN', 'the file belongs to another program')
  if (version > SCHEMA_VERSION) {
    const versions = `schema ${version}, this program knows ${SCHEMA_VERSION}`
    refuse('STORE_TOO_NEW', `the store was written by a newer program (${versions})`)
  }
  return version
}

/** Only while nobody else conducts payments on it: a running program must not lose its schema. */
function migrate(database: DatabaseSync, file: string, lockHeld: boolean): void {
  const lock = lockHeld ? undefined : takeInstanceLock(file)
  try {
    applyMigrations(database, APPLICATION_ID)
  } finally {
    lock?.release()
  }
}

/**
 * WAL mode with a sync at every commit, asserted after a write: straight after `journal_mode=WAL` a
 * build with another default still reads as FULL and drops to NORMAL at its first write.
 */
function makeDurable(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec('UPDATE openings SET count = count + 1')
  const mode = pragma(database, 'journal_mode')
  const level = pragma(database, 'synchronous')
  if (mode !== 'wal' || level !== SYNCHRONOUS_FULL) {
    refuse('STORE_NOT_DURABLE', `journal mode ${mode}, synchronous ${level} after a write`)
  }
}

const SYNCHRONOUS_FULL = 2

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name]
}

function refuse(code: StoreErrorCode, message: string): never {
  throw new StoreError(code, message)
}
