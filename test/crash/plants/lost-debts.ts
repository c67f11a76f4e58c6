/** Preloaded into a gateway to break it: what it comes to owe the host is never written down. */
import { DatabaseSync } from 'node:sqlite'

const prepare = DatabaseSync.prototype.prepare
DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql)
  if (sql.startsWith('INSERT INTO owed_messages')) {
    statement.run = () => ({ changes: 1, lastInsertRowid: 0 })
  }
  return statement
}
