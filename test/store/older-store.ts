import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { APPLICATION_ID } from '../../src/store/database.ts'
import { INTENT_COLUMNS, intentRow } from '../../src/store/payment-row.ts'
import { intent } from './sample.ts'

/** A store as the program made it before it chained events, with one payment begun. */
export function makeUnchained(file: string): void {
  const folder = new URL('../../src/store/migrations/', import.meta.url)
  const steps = readdirSync(folder).sort()
  const before = steps.slice(0, steps.indexOf('0003-chained-events.sql'))
  const database = new DatabaseSync(file)
  for (const step of before) database.exec(readFileSync(new URL(step, folder), 'utf8'))
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  database.exec(`PRAGMA user_version = ${before.length}`)
  const columns = INTENT_COLUMNS.filter((column) => column !== 'original_id')
  const row = intentRow(intent(1)).filter((_, at) => INTENT_COLUMNS[at] !== 'original_id')
  database
    .prepare(`INSERT INTO payments (${columns}) VALUES (${columns.map(() => '?')})`)
    .run(...row)
  database.exec(
    `INSERT INTO payment_events (payment, from_state, to_state, reason, at_ms)
     VALUES (1, NULL, 'begun', NULL, 1)`,
  )
  database.close()
}
