/**
 * Preloaded into a gateway to break it: every tenth group of acts is acknowledged and taken back,
 * as if it had never been synced when the power went.
 */
import { DatabaseSync } from 'node:sqlite'

const prepare = DatabaseSync.prototype.prepare
DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql)
  if (sql !== 'COMMIT') return statement
  const takeBack = prepare.call(this, 'ROLLBACK')
  const commit = statement.run.bind(statement)
  let groups = 0
  statement.run = () => {
    groups += 1
    return groups % 10 === 0 ? takeBack.run() : commit()
  }
  return statement
}
