import ava from 'ava'
import type { Store } from '#store'
import { createDayActs } from '../../src/store/business-days.ts'
import { openMemoryDatabase } from '../../src/store/database.ts'
import { intent } from './sample.ts'
import { test } from './stores.ts'

function open(store: Store, date: string, by: 'calendar' | 'host' = 'calendar'): Promise<string> {
  return store.openDay({ host: 'meridian', date, by, atMs: 1 })
}

test('a day opens once, and never an earlier one after it', async (t, kind) => {
  const store = await kind.open(t)
  t.is(await open(store, '2026-11-22'), '2026-11-22')
  t.is(await open(store, '2026-11-22'), '2026-11-22')
  t.is(await open(store, '2026-11-24', 'host'), '2026-11-24')
  t.is(await open(store, '2026-11-23'), '2026-11-24')
})

test('each host has days of its own', async (t, kind) => {
  const store = await kind.open(t)
  await open(store, '2026-11-24')
  const other = { host: 'other', date: '2026-11-22', by: 'host', atMs: 1 } as const
  t.is(await store.openDay(other), '2026-11-22')
})

test('a day that is over closes when its last payment has ended', async (t, kind) => {
  const store = await kind.open(t)
  const stillClosing = () => store.closeDays('meridian', 9)
  await open(store, '2026-11-22')
  await store.begin(intent(1))
  t.is(await stillClosing(), 0)
  await open(store, '2026-11-23')
  t.is(await stillClosing(), 1)
  await store.conclude('acme-books', 'order-1', {
    state: 'unknown',
    reason: 'host-silent',
    decidedAtMs: 2,
  })
  t.is(await stillClosing(), 1)
  await store.endAttempt(1, { kind: 'acknowledged', atMs: 3 })
  t.is(await stillClosing(), 0)
})

ava('closing looks at open payments alone, however many there are', (t) => {
  const database = openMemoryDatabase()
  const prepare = database.prepare.bind(database)
  const plans: string[] = []
  database.prepare = (sql) => {
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    plans.push(plan.map(({ detail }) => String(detail)).join())
    return prepare(sql)
  }
  createDayActs(database, { closeDays: () => {} })
  const searching = plans.filter((plan) => plan.includes('payments'))
  t.is(searching.length, 1)
  t.regex(searching[0] ?? '', /SEARCH payments USING INDEX open_payments \(state=\?\)/)
})
