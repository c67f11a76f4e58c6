import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import { IS_HOLD } from '../../src/store/reversal-act.ts'
import { openSample, storeFile } from './sample.ts'

test('recovery, repeats and tabs that are due search no more than open work and keys', async (t) => {
  const file = storeFile(t)
  await (await openSample(t, { file })).close()
  const database = new DatabaseSync(file)
  const plan = (sql: string) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((it) => String(it.detail))
  const open = plan(`SELECT * FROM payments WHERE state = 'unknown' AND decided_at_ms >= 5`)
  t.regex(
    open.join(),
    /^SEARCH payments USING INDEX open_payments \(state=\? AND decided_at_ms>\?\)$/,
  )
  const begun = plan(`SELECT seq FROM payments WHERE state = 'begun'`)
  t.regex(begun.join(), /^SEARCH payments USING COVERING INDEX open_payments \(state=\?\)$/)
  const holds = plan(
    `SELECT id FROM payments WHERE host = 'a' AND begun_at_ms < 5 AND ${IS_HOLD}
     ORDER BY begun_at_ms`,
  )
  t.regex(holds.join(), /^SEARCH payments USING INDEX holds /)
  const due = plan(
    `SELECT seq FROM tabs WHERE host = 'a' AND due_at_ms <= 5 ORDER BY due_at_ms, seq`,
  )
  t.regex(due.join(), /^SEARCH tabs USING COVERING INDEX due_tabs \(host=\? AND due_at_ms<\?\)$/)
  const dayDue = plan(`SELECT seq FROM tabs WHERE host = 'a' AND day_due < '2026-11-22'`)
  t.regex(dayDue.join(), /^SEARCH tabs USING COVERING INDEX day_due_tabs/)
  const found = plan(`SELECT * FROM payments WHERE merchant = 'a' AND id = 'b'`)
  t.regex(found.join(), /^SEARCH payments USING INDEX sqlite_autoindex_payments_1/)
})
