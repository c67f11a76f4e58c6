import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import { openPaymentReader, openRegistry } from '#store'
import { openDatabase } from '../../src/store/database.ts'
import { journalOver } from '../../src/store/journal.ts'
import { STORE_LIMITS } from '../../src/store/limits.ts'
import { SCHEMA_VERSION } from '../../src/store/migrate.ts'
import { intentRow } from '../../src/store/payment-row.ts'
import { approved, bytes, intent, openSample, storeFile } from './sample.ts'

const OURS = bytes(32, 1)
const OTHERS = bytes(32, 2)

/** A store with payments 1 to `count`, of which those in `ours` are of one card. */
function fileWith(t: ExecutionContext, count: number, ours: readonly number[]): string {
  const file = storeFile(t)
  const journal = journalOver(openDatabase(file, STORE_LIMITS, true))
  journal.transact(() => {
    for (let index = 1; index <= count; index++) {
      const panHash = ours.includes(index) ? OURS : OTHERS
      journal.payments.begin(intentRow(intent(index, { panHash })))
    }
  })
  journal.close()
  return file
}

function search(t: ExecutionContext, file: string, limit: number, lookedAtMax?: number) {
  const reader = openPaymentReader(file, lookedAtMax)
  t.teardown(() => reader.close())
  const { payments, ...rest } = reader.findByCard(OURS, limit)
  return { ids: payments.map(({ id }) => id), ...rest }
}

test('the payments of a card are found, newest first, beside a running gateway', async (t) => {
  const file = storeFile(t)
  const store = await openSample(t, { file })
  for (const index of [1, 2, 3]) {
    await store.begin(intent(index, { panHash: index === 2 ? OTHERS : OURS }))
  }
  await store.conclude('acme-books', 'order-3', approved)
  const reader = openPaymentReader(file)
  t.teardown(() => reader.close())
  t.deepEqual(reader.findByCard(OURS, 10), {
    payments: [
      { ...intent(3, { panHash: OURS }), state: 'approved', outcome: approved },
      { ...intent(1, { panHash: OURS }), state: 'begun' },
    ],
    lookedAt: 3,
    complete: true,
  })
  await store.begin(intent(4, { panHash: OURS }))
  t.is(reader.findByCard(OURS, 1).payments[0]?.id, 'order-4')
})

test('no more are found than asked for, and it is said that there may be earlier ones', (t) => {
  const file = fileWith(t, 9, [1, 4, 8])
  t.deepEqual(search(t, file, 2), { ids: ['order-8', 'order-4'], lookedAt: 6, complete: false })
  const all = ['order-8', 'order-4', 'order-1']
  t.deepEqual(search(t, file, 3), { ids: all, lookedAt: 9, complete: true })
  t.deepEqual(search(t, file, 4), { ids: all, lookedAt: 9, complete: true })
})

test('a search looks at as many payments as allowed, and not at one more', (t) => {
  const file = fileWith(t, 9, [4])
  t.deepEqual(search(t, file, 5, 6), { ids: ['order-4'], lookedAt: 6, complete: false })
  t.deepEqual(search(t, file, 5, 5), { ids: [], lookedAt: 5, complete: false })
  t.deepEqual(search(t, file, 5, 9), { ids: ['order-4'], lookedAt: 9, complete: true })
})

test('a search goes on where one stretch of 10,000 payments ends', (t) => {
  const file = fileWith(t, 20_001, [1, 10_001, 10_002, 20_001])
  const ids = ['order-20001', 'order-10002', 'order-10001', 'order-1']
  t.deepEqual(search(t, file, 5), { ids, lookedAt: 20_001, complete: true })
  t.deepEqual(search(t, file, 2), { ids: ids.slice(0, 2), lookedAt: 10_000, complete: false })
})

test('a store without payments has none of a card', (t) => {
  t.deepEqual(search(t, fileWith(t, 0, []), 5), { ids: [], lookedAt: 0, complete: true })
})

test('a search waits for no writer', (t) => {
  const file = fileWith(t, 2, [1])
  const writer = new DatabaseSync(file)
  writer.exec('BEGIN IMMEDIATE')
  t.deepEqual(search(t, file, 5).ids, ['order-1'])
  writer.close()
})

test('a store that is not there is not made', (t) => {
  const file = storeFile(t)
  t.throws(() => openPaymentReader(file), { code: 'STORE_UNREADABLE' })
  t.throws(() => openPaymentReader(file), { code: 'STORE_UNREADABLE' })
})

for (const [step, code] of [
  [-1, 'STORE_TOO_OLD'],
  [1, 'STORE_TOO_NEW'],
] as const) {
  test(`a store with a schema ${step} from ours is ${code} to be read`, (t) => {
    const file = storeFile(t)
    openRegistry(file, {
      clock: { nowMs: () => 0, elapsedMs: () => 0, after: () => () => {}, soon: setImmediate },
    }).close()
    const other = new DatabaseSync(file)
    other.exec(`PRAGMA user_version = ${SCHEMA_VERSION + step}`)
    other.close()
    t.throws(() => openPaymentReader(file), { code })
  })
}
