import test from 'ava'
import { type MemoryStore, openMemoryStore } from '#store'
import { createDayActs } from '../../src/store/business-days.ts'
import { openMemoryDatabase } from '../../src/store/database.ts'
import { intent } from './sample.ts'

function open(store: MemoryStore, date: string, by: 'calendar' | 'host' = 'calendar'): string {
  return store.transact(() => store.openDay({ host: 'meridian', date, by, atMs: 1 }))
}

function stillClosing(store: MemoryStore): number {
  return store.transact(() => store.closeDays('meridian', 9))
}

test('a day opens once, and never an earlier one after it', (t) => {
  const store = openMemoryStore()
  t.is(open(store, '2026-11-22'), '2026-11-22')
  t.is(open(store, '2026-11-22'), '2026-11-22')
  t.is(open(store, '2026-11-24', 'host'), '2026-11-24')
  t.is(open(store, '2026-11-23'), '2026-11-24')
})

test('each host has days of its own', (t) => {
  const store = openMemoryStore()
  open(store, '2026-11-24')
  const other = { host: 'other', date: '2026-11-22', by: 'host', atMs: 1 } as const
  t.is(
    store.transact(() => store.openDay(other)),
    '2026-11-22',
  )
})

test('a day that is over closes when its last payment has ended', (t) => {
  const store = openMemoryStore()
  open(store, '2026-11-22')
  store.transact(() => store.begin(intent(1)))
  t.is(stillClosing(store), 0)
  open(store, '2026-11-23')
  t.is(stillClosing(store), 1)
  store.transact(() => {
    store.conclude('acme-books', 'order-1', {
      state: 'unknown',
      reason: 'host-silent',
      decidedAtMs: 2,
    })
  })
  t.is(stillClosing(store), 1)
  store.transact(() => store.endAttempt(1, { kind: 'acknowledged', atMs: 3 }))
  t.is(stillClosing(store), 0)
})

test('closing looks at open payments alone, however many there are', (t) => {
  const database = openMemoryDatabase()
  const prepare = database.prepare.bind(database)
  const plans: string[] = []
  database.prepare = (sql) => {
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    plans.push(plan.map(({ detail }) => String(detail)).join())
    return prepare(sql)
  }
  createDayActs(database)
  const searching = plans.filter((plan) => plan.includes('payments'))
  t.is(searching.length, 1)
  t.regex(searching[0] ?? '', /SEARCH payments USING INDEX open_payments \(state=\?\)/)
})
