import { randomBytes } from 'node:crypto'
import { copyFileSync, openSync, statSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import fc from 'fast-check'
import { StoreError } from '#store'
import { openDatabaseToRead, openMemoryDatabase } from '../../../src/store/database.ts'
import { type Journal, journalOver } from '../../../src/store/journal.ts'
import { EVENT_COLUMNS } from '../../../src/store/journal-chain.ts'
import {
  INTENT_COLUMNS,
  intentRow,
  OUTCOME_COLUMNS,
  outcomeRow,
} from '../../../src/store/payment-row.ts'
import { createFaultList, type StoreFault } from '../../../src/store/upkeep/faults.ts'
import { verifyRecords, verifyStore } from '../../../src/store/upkeep/verification.ts'
import { approved, intent, openSample, reversing, storeFile } from '../sample.ts'
import { dropTriggers, fill, makeStore, move, tamper, writeTo } from './tampering.ts'

/** Kinds and places alone. */
function placesOf(faults: readonly StoreFault[]): string[] {
  return faults.map(({ kind, place }) => `${kind}: ${place}`)
}

test('a store that runs is verified beside its gateway, and is sound', async (t) => {
  const file = storeFile(t)
  const store = await openSample(t, { file })
  for (const index of [1, 2, 3]) await store.begin(intent(index))
  await store.conclude('acme-books', 'order-1', approved)
  await store.reverse(reversing('order-1', 5))
  await store.recover(6, 0)
  const head = await store.chainHead()
  t.deepEqual(verifyStore(file, [head?.hash ?? '']), {
    payments: 3,
    ledger: { postings: 1 },
    events: 7,
    chainedFrom: 1,
    heads: [{ node: 'main', event: 7, hash: head?.hash ?? '' }],
    restorations: [],
    faults: [],
    faultCount: 0,
  })
})

test('a store without payments is sound', (t) => {
  const file = storeFile(t)
  makeStore(file, 0)
  t.like(verifyStore(file), { payments: 0, events: 0, heads: [], faultCount: 0 })
})

interface Planted {
  readonly sql: string
  readonly found: readonly string[]
}

/** On three approved payments each: event 2 n - 1 begins payment n, and event 2 n ends it. */
const PLANTED: Readonly<Record<string, Planted>> = {
  'an event with another time': {
    sql: 'UPDATE payment_events SET at_ms = 1 WHERE seq = 3',
    found: ['chain: event 3'],
  },
  'an event with another hash': {
    sql: 'UPDATE payment_events SET hash = zeroblob(32) WHERE seq = 3',
    found: ['chain: event 3', 'chain: event 4'],
  },
  'an event that is no longer chained': {
    sql: 'UPDATE payment_events SET hash = NULL WHERE seq = 3',
    found: ['chain: event 3', 'chain: event 4'],
  },
  'an event that is gone': {
    sql: 'DELETE FROM payment_events WHERE seq = 4',
    found: ['chain: event 5', 'state: payment 2'],
  },
  'the first event that is gone': {
    sql: 'DELETE FROM payment_events WHERE seq = 1',
    found: ['move: event 2', 'chain: event 2'],
  },
  'two events that changed places': {
    sql: `UPDATE payment_events SET seq = 100 WHERE seq = 2;
          UPDATE payment_events SET seq = 2 WHERE seq = 3;
          UPDATE payment_events SET seq = 3 WHERE seq = 100`,
    found: ['chain: event 2', 'chain: event 3', 'chain: event 4'],
  },
  'an event that nobody wrote': {
    sql: `INSERT INTO payment_events (payment, from_state, to_state, at_ms, node, content, hash)
          VALUES (1, 'approved', 'reversing', 9, 'main', zeroblob(32), zeroblob(32))`,
    found: ['chain: event 7', 'content: event 7', 'state: payment 1'],
  },
  'a payment of another amount': {
    sql: 'UPDATE payments SET amount_minor = 1 WHERE seq = 2',
    found: ['content: event 3'],
  },
  'a payment with one byte of its image changed': {
    sql: `UPDATE payments SET sealed_image = CAST(x'07' || substr(sealed_image, 2) AS BLOB)
          WHERE seq = 2`,
    found: ['content: event 3'],
  },
  'a payment approved with another code': {
    sql: `UPDATE payments SET approval_code = '654321' WHERE seq = 3`,
    found: ['content: event 6'],
  },
  'a payment in another state': {
    sql: `UPDATE payments SET state = 'declined' WHERE seq = 3`,
    found: ['state: payment 3'],
  },
  'a payment that is gone': {
    sql: 'DELETE FROM payments WHERE seq = 2',
    found: ['reference: ledger_postings 2', 'reference: event 3', 'reference: event 4'],
  },
  'a payment that nobody began': {
    sql: `INSERT INTO payments (seq, ${[...INTENT_COLUMNS, ...OUTCOME_COLUMNS]})
          SELECT 4, ${columnsWith({ id: `'order-x'`, stan: '77' })} FROM payments WHERE seq = 1`,
    found: ['state: payment 4'],
  },
  'a debt of no payment': {
    sql: `INSERT INTO owed_messages (payment, kind, host, cause, owed_at_ms, due_at_ms)
          VALUES (99, 'reversal', 'meridian', 'link-lost', 1, 1)`,
    found: ['reference: owed_messages 1'],
  },
  'an entry of another amount': {
    sql: 'UPDATE ledger_entries SET minor = 1251 WHERE posting = 2 AND place = 0',
    found: ['ledger: posting 2', 'ledger: day 2026-11-22 of account 1', 'ledger: account 1'],
  },
  'money that was moved from one merchant to another': {
    sql: `INSERT INTO ledger_accounts (merchant, currency, purpose)
            VALUES ('acme-boats', 'USD', 'pending');
          UPDATE ledger_entries SET account = 3 WHERE posting = 2 AND place = 1`,
    found: [
      ...['ledger: day 2026-11-22 of account 2', 'ledger: days'],
      ...['ledger: account 2', 'ledger: account 3'],
    ],
  },
  'a posting that is gone': {
    sql: 'DELETE FROM ledger_postings WHERE seq = 2; DELETE FROM ledger_entries WHERE posting = 2',
    found: [
      ...['ledger: event 4', 'ledger: day 2026-11-22 of account 1'],
      ...['ledger: day 2026-11-22 of account 2', 'ledger: account 1', 'ledger: account 2'],
    ],
  },
  'a balance of another amount': {
    sql: 'UPDATE ledger_accounts SET balance_minor = 3751 WHERE seq = 1',
    found: ['ledger: account 1'],
  },
  'a total of another amount': {
    sql: 'UPDATE ledger_days SET debit_minor = 3751 WHERE account = 1',
    found: ['ledger: day 2026-11-22 of account 1'],
  },
  'an index that was added': {
    sql: 'CREATE INDEX by_card ON payments (pan_hash)',
    found: ['structure: schema'],
  },
}

/** All columns of a payment as an INSERT selects them, some given other values. */
function columnsWith(others: Readonly<Record<string, string>>): string {
  return [...INTENT_COLUMNS, ...OUTCOME_COLUMNS].map((name) => others[name] ?? name).join()
}

for (const [what, { sql, found }] of Object.entries(PLANTED)) {
  test(`${what} is found`, (t) => {
    const file = storeFile(t)
    makeStore(file, 3)
    tamper(file, sql)
    const { faults, faultCount } = verifyStore(file)
    t.deepEqual(placesOf(faults), [...found])
    t.is(faultCount, found.length)
  })
}

/** On one payment, captured: event 3 says how much, event 4 when it settles. */
const PLANTED_IN_CAPTURES: Readonly<Record<string, Planted>> = {
  'a capture of another amount': {
    sql: 'UPDATE captures SET captured_minor = 1',
    found: ['content: event 3'],
  },
  'a capture that settles on another day': {
    sql: `UPDATE captures SET capture_settlement_date = '2026-12-31'`,
    found: ['content: event 4'],
  },
  'a capture that is gone': {
    sql: 'DELETE FROM captures',
    found: ['content: event 3', 'content: event 4'],
  },
}

for (const [what, { sql, found }] of Object.entries(PLANTED_IN_CAPTURES)) {
  test(`${what} is found`, (t) => {
    const file = storeFile(t)
    writeTo(file, captureOne)
    t.is(verifyStore(file).faultCount, 0)
    tamper(file, sql)
    t.deepEqual(placesOf(verifyStore(file).faults), [...found])
  })
}

function captureOne({ payments, owed }: Journal): void {
  payments.begin(intentRow(intent(1, { operation: 'payment.authorize' })))
  payments.conclude('acme-books', 'order-1', outcomeRow(approved))
  const when = { businessDate: '2026-11-24', atMs: 3 }
  payments.capture({ merchant: 'acme-books', id: 'order-1', ...when })
  owed.endAttempt(1, { kind: 'acknowledged', settlementDate: '2026-11-25', atMs: 4 })
}

for (const from of ['approved', 'unknown'] as const) {
  test(`a move from ${from} that its payment may not make is found, whole as the chain is`, (t) => {
    const file = storeFile(t)
    makeStore(file, 3)
    move(file, { payment: 1, from, to: 'reversed', reason: null, atMs: 9 })
    t.deepEqual(placesOf(verifyStore(file).faults), ['move: event 7'])
  })
}

test('a trigger that is gone is found', (t) => {
  const file = storeFile(t)
  makeStore(file, 1)
  const database = new DatabaseSync(file)
  database.exec('DROP TRIGGER strays_stay')
  database.close()
  t.deepEqual(placesOf(verifyStore(file).faults), ['structure: schema'])
})

test('keys that do not find their payment are found', (t) => {
  const file = storeFile(t)
  makeStore(file, 3)
  const keys = `name LIKE 'sqlite_autoindex_payments_%'`
  tamper(
    file,
    `PRAGMA writable_schema = ON;
     UPDATE sqlite_schema SET rootpage = -rootpage WHERE ${keys};
     UPDATE sqlite_schema SET rootpage =
       rootpage - (SELECT sum(rootpage) FROM sqlite_schema WHERE ${keys}) WHERE ${keys};`,
  )
  const places = placesOf(verifyStore(file).faults)
  t.true(places.includes('structure: file'), 'as SQLite sees it')
  t.true(places.includes('structure: payment 2'), 'as a reader of rows sees it')
})

test('a page of noise is found, whichever it is', (t) => {
  const whole = storeFile(t)
  makeStore(whole, 60)
  const pages = statSync(whole).size / PAGE_BYTES
  for (let page = 1; page < pages; page++) {
    const file = `${whole}-${page}`
    copyFileSync(whole, file)
    writeSync(openSync(file, 'r+'), randomBytes(PAGE_BYTES), 0, PAGE_BYTES, page * PAGE_BYTES)
    t.true(faultsIn(file) > 0, `page ${page}`)
  }
})

const PAGE_BYTES = 4096

/** A store that is too damaged to be opened counts as one. */
function faultsIn(file: string): number {
  try {
    return verifyStore(file).faultCount
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.code === 'STORE_CORRUPT') return 1
    throw thrown
  }
}

test('a tail that was cut off is found by a hash that was noted before', (t) => {
  const file = storeFile(t)
  makeStore(file, 2)
  const noted = verifyStore(file).heads[0]?.hash ?? ''
  tamper(
    file,
    `DELETE FROM payment_events WHERE seq > 2; DELETE FROM payments WHERE seq > 1;
     DELETE FROM ledger_postings WHERE seq > 1; DELETE FROM ledger_entries WHERE posting > 1;
     UPDATE ledger_accounts SET balance_minor = balance_minor / 2;
     UPDATE ledger_days SET debit_minor = debit_minor / 2, credit_minor = credit_minor / 2`,
  )
  t.is(verifyStore(file).faultCount, 0)
  t.deepEqual(placesOf(verifyStore(file, [noted]).faults), ['head: chain'])
})

test('of very many faults the first hundred are told, and how many there are', (t) => {
  const file = storeFile(t)
  makeStore(file, 101)
  tamper(file, `UPDATE payments SET terminal = 'TERM0002' WHERE seq < 101`)
  t.is(verifyStore(file).faults.length, 100)
  tamper(file, `UPDATE payments SET terminal = 'TERM0002'`)
  t.is(verifyStore(file).faults.length, 100)
  t.is(verifyStore(file).faultCount, 101)
})

test('a store of before the chain is sound, and it is said where the chain begins', (t) => {
  const file = storeFile(t)
  makeStore(file, 2)
  tamper(file, 'UPDATE payment_events SET node = NULL, content = NULL, hash = NULL')
  writeTo(file, (journal) => journal.payments.begin(intentRow(intent(3))))
  t.like(verifyStore(file), { events: 5, chainedFrom: 5, faultCount: 0 })
})

test('what moves while a store is verified is no fault', (t) => {
  const file = storeFile(t)
  makeStore(file, 2_500)
  const reader = openDatabaseToRead(file)
  const faults = createFaultList()
  const stretches = verifyRecords(reader, faults)
  let steps = 0
  for (let step = stretches.next(); !step.done; step = stretches.next()) {
    const number = ++steps
    writeTo(file, ({ payments }) => {
      payments.reverse(reversing(`order-${number}`, 5))
      payments.reverse(reversing(`order-${2_500 - number}`, 5))
      payments.begin(intentRow(intent(9_000 + number)))
    })
  }
  reader.close()
  t.true(steps > 4, `${steps} steps`)
  t.deepEqual(faults.first, [])
})

/** What may be asked of a journal, and when it crashes. */
const act = fc.record({
  kind: fc.constantFrom('begin', 'conclude', 'reverse', 'recover', 'crash'),
  id: fc.integer({ min: 1, max: 5 }),
  state: fc.constantFrom('approved', 'declined', 'failed', 'unknown'),
})

test('whatever is asked, refused and lost in crashes, the chain is whole and says it all', (t) => {
  fc.assert(
    fc.property(fc.array(fc.array(act, { maxLength: 6 }), { maxLength: 8 }), (batches) => {
      const database = openMemoryDatabase()
      const journal = journalOver(database)
      for (const batch of batches) {
        try {
          journal.transact(() => {
            for (const it of batch) perform(journal, it)
          })
        } catch (thrown) {
          if (!(thrown instanceof StoreError)) throw thrown
        }
      }
      t.is(faultsOf(database), 0)
      database.close()
    }),
    { numRuns: 100 },
  )
})

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

/** An act that is refused leaves its batch standing, as perform.ts does. */
function perform({ payments }: Journal, { kind, id, state }: Act): void {
  if (kind === 'crash') throw new Error('crash')
  const [merchant, name] = ['acme-books', `order-${id}`]
  const reason = state === 'unknown' ? { reason: 'link-lost' as const } : {}
  try {
    if (kind === 'begin') payments.begin(intentRow(intent(id)))
    else if (kind === 'reverse') payments.reverse(reversing(name, 7))
    else if (kind === 'recover') payments.recover(8, 0)
    else payments.conclude(merchant, name, outcomeRow({ state, decidedAtMs: 6, ...reason }))
  } catch (thrown) {
    if (!(thrown instanceof StoreError)) throw thrown
  }
}

const ROWS: readonly (readonly [string, number, readonly string[]])[] = [
  ['payment_events', 3, [...EVENT_COLUMNS, 'hash']],
  ['payment_events', 4, [...EVENT_COLUMNS, 'hash']],
  ['payments', 2, [...INTENT_COLUMNS, ...OUTCOME_COLUMNS]],
]

for (const [table, row, columns] of ROWS) {
  for (const column of columns) {
    test(`${column} of row ${row} of ${table} cannot be changed unseen`, (t) => {
      const database = openMemoryDatabase()
      const journal = journalOver(database)
      journal.transact(() => fill(journal, 3))
      t.is(faultsOf(database), 0)
      database.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON')
      dropTriggers(database)
      const value = otherValue(database, table, column)
      const { changes } = database.prepare(`UPDATE ${table} SET ${value} WHERE seq = ?`).run(row)
      t.is(changes, 1)
      t.true(faultsOf(database) > 0)
      database.close()
    })
  }
}

/** An assignment of what the column does not hold. */
function otherValue(database: DatabaseSync, table: string, column: string): string {
  const types = database.prepare('SELECT type FROM pragma_table_info(?) WHERE name = ?')
  const type = types.get(table, column)?.type
  if (column === 'state') return "state = 'declined'"
  if (type === 'INTEGER') return `${column} = coalesce(${column}, 0) + 100`
  return type === 'BLOB' ? `${column} = zeroblob(32)` : `${column} = coalesce(${column}, '') || 'x'`
}

function faultsOf(database: DatabaseSync): number {
  const faults = createFaultList()
  const records = verifyRecords(database, faults)
  while (!records.next().done);
  return faults.count
}
