import { readdirSync, readFileSync } from 'node:fs'
import { StoreError } from '../errors.ts'
import type { Connection, Statement } from './connection.ts'
import { LOCK } from './locks.ts'

/**
 * Forward only: one file a step, `NNNN-subject.sql`, numbered from 0001 without a gap, never
 * edited.
 */
const FOLDER = new URL('./migrations/', import.meta.url)

const MIGRATIONS: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.sql'))
  .sort()

/** The schema that this program reads and writes. */
const SCHEMA_VERSION = MIGRATIONS.length

/**
 * Bring the schema up to date, or make it: every missing step, or none of them; one program at a
 * time.
 *
 * @throws StoreError `STORE_FOREIGN`, `STORE_TOO_NEW`; `STORE_IN_USE` when it is old and a gateway
 *   runs on it, which must not lose it
 */
export async function bringUpToDate(connection: Connection): Promise<void> {
  if ((await versionOf(connection)) === SCHEMA_VERSION) return
  await connection.script(
    `BEGIN;
     SET LOCAL statement_timeout = ${STEP_MS};
     SET LOCAL lock_timeout = ${STEP_MS};
     SELECT pg_advisory_xact_lock(${LOCK.migration})`,
    STEP_MS,
  )
  try {
    const version = await versionOf(connection)
    if (version > 0 && version < SCHEMA_VERSION) await refuseIfLive(connection)
    if (version === 0) await connection.script('CREATE SCHEMA sallyport')
    for (const name of MIGRATIONS.slice(version)) {
      await connection.script(readFileSync(new URL(name, FOLDER), 'utf8'), STEP_MS)
    }
    await connection.script(`UPDATE store SET version = ${SCHEMA_VERSION}; COMMIT`)
  } catch (thrown) {
    await connection.script('ROLLBACK')
    throw thrown
  }
}

/** A step may rewrite a table with years of payments. */
const STEP_MS = 3_600_000

/**
 * See that the schema is this program's own, and leave it as it is.
 *
 * @throws StoreError `STORE_UNREADABLE` when there is none; `STORE_FOREIGN`, `STORE_TOO_NEW`,
 *   `STORE_TOO_OLD`
 */
export async function seeThatUpToDate(connection: Connection): Promise<void> {
  const version = await versionOf(connection)
  if (version === 0) throw new StoreError('STORE_UNREADABLE', 'the database has no store')
  if (version === SCHEMA_VERSION) return
  throw new StoreError(
    'STORE_TOO_OLD',
    'the store was written by an older program and not opened by this',
  )
}

/** @returns 0 when there is none */
async function versionOf(connection: Connection): Promise<number> {
  const [found] = await connection.rows(FOUND)
  if (Number(found?.['ours']) === 0) {
    if (Number(found?.['tables']) === 0) return 0
    throw new StoreError('STORE_FOREIGN', 'the schema sallyport belongs to another program')
  }
  const [row] = await connection.rows(VERSION)
  const version = Number(row?.['version'])
  if (version <= SCHEMA_VERSION) return version
  const versions = `schema ${version}, this program knows ${SCHEMA_VERSION}`
  throw new StoreError('STORE_TOO_NEW', `the store was written by a newer program (${versions})`)
}

const FOUND: Statement = {
  name: 'found-schema',
  text: `SELECT count(*) AS tables, count(*) FILTER (WHERE tablename = 'store') AS ours
    FROM pg_tables WHERE schemaname = 'sallyport'`,
}

const VERSION: Statement = { name: 'schema-version', text: 'SELECT version FROM store' }

async function refuseIfLive(connection: Connection): Promise<void> {
  const live = await connection.rows(LIVE)
  if (live.length === 0) return
  throw new StoreError('STORE_IN_USE', 'the schema is old, and another gateway runs on it')
}

/** Nodes whose session holds their name, or that have just said that they live. */
const LIVE: Statement = {
  name: 'live-nodes',
  text: `SELECT name FROM nodes
    WHERE state = 'live' AND beat_at > clock_timestamp() - interval '1 minute'`,
}
