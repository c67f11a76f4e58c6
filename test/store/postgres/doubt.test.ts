import test, { type ExecutionContext } from 'ava'
import { Client } from 'pg'
import type { PostgresPlace, Store, StoreErrorCode } from '#store'
import { journalPort } from '../../../src/journal-port.ts'
import { type FailingLine, openFailingLine } from '../../postgres/failing-line.ts'
import { freshDatabase } from '../../postgres/shared.ts'
import { approved, intent, openSample } from '../sample.ts'

/** A store behind a line that fails when it is told to, and the way to look past it. */
interface Behind {
  readonly store: Store
  readonly line: FailingLine
  readonly place: PostgresPlace
  /** What the journal has of one payment: each of its moves. */
  moves(id: string): Promise<readonly string[]>
}

async function openBehind(t: ExecutionContext, limits = {}): Promise<Behind> {
  const place = await freshDatabase()
  const line = await openFailingLine(place.port)
  t.teardown(() => line.close())
  const store = await openSample(t, {
    place: { ...place, port: line.port },
    limits: { reconnectDelayMinMs: 20, beatMs: NEVER_MS, ...limits },
  })
  return {
    store,
    line,
    place,
    moves: async (id) => {
      const rows = await query(
        place,
        `SELECT to_state FROM payment_events AS event JOIN payments ON payments.seq = event.payment
         WHERE payments.id = '${id}' ORDER BY event.seq`,
      )
      return rows.map((row) => String(row['to_state']))
    },
  }
}

const NEVER_MS = 86_400_000

async function query({ node: _, tls: _tls, ...place }: PostgresPlace, sql: string) {
  const client = new Client(place)
  await client.connect()
  try {
    await client.query('SET search_path = sallyport')
    return (await client.query(sql)).rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}

/** Asks until what it is kept in is there again. */
async function insistently<T>(act: () => Promise<T>): Promise<T> {
  for (const endMs = Date.now() + 10_000; ; ) {
    try {
      return await act()
    } catch (thrown) {
      const { code } = thrown as { code?: StoreErrorCode }
      if (code !== 'STORE_BUSY' || Date.now() > endMs) throw thrown
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** Asks until it is refused at once, without waiting for what is kept. */
async function untilRefused(act: () => Promise<unknown>): Promise<void> {
  const endMs = Date.now() + 5_000
  for (let isRefused = false; !isRefused; ) {
    if (Date.now() > endMs) throw new Error('nobody noticed')
    act().catch(({ code }) => {
      isRefused = code === 'STORE_BUSY'
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

for (const when of ['before', 'after'] as const) {
  test(`a line that is lost ${when} the server commits costs nothing: each act is done once`, async (t) => {
    const { store, line, moves } = await openBehind(t)
    await store.begin(intent(1))
    line.failAtCommit(when)
    const acts = await Promise.all([
      store.begin(intent(2)),
      store.conclude('acme-books', 'order-1', approved),
      store.begin(intent(3)),
    ])
    t.deepEqual(acts, [{ kind: 'begun' }, undefined, { kind: 'begun' }])
    t.deepEqual(await moves('order-1'), ['begun', 'approved'])
    t.deepEqual(await moves('order-2'), ['begun'])
    t.is((await insistently(() => store.find('acme-books', 'order-3')))?.state, 'begun')
  })
}

test('what was begun without anybody knowing is ended when the line is back', async (t) => {
  const { store, line, moves } = await openBehind(t, { busyTimeoutMs: 200 })
  line.failAtCommit('after')
  line.accept(false)
  await t.throwsAsync(store.begin(intent(1)), { code: 'COMMIT_UNKNOWN' })
  t.deepEqual(await moves('order-1'), ['begun'])
  line.accept(true)
  const found = await insistently(() => store.find('acme-books', 'order-1'))
  t.like(found, { state: 'failed', outcome: { reason: 'not-sent' } })
  t.deepEqual(await moves('order-1'), ['begun', 'failed'])
  t.is((await store.begin(intent(1))).kind, 'repeat')
})

test('what was not begun after all is not there when the line is back', async (t) => {
  const { store, line, moves } = await openBehind(t, { busyTimeoutMs: 200 })
  line.failAtCommit('before')
  line.accept(false)
  await t.throwsAsync(store.begin(intent(1)), { code: 'COMMIT_UNKNOWN' })
  line.accept(true)
  t.is(await insistently(() => store.find('acme-books', 'order-1')), undefined)
  t.deepEqual(await moves('order-1'), [])
  t.is((await store.begin(intent(1))).kind, 'begun')
})

test('without a line new work is refused at once, and an outcome waits for it', async (t) => {
  const { store, line, moves } = await openBehind(t, { busyTimeoutMs: 10_000 })
  await store.begin(intent(1))
  line.failAtCommit('before')
  line.accept(false)
  const outcome = store.conclude('acme-books', 'order-1', approved)
  await untilRefused(() => store.find('acme-books', 'order-1'))
  await t.throwsAsync(store.begin(intent(2)), { code: 'STORE_BUSY' })
  line.accept(true)
  await outcome
  t.deepEqual(await moves('order-1'), ['begun', 'approved'])
})

for (const when of ['before', 'after'] as const) {
  test(`an outcome that nobody knew of ${when} the server committed is recorded once`, async (t) => {
    const { store, line, moves } = await openBehind(t, { busyTimeoutMs: 200 })
    const lost: unknown[] = []
    const journal = journalPort(store, (error) => lost.push(error))
    await store.begin(intent(1))
    line.failAtCommit(when)
    line.accept(false)
    const concluded = journal.conclude('acme-books', 'order-1', approved)
    await new Promise((resolve) => setTimeout(resolve, 700))
    line.accept(true)
    await concluded
    t.deepEqual(await moves('order-1'), ['begun', 'approved'])
    t.deepEqual(lost, [])
  })
}

test('a line that carries nothing any more is given up, and nothing of it was done', async (t) => {
  const { store, line, moves } = await openBehind(t, { statementTimeoutMs: 2_000 })
  await store.begin(intent(1))
  line.stall()
  await t.throwsAsync(store.conclude('acme-books', 'order-1', approved), { code: 'STORE_BUSY' })
  t.deepEqual(await moves('order-1'), ['begun'])
})

test('a node that was declared dead while its line was lost breaks when it is back', async (t) => {
  const place = await freshDatabase()
  const line = await openFailingLine(place.port)
  t.teardown(() => line.close())
  const faults: StoreErrorCode[] = []
  const store = await openSample(t, {
    place: { ...place, port: line.port },
    onFault: ({ code }) => faults.push(code),
    limits: { reconnectDelayMinMs: 20, busyTimeoutMs: 10_000 },
  })
  await store.begin(intent(1))
  line.failAtCommit('before')
  line.accept(false)
  const outcome = store.conclude('acme-books', 'order-1', approved)
  // The life that followed has committed more.
  await query(place, `UPDATE nodes SET epoch = epoch + 1, batch = batch + 9`)
  line.accept(true)
  await t.throwsAsync(outcome, { code: 'STORE_FENCED' })
  t.deepEqual(faults, ['STORE_FENCED'])
})

test('a database that has lost what it had committed is not relied on', async (t) => {
  const place = await freshDatabase()
  const line = await openFailingLine(place.port)
  t.teardown(() => line.close())
  const faults: StoreErrorCode[] = []
  const store = await openSample(t, {
    place: { ...place, port: line.port },
    onFault: ({ code }) => faults.push(code),
    limits: { reconnectDelayMinMs: 20, busyTimeoutMs: 10_000, beatMs: NEVER_MS },
  })
  await store.begin(intent(1))
  await store.begin(intent(2))
  line.failAtCommit('before')
  line.accept(false)
  const outcome = store.conclude('acme-books', 'order-1', approved)
  // As a server that stands in for another, and had not heard of its last transaction.
  await query(place, 'UPDATE nodes SET batch = batch - 1')
  line.accept(true)
  await t.throwsAsync(outcome, { code: 'STORE_CORRUPT' })
  t.deepEqual(faults, ['STORE_CORRUPT'])
})

test('a store that is closed while its line is lost closes', async (t) => {
  const { store, line } = await openBehind(t, { busyTimeoutMs: 300 })
  line.failAtCommit('before')
  line.accept(false)
  await t.throwsAsync(store.begin(intent(1)), { code: 'COMMIT_UNKNOWN' })
  await t.notThrowsAsync(store.close())
})
