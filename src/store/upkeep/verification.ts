import type { DatabaseSync } from 'node:sqlite'
import { ALLOWED_MOVES, type PaymentState } from '#domain'
import { openDatabaseToRead } from '../database.ts'
import type { ChainHead } from '../journal-chain.ts'
import type { SeenOfLedger } from '../ledger/ledger-judge.ts'
import { createTabCheck, TABS_TO_CHECK } from '../tabs/tab-check.ts'
import { createEventCheck, type EventCheck, type States } from './event-check.ts'
import { createFaultList, damageOf, type FaultList, type StoreFault } from './faults.ts'
import { checkLedger, checkLedgerBalance } from './ledger-check.ts'
import { checkSchema, checkStructure } from './structure.ts'

/** What there is in a store, and what is wrong with it. */
export interface Verification {
  readonly payments: number
  readonly events: number
  readonly ledger: SeenOfLedger
  /** The first event of the chain; nothing is claimed of those before it. */
  readonly chainedFrom?: number
  /** The end of each node's chain. */
  readonly heads: readonly ChainHead[]
  /** When it was made from a backup, and where its journal ended then, oldest first. */
  readonly restorations: readonly Restoration[]
  /** The first of them. */
  readonly faults: readonly StoreFault[]
  readonly faultCount: number
}

export interface Restoration {
  readonly atMs: number
  /** The last event that was restored; 0 when there was none. */
  readonly event: number
}

/**
 * Hold a whole store against itself: the file, the chain, every payment against its events.
 *
 * A gateway may be running on it. It takes one byte of memory for each payment, and about half a
 * minute for a million of them.
 *
 * @param wanted hashes of events that were noted elsewhere, 64 lower-case hexadecimal digits each
 * @throws StoreError `STORE_UNREADABLE`, `STORE_FOREIGN`, `STORE_TOO_NEW`, `STORE_TOO_OLD`
 */
export function verifyStore(file: string, wanted: readonly string[] = []): Verification {
  const faults = createFaultList()
  try {
    return verifyOpen(file, faults, wanted)
  } catch (thrown) {
    faults.add('structure', 'file', damageOf(thrown))
    const [first, count] = [faults.first, faults.count]
    const none = { payments: 0, events: 0, ledger: { postings: 0 }, heads: [], restorations: [] }
    return { ...none, faults: first, faultCount: count }
  }
}

function verifyOpen(file: string, faults: FaultList, wanted: readonly string[]): Verification {
  const database = openDatabaseToRead(file)
  try {
    checkSchema(database, faults)
    checkStructure(database, faults)
    const records = verifyRecords(database, faults, wanted)
    for (let step = records.next(); ; step = records.next()) if (step.done) return step.value
  } finally {
    database.close()
  }
}

/**
 * The part of {@link verifyStore} that reads row by row. It yields after every stretch, with no
 * transaction open: the log can be cut there, and the caller may wait.
 */
export function* verifyRecords(
  database: DatabaseSync,
  faults: FaultList,
  wanted: readonly string[] = [],
): Generator<void, Verification> {
  const unseen = new Set(wanted)
  const states = createStates()
  const events = createEventCheck(database, { states, faults, wanted: unseen })
  const payments = createPaymentCheck(database, { states, faults })
  yield* followMoves(database, { events, payments, faults })
  for (const hash of unseen) faults.add('head', 'chain', `no event has the hash ${hash}`)
  const ledger = yield* checkLedger(database, faults, (read) => within(database, read))
  yield* followTabs(database, faults)
  yield* readOtherTables(database, faults)
  return {
    payments: payments.count,
    events: events.count,
    ledger,
    ...(events.chainedFrom === undefined ? {} : { chainedFrom: events.chainedFrom }),
    heads: events.heads(),
    restorations: restorationsOf(database, faults),
    faults: faults.first,
    faultCount: faults.count,
  }
}

/**
 * What a start can afford: the last `rowsMax` events and payments alone, in {@link verifyRecords}'
 * way.
 */
export function verifyRecent(database: DatabaseSync, faults: FaultList, rowsMax: number): void {
  const select = database.prepare(
    `SELECT (SELECT coalesce(max(seq), 0) FROM payment_events) AS events,
       (SELECT coalesce(max(seq), 0) FROM payments) AS payments`,
  )
  const last = select.get()
  const parts = { faults, states: new Map<number, PaymentState>() }
  const after = Math.max(0, Number(last?.events) - rowsMax)
  const events = createEventCheck(database, { ...parts, after })
  const payments = createPaymentCheck(database, {
    ...parts,
    after: Math.max(0, Number(last?.payments) - rowsMax),
    believes: after > 0,
  })
  const moves = followMoves(database, { events, payments, faults })
  while (!moves.next().done);
  checkLedgerBalance(database, faults)
}

/** Rows that one transaction looks at: some tens of milliseconds. */
const STRETCH = 2_000

interface MoveChecks {
  readonly events: EventCheck
  readonly payments: PaymentCheck
  readonly faults: FaultList
}

function* followMoves(database: DatabaseSync, checks: MoveChecks): Generator<void> {
  const { events, payments, faults } = checks
  const followSome = () => events.next(STRETCH)
  // A payment may have moved since its events were followed: those that came meanwhile go first.
  const compareSome = () => {
    while (events.next(STRETCH));
    return payments.next(STRETCH)
  }
  try {
    while (within(database, followSome)) yield
    while (within(database, compareSome)) yield
  } catch (thrown) {
    faults.add('structure', `after event ${events.at} and payment ${payments.at}`, damageOf(thrown))
  }
}

interface PaymentCheck {
  /** The last payment looked at, and how many. */
  readonly at: number
  readonly count: number
  next(limit: number): boolean
}

interface PaymentCheckParts {
  readonly states: States
  readonly faults: FaultList
  /** The payment after which to begin. */
  readonly after?: number
  /** Whether a payment may be where none of the events led that were looked at. */
  readonly believes?: boolean
}

/** Holds payments against where their events led, and against the keys that find them. */
function createPaymentCheck(
  database: DatabaseSync,
  { states, faults, after = 0, believes = false }: PaymentCheckParts,
): PaymentCheck {
  const select = database.prepare(
    `SELECT seq, state,
       (SELECT seq FROM payments WHERE merchant = p.merchant AND id = p.id) AS by_id,
       (SELECT seq FROM payments WHERE host = p.host AND business_date = p.business_date
          AND transmitted_at = p.transmitted_at AND stan = p.stan) AS by_exchange
     FROM payments AS p WHERE seq > ? ORDER BY seq LIMIT ?`,
  )
  let at = after
  let count = 0
  return {
    get at() {
      return at
    },
    get count() {
      return count
    },
    next(limit) {
      const rows = select.all(at, limit)
      for (const { seq, state, by_id, by_exchange } of rows) {
        const place = `payment ${seq}`
        at = Number(seq)
        if (by_id !== seq) faults.add('structure', place, 'is not found by merchant and id')
        if (by_exchange !== seq) faults.add('structure', place, 'is not found by its exchange')
        const led = states.get(at)
        if (state === led || (believes && led === undefined)) continue
        faults.add('state', place, 'is not where its last event led')
      }
      count += rows.length
      return rows.length === limit
    },
  }
}

const PAYMENT_STATES = Object.keys(ALLOWED_MOVES) as readonly PaymentState[]

/** One byte for each payment. */
export function createStates(): States {
  let places = new Uint8Array(STRETCH)
  return {
    get: (payment) => PAYMENT_STATES[(places[payment] ?? 0) - 1],
    set(payment, state) {
      if (payment >= places.length) {
        const longer = new Uint8Array(2 * payment)
        longer.set(places)
        places = longer
      }
      places[payment] = PAYMENT_STATES.indexOf(state) + 1
    },
  }
}

/** Damage anywhere is met by reading everything. */
function* readOtherTables(database: DatabaseSync, faults: FaultList): Generator<void> {
  const tables = database.prepare("SELECT name, wr FROM pragma_table_list WHERE type = 'table'")
  for (const { name, wr } of tables.all()) {
    if (READ_ELSEWHERE.has(String(name))) continue
    try {
      yield* wr === 1 ? readWhole(database, String(name)) : readRows(database, String(name))
    } catch (thrown) {
      faults.add('structure', String(name), damageOf(thrown))
    }
  }
}

/** Those that are read row by row where they are checked. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set([
  'payments',
  'payment_events',
  'ledger_postings',
  'ledger_entries',
  'ledger_days',
  'tab_charges',
])

/** Each tab is read in one state of the store: it may be charged meanwhile. */
function* followTabs(database: DatabaseSync, faults: FaultList): Generator<void> {
  const tabs = database.prepare(`${TABS_TO_CHECK} ? ORDER BY tabs.seq LIMIT 1`)
  const charges = database.prepare('SELECT * FROM tab_charges WHERE tab = ? ORDER BY number')
  const followOne = (after: number) => {
    const tab = tabs.get(after)
    if (tab === undefined) return undefined
    const check = createTabCheck(tab, faults)
    let count = 1
    for (const charge of charges.iterate(Number(tab['seq']))) {
      check.next(charge)
      count += 1
    }
    check.end()
    return { seq: Number(tab['seq']), count }
  }
  try {
    for (let at = 0, read = 0; ; ) {
      const followed = within(database, () => followOne(at))
      if (followed === undefined) return
      at = followed.seq
      read += followed.count
      if (read < STRETCH) continue
      read = 0
      yield
    }
  } catch (thrown) {
    faults.add('structure', 'tabs', damageOf(thrown))
  }
}

/** A table that is keyed by something else than a number is small. */
function* readWhole(database: DatabaseSync, table: string): Generator<void> {
  const rows = database.prepare(`SELECT * FROM "${table}"`).iterate()
  for (const _ of rows);
  yield
}

function* readRows(database: DatabaseSync, table: string): Generator<void> {
  const select = database.prepare(
    `SELECT *, rowid AS at FROM "${table}" WHERE rowid > ? ORDER BY rowid LIMIT ${STRETCH}`,
  )
  for (let at = 0, rows = select.all(at); rows.length > 0; rows = select.all(at)) {
    at = Number(rows.at(-1)?.at)
    yield
  }
}

function restorationsOf(database: DatabaseSync, faults: FaultList): Restoration[] {
  const select = database.prepare('SELECT at_ms, last_event FROM restorations ORDER BY seq')
  try {
    return select.all().map((row) => ({ atMs: Number(row.at_ms), event: Number(row.last_event) }))
  } catch (thrown) {
    faults.add('structure', 'restorations', damageOf(thrown))
    return []
  }
}

/** One state of the store for all that `read` sees. */
export function within<T>(database: DatabaseSync, read: () => T): T {
  database.exec('BEGIN')
  try {
    return read()
  } finally {
    if (database.isTransaction) database.exec('COMMIT')
  }
}
