import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import { Client } from 'pg'
import { createSystemClock } from '#platform'
import { type StorePlace, verifyPlace, verifyStore } from '#store'
import { freshDatabase } from '../postgres/shared.ts'
import { approved, bytes, intent, openSample, storeFile, usd } from './sample.ts'

/** A store file with a posted tab of three charges, `tab-1`, and an open one of two, `tab-2`. */
async function withTabs(t: ExecutionContext): Promise<string> {
  const file = storeFile(t)
  await fill(t, file)
  return file
}

/** The same in any place. */
async function fill(t: ExecutionContext, place: StorePlace): Promise<void> {
  const store = await openSample(t, { place })
  for (const index of [1, 2]) {
    await store.begin(intent(index, { operation: 'payment.authorize' }))
    await store.conclude('acme-books', `order-${index}`, approved)
    await store.openTab({
      ...{ merchant: 'acme-books', id: `tab-${index}`, payment: `order-${index}` },
      ...{ currency: usd(), fingerprint: bytes(32, 1), businessDate: '2026-11-22' },
      consent: { reference: 'consent-1', maximumMinor: 1_000n, untilMs: 2 ** 45 },
      posting: { ageMs: 1_000, atDayEnd: false },
      openedAtMs: 1_000,
    })
    const charges = [
      { id: 'a', grains: 12_000n, item: 'An article' },
      { id: 'b', grains: 9_000n },
    ]
    const wish = { merchant: 'acme-books', id: `tab-${index}`, atMs: 2_000 }
    await store.chargeTab({ ...wish, charges })
    if (index === 2) continue
    await store.chargeTab({ ...wish, charges: [{ id: 'c', grains: 1n }] })
    await store.postTab({ ...wish, isAsked: true, openDate: '2026-11-22' })
  }
  await store.close()
}

const kinds = (file: string) => verifyStore(file).faults.map(({ kind, place }) => [kind, place])

test('tabs as they were written are sound', async (t) => {
  t.deepEqual(kinds(await withTabs(t)), [])
})

for (const [what, damage, fault] of [
  ['another amount', 'UPDATE tab_charges SET grains = 12001 WHERE tab = 2 AND number = 1', 'chain'],
  ['another item', `UPDATE tab_charges SET item = 'A book' WHERE tab = 1 AND number = 1`, 'chain'],
  ['a charge less', 'DELETE FROM tab_charges WHERE tab = 2 AND number = 2', 'content'],
  ['other terms', 'UPDATE tabs SET maximum_minor = 9000 WHERE seq = 2', 'chain'],
  ['another sum', 'UPDATE tabs SET charged_grains = 20999 WHERE seq = 2', 'content'],
  ['another end', `UPDATE captures SET capture_tab_head = zeroblob(32)`, 'content'],
] as const) {
  test(`${what} than was written is found`, async (t) => {
    const file = await withTabs(t)
    const database = new DatabaseSync(file)
    const triggers = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).all()
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`)
    database.exec(damage)
    database.close()
    t.true(kinds(file).some(([kind, place]) => kind === fault && !String(place).includes('schema')))
  })
}

test('tabs in a database are verified too', async (t) => {
  const place = await freshDatabase()
  const { host, port, user, database } = place
  await fill(t, place)
  t.deepEqual((await verifyPlace(place, { clock: createSystemClock() })).faults, [])
  const client = new Client({ host, port, user, database })
  await client.connect()
  t.teardown(() => client.end())
  await client.query('SET session_replication_role = replica')
  await client.query('UPDATE sallyport.tab_charges SET grains = 8999 WHERE tab = 1 AND number = 2')
  const { faults } = await verifyPlace(place, { clock: createSystemClock() })
  t.deepEqual(
    faults.map(({ kind }) => kind),
    ['chain', 'content'],
  )
})
