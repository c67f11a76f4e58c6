import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/**
 * The journal's own tables, keys and rows, written with nothing else around it: in the thread that
 * calls, one transaction for all that a turn of the event loop brought, no state machine, events
 * unchained.
 */
export interface ReferenceJournal {
  begin(intent: Intent, then: (seq: number) => void): void
  conclude(outcome: Outcome, then: () => void): void
  close(): void
}

/** Values of {@link INTENT_COLUMNS}, in their order. */
export type Intent = readonly (string | number | Uint8Array)[]

interface Outcome {
  readonly seq: number
  readonly atMs: number
  readonly responseCode: string
  readonly approvalCode: string
  readonly checks: string
  readonly details: string
  readonly carried: string
}

const INTENT_COLUMNS = [
  'merchant, id, operation, amount_minor, currency, accept_partial, pan_masked, host, mti, stan',
  'transmitted_at, rrn, terminal, business_date, begun_at_ms, fingerprint, pan_hash, sealed_image',
].join(', ')

const OUTCOME_COLUMNS =
  'state, decided_at_ms, response_code, approval_code, checks, details, carried'

export function openReferenceJournal(file: string): ReferenceJournal {
  const database = new DatabaseSync(file)
  for (const sql of schema()) database.exec(sql)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec(`PRAGMA cache_size = ${-CACHE_KIBIBYTES}`)
  database.exec(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`)
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const insert = database.prepare(
    `INSERT INTO payments (${INTENT_COLUMNS}) VALUES (${placeholders(INTENT_COLUMNS)})`,
  )
  const update = database.prepare(
    `UPDATE payments SET (${OUTCOME_COLUMNS}, settlement_date) =
     (${placeholders(OUTCOME_COLUMNS)}, business_date) WHERE seq = ?`,
  )
  const event = database.prepare(
    'INSERT INTO payment_events (payment, from_state, to_state, at_ms) VALUES (?, ?, ?, ?)',
  )
  let acts: (() => void)[] = []
  let after: (() => void)[] = []

  function commitTurn(): void {
    const [writes, hearers] = [acts, after]
    acts = []
    after = []
    begin.run()
    for (const write of writes) write()
    commit.run()
    for (const hear of hearers) hear()
  }

  function add(write: () => void, hear: () => void): void {
    if (acts.push(write) === 1) setImmediate(commitTurn)
    after.push(hear)
  }

  return {
    begin(intent, then) {
      let seq = 0
      const write = () => {
        seq = Number(insert.run(...intent).lastInsertRowid)
        event.run(seq, null, 'begun', Number(intent[BEGUN_AT]))
      }
      add(write, () => then(seq))
    },
    conclude({ seq, atMs, responseCode, approvalCode, checks, details, carried }, then) {
      const write = () => {
        update.run('approved', atMs, responseCode, approvalCode, checks, details, carried, seq)
        event.run(seq, 'begun', 'approved', atMs)
      }
      add(write, then)
    },
    close: () => database.close(),
  }
}

/** As the store has them. */
const CACHE_KIBIBYTES = 16 * 1_024
const WAL_PAGES = 2_048
const BEGUN_AT = INTENT_COLUMNS.split(', ').indexOf('begun_at_ms')

/** The store's own migrations, read as text. */
function schema(): string[] {
  const folder = new URL('../../src/store/migrations/', import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  return files.sort().map((name) => readFileSync(new URL(name, folder), 'utf8'))
}

function placeholders(columns: string): string {
  return columns
    .split(', ')
    .map(() => '?')
    .join(', ')
}
