/**
 * Preloaded into a gateway to break it: from its journal's first transaction on it runs with
 * `synchronous = NORMAL`, which in WAL mode syncs at checkpoints only.
 */
import { DatabaseSync } from 'node:sqlite'

const prepare = DatabaseSync.prototype.prepare
DatabaseSync.prototype.prepare = function (sql) {
  if (sql.startsWith('BEGIN')) this.exec('PRAGMA synchronous = NORMAL')
  return prepare.call(this, sql)
}
