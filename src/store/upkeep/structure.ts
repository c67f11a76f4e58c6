import type { DatabaseSync } from 'node:sqlite'
import { openMemoryDatabase } from '../database.ts'
import { FAULTS_KEPT_MAX, type FaultList } from './faults.ts'

/**
 * Everything that SQLite itself can say of a file: pages, indexes, constraints, references. Each is
 * one long statement.
 */
export function checkStructure(database: DatabaseSync, faults: FaultList): void {
  for (const row of database.prepare(`PRAGMA integrity_check(${FAULTS_KEPT_MAX})`).all()) {
    for (const line of String(row.integrity_check).split('\n')) {
      if (line !== 'ok') faults.add('structure', 'file', line)
    }
  }
  for (const { table, rowid, parent } of database.prepare('PRAGMA foreign_key_check').all()) {
    // Who follows the events meets theirs.
    if (table === 'payment_events') continue
    faults.add('reference', `${table} ${rowid}`, `refers to a row of ${parent} that is not there`)
  }
}

/** Tables, indexes and triggers that are missing, too many, or other than the migrations make. */
export function checkSchema(database: DatabaseSync, faults: FaultList): void {
  const ours = openMemoryDatabase()
  const [expected, found] = [schemaOf(ours), schemaOf(database)]
  ours.close()
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    if (found.get(name) === expected.get(name)) continue
    faults.add('structure', 'schema', `${name} is not as this program makes it`)
  }
}

/** What makes each table, index and trigger. */
function schemaOf(database: DatabaseSync): Map<string, string> {
  const rows = database.prepare('SELECT type, name, sql FROM sqlite_schema').all()
  return new Map(rows.map(({ type, name, sql }) => [`${type} ${name}`, String(sql)]))
}
