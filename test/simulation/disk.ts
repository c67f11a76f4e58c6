import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { type MemoryStore, openMemoryStore } from '#store'
import { openMemoryDatabase } from '../../src/store/database.ts'

/** The real acts, to be called inside a transaction. */
export type Acts = Omit<MemoryStore, 'close'>

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>

/** What survives every crash: the real tables in memory, and whatever is looked for in them. */
export interface Disk {
  readonly acts: Acts
  readonly database: DatabaseSync
  /** The moves of payments after this one, each with its payment as it stands. */
  stepsAfter(seq: number): readonly Row[]
  /** Whether the reversal of a payment has its number. */
  isNumbered(payment: number): boolean
  isAnythingOwed(): boolean
  /** Whether a day was closed in which a payment still moved after the next had begun. */
  hasDayClosedLate(): boolean
  /** Whether anything is begun, owed, or open for an operator. */
  isAnythingOpen(): boolean
  /** Every value that stands in any cell. */
  cells(): Iterable<unknown>
  /** As good as new. */
  wipe(): void
}

export function openDisk(): Disk {
  const database = openMemoryDatabase()
  const selects = TABLES.map((table) => {
    const select = database.prepare(`SELECT * FROM ${table}`)
    select.setReturnArrays(true)
    return select
  })
  const steps = database.prepare(STEPS)
  const number = database.prepare(
    'SELECT 1 FROM owed_messages WHERE payment = ? AND stan IS NOT NULL',
  )
  const owed = database.prepare("SELECT 1 FROM owed_messages WHERE state = 'due' LIMIT 1")
  const begun = database.prepare("SELECT 1 FROM payments WHERE state = 'begun' LIMIT 1")
  const work = database.prepare('SELECT 1 FROM work_items WHERE closed_at_ms IS NULL LIMIT 1')
  const dayClosedLate = database.prepare(DAY_CLOSED_LATE)
  const isAnyIn = (select: StatementSync) => select.get() !== undefined
  const deletes = TABLES.map((table) => database.prepare(`DELETE FROM ${table}`))
  return {
    acts: openMemoryStore(database),
    database,
    stepsAfter: (seq) => steps.all(seq),
    isNumbered: (payment) => number.get(payment) !== undefined,
    isAnythingOwed: () => isAnyIn(owed),
    hasDayClosedLate: () => isAnyIn(dayClosedLate),
    isAnythingOpen: () => isAnyIn(owed) || isAnyIn(begun) || isAnyIn(work),
    *cells() {
      for (const select of selects) {
        // Each row is a list of values, as it was asked for.
        for (const row of select.all() as unknown as unknown[][]) yield* row
      }
    },
    wipe() {
      for (const clear of deletes) clear.run()
    },
  }
}

/** Whatever refers to a row comes before it. */
const TABLES = [
  'work_items',
  'expectations',
  'owed_messages',
  'payment_events',
  'payments',
  'strays',
  'tombstones',
  'business_days',
  'stan_leases',
]

const STEPS = `SELECT event.seq AS event, event.from_state, event.to_state, event.reason,
  paid.seq, paid.id, paid.amount_minor, paid.stan, paid.business_date,
  paid.approved_minor, paid.settlement_date, paid.sealed_image
  FROM payment_events AS event JOIN payments AS paid ON paid.seq = event.payment
  WHERE event.seq > ? ORDER BY event.seq`

const DAY_CLOSED_LATE = `SELECT 1 FROM business_days AS day
  JOIN payments ON payments.business_date = day.date
  JOIN payment_events AS event ON event.payment = payments.seq
  WHERE day.state = 'closed' AND event.at_ms >
    (SELECT min(opened_at_ms) FROM business_days AS next WHERE next.date > day.date)`
