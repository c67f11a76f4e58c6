/** Preloaded into a gateway to break it: a commit that fails is taken for one that did not. */
import { DatabaseSync } from 'node:sqlite'

const prepare = DatabaseSync.prototype.prepare
DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql)
  if (sql !== 'COMMIT') return statement
  const commit = statement.run.bind(statement)
  statement.run = () => {
    try {
      return commit()
    } catch {
      return { changes: 0, lastInsertRowid: 0 }
    }
  }
  return statement
}
