/**
 * Preloaded into a gateway to break it: of eight groups of acts only the last is committed, and the
 * others with it. Acts are acknowledged before they are on disk.
 */
import { DatabaseSync } from 'node:sqlite'

const prepare = DatabaseSync.prototype.prepare
let groups = 0

DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql)
  if (sql !== 'COMMIT' && !sql.startsWith('BEGIN')) return statement
  const run = statement.run.bind(statement)
  const isIdle = (): boolean => {
    if (sql !== 'COMMIT') return this.isTransaction
    groups += 1
    return groups % 8 > 0
  }
  statement.run = () => (isIdle() ? { changes: 0, lastInsertRowid: 0 } : run())
  return statement
}
