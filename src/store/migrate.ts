import { readdirSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { StoreError } from './errors.ts'

/**
 * Forward only: one file a step, `NNNN-subject.sql`, numbered from 0001 without a gap, never
 * edited.
 */
const FOLDER = new URL('./migrations/', import.meta.url)

const MIGRATIONS: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.sql'))
  .sort()

/** The schema that this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length

/**
 * Bring an empty or older store up to {@link SCHEMA_VERSION}: every missing step, or none of them.
 */
export function applyMigrations(database: DatabaseSync, applicationId: number): void {
  // A step may make a table anew that others refer to, which SQLite allows only without the keys.
  database.exec('PRAGMA foreign_keys = OFF')
  database.exec('BEGIN EXCLUSIVE')
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
    for (const [index, name] of MIGRATIONS.entries()) {
      if (index >= version) database.exec(readFileSync(new URL(name, FOLDER), 'utf8'))
    }
    database.exec(`PRAGMA application_id = ${applicationId}`)
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
    if (database.prepare('PRAGMA foreign_key_check').get() !== undefined) {
      throw new StoreError('STORE_CORRUPT', 'a row of the store refers to one that is not there')
    }
    database.exec('COMMIT')
  } catch (thrown) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw thrown
  } finally {
    database.exec('PRAGMA foreign_keys = ON')
  }
}
