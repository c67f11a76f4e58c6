import { DatabaseSync } from 'node:sqlite'
import ava, { type ExecutionContext } from 'ava'
import { createSystemClock } from '#platform'
import { openPaymentReader, openRegistry, type StorePlace } from '#store'
import { openDatabase } from '../../src/store/database.ts'
import { journalOver } from '../../src/store/journal.ts'
import { STORE_LIMITS } from '../../src/store/limits.ts'
import { SCHEMA_VERSION } from '../../src/store/migrate.ts'
import { intentRow } from '../../src/store/payment-row.ts'
import { approved, bytes, intent, storeFile } from './sample.ts'
import { type Kind, test } from './stores.ts'

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

/** The same in any kind of store, of which a batch numbers its payments by their ids. */
async function placeWith(
  t: ExecutionContext,
  kind: Kind,
  { count, ours }: { readonly count: number; readonly ours: readonly number[] },
): Promise<StorePlace> {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  for (let index = 1; index <= count; index++) {
    await store.begin(intent(index, { panHash: ours.includes(index) ? OURS : OTHERS }))
  }
  return place
}

async function search(t: ExecutionContext, place: StorePlace, limit: number, lookedAtMax?: number) {
  const reader = await openPaymentReader(place, {
    clock: createSystemClock(),
    ...(lookedAtMax === undefined ? {} : { lookedAtMax }),
  })
  t.teardown(() => reader.close())
  const { payments, ...rest } = await reader.findByCard(OURS, limit)
  return { ids: payments.map(({ id }) => id), ...rest }
}

test('the payments of a card are found, newest first, beside a running gateway', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  for (const index of [1, 2, 3]) {
    await store.begin(intent(index, { panHash: index === 2 ? OTHERS : OURS }))
  }
  await store.conclude('acme-books', 'order-3', approved)
  const reader = await openPaymentReader(place, { clock: createSystemClock() })
  t.teardown(() => reader.close())
  t.deepEqual(await reader.findByCard(OURS, 10), {
    payments: [
      { ...intent(3, { panHash: OURS }), state: 'approved', outcome: approved },
      { ...intent(1, { panHash: OURS }), state: 'begun' },
    ],
    lookedAt: 3,
    complete: true,
  })
  await store.begin(intent(4, { panHash: OURS }))
  t.is((await reader.findByCard(OURS, 1)).payments[0]?.id, 'order-4')
})

test('no more are found than asked for, and it is said that there may be earlier ones', async (t, kind) => {
  const place = await placeWith(t, kind, { count: 9, ours: [1, 4, 8] })
  t.deepEqual(await search(t, place, 2), {
    ids: ['order-8', 'order-4'],
    lookedAt: 6,
    complete: false,
  })
  const all = ['order-8', 'order-4', 'order-1']
  t.deepEqual(await search(t, place, 3), { ids: all, lookedAt: 9, complete: true })
  t.deepEqual(await search(t, place, 4), { ids: all, lookedAt: 9, complete: true })
})

test('a search looks at as many payments as allowed, and not at one more', async (t, kind) => {
  const place = await placeWith(t, kind, { count: 9, ours: [4] })
  t.deepEqual(await search(t, place, 5, 6), { ids: ['order-4'], lookedAt: 6, complete: false })
  t.deepEqual(await search(t, place, 5, 5), { ids: [], lookedAt: 5, complete: false })
  t.deepEqual(await search(t, place, 5, 9), { ids: ['order-4'], lookedAt: 9, complete: true })
})

ava('a search goes on where one stretch of 10,000 payments ends', async (t) => {
  const file = fileWith(t, 20_001, [1, 10_001, 10_002, 20_001])
  const ids = ['order-20001', 'order-10002', 'order-10001', 'order-1']
  t.deepEqual(await search(t, file, 5), { ids, lookedAt: 20_001, complete: true })
  t.deepEqual(await search(t, file, 2), { ids: ids.slice(0, 2), lookedAt: 10_000, complete: false })
})

ava('a store without payments has none of a card', async (t) => {
  t.deepEqual(await search(t, fileWith(t, 0, []), 5), { ids: [], lookedAt: 0, complete: true })
})

ava('a search waits for no writer', async (t) => {
  const file = fileWith(t, 2, [1])
  const writer = new DatabaseSync(file)
  writer.exec('BEGIN IMMEDIATE')
  t.deepEqual(await (await search(t, file, 5)).ids, ['order-1'])
  writer.close()
})

ava('a store that is not there is not made', async (t) => {
  const file = storeFile(t)
  await t.throwsAsync(openPaymentReader(file, { clock: createSystemClock() }), {
    code: 'STORE_UNREADABLE',
  })
  await t.throwsAsync(openPaymentReader(file, { clock: createSystemClock() }), {
    code: 'STORE_UNREADABLE',
  })
})

for (const [step, code] of [
  [-1, 'STORE_TOO_OLD'],
  [1, 'STORE_TOO_NEW'],
] as const) {
  ava(`a store with a schema ${step} from ours is ${code} to be read`, async (t) => {
    const file = storeFile(t)
    await (await openRegistry(file, { clock: createSystemClock() })).close()
    const other = new DatabaseSync(file)
    other.exec(`PRAGMA user_version = ${SCHEMA_VERSION + step}`)
    other.close()
    await t.throwsAsync(openPaymentReader(file, { clock: createSystemClock() }), { code })
  })
}
