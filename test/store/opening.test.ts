import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import ava, { type ExecutionContext } from 'ava'
import { createSystemClock } from '#platform'
import { openRegistry, openStore, type StoreErrorCode } from '#store'
import { APPLICATION_ID, openDatabase } from '../../src/store/database.ts'
import { STORE_LIMITS } from '../../src/store/limits.ts'
import { SCHEMA_VERSION } from '../../src/store/migrate.ts'
import { startChild } from './run-child.ts'
import { approved, intent, merchant, openSample, storeFile } from './sample.ts'
import { test } from './stores.ts'

const clock = createSystemClock()

async function checkRefused(t: ExecutionContext, file: string, code: StoreErrorCode) {
  const before = readFileSync(file)
  await t.throwsAsync(openStore(file, { clock, onFault: () => {} }), { code })
  t.deepEqual(readFileSync(file), before, 'the file is left alone')
}

ava('a store is made where there is none, for its owner alone', async (t) => {
  const file = storeFile(t)
  const store = await openSample(t, { file })
  await store.begin(intent(1))
  for (const name of [file, `${file}-wal`, `${file}-shm`]) {
    t.is(statSync(name).mode & 0o777, 0o600, name)
  }
})

test('a second instance in this process is refused', async (t, kind) => {
  const place = await kind.freshPlace(t)
  await kind.open(t, { place })
  const second = openStore(place, { clock, onFault: () => {} })
  await t.throwsAsync(second, { code: 'STORE_IN_USE', message: /another/ })
})

ava('a second instance in another process is refused until the first is killed', async (t) => {
  const file = storeFile(t)
  const first = startChild(file, ['idle'])
  await first.said('open')
  await t.throwsAsync(openStore(file, { clock, onFault: () => {} }), { code: 'STORE_IN_USE' })
  const second = startChild(file, ['idle'])
  t.is(await second.ended, 1)
  t.deepEqual(second.lines(), ['STORE_IN_USE'])
  first.child.kill('SIGKILL')
  await first.ended
  const after = await openSample(t, { file })
  t.deepEqual(await after.begin(intent(1)), { kind: 'begun' })
})

test('a store whose opening was refused can be opened after', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const first = await kind.open(t, { place })
  await t.throwsAsync(openStore(place, { clock, onFault: () => {} }))
  await first.close()
  const second = await kind.open(t, { place })
  t.is((await second.begin(intent(1))).kind, 'begun')
})

ava('a file that is no database is refused', async (t) => {
  const file = storeFile(t)
  writeFileSync(file, randomBytes(8192))
  await checkRefused(t, file, 'STORE_CORRUPT')
})

ava('a text file is refused', async (t) => {
  const file = storeFile(t)
  writeFileSync(file, 'merchant,amount\n'.repeat(500))
  await checkRefused(t, file, 'STORE_CORRUPT')
})

ava('a store whose schema page is damaged is refused', async (t) => {
  const file = storeFile(t)
  await (await openRegistry(file, { clock })).close()
  const handle = openSync(file, 'r+')
  writeSync(handle, randomBytes(3900), 0, 3900, 100)
  await checkRefused(t, file, 'STORE_CORRUPT')
})

ava("another program's database is refused", async (t) => {
  const file = storeFile(t)
  const other = new DatabaseSync(file)
  other.exec('CREATE TABLE recipes (name TEXT)')
  other.close()
  await checkRefused(t, file, 'STORE_FOREIGN')
})

ava('a store of a newer program is refused', async (t) => {
  const file = storeFile(t)
  await (await openRegistry(file, { clock })).close()
  const newer = new DatabaseSync(file)
  newer.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
  newer.close()
  await checkRefused(t, file, 'STORE_TOO_NEW')
})

ava('a path in no folder is refused', async (t) => {
  const opening = openStore('/nowhere/at/all/store.db', { clock, onFault: () => {} })
  await t.throwsAsync(opening, { code: 'STORE_UNWRITABLE' })
})

ava('a folder that may not be written is refused', (t) => {
  const folder = `${dirname(storeFile(t))}/closed`
  mkdirSync(folder)
  chmodSync(dirname(folder), 0o755)
  chmodSync(folder, 0o555)
  // The superuser writes anywhere: a child that is nobody tries.
  const script = `
    if (process.getuid() === 0) process.setuid(65534)
    const { openRegistry } = await import('${new URL('../../src/store/index.ts', import.meta.url)}')
    const opening = openRegistry('${folder}/store.db', {})
    await opening.catch(({ code }) => process.stdout.write(code))`
  const args = ['--input-type=module-typescript', '--eval', script]
  t.is(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout, 'STORE_UNWRITABLE')
})

ava('a store carries its mark, its schema version and full durability after a write', (t) => {
  const database = openDatabase(storeFile(t), STORE_LIMITS, true)
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]
  t.is(pragma('application_id'), APPLICATION_ID)
  t.is(pragma('user_version'), SCHEMA_VERSION)
  t.is(pragma('journal_mode'), 'wal')
  t.is(pragma('synchronous'), 2)
  t.is(database.prepare('SELECT count FROM openings').get()?.count, 1)
  database.close()
})

test('the registry is changed beside a running gateway, which notices', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  const registry = await openRegistry(place, { clock })
  t.teardown(() => registry.close())
  await registry.putMerchant(merchant, 'ada')
  t.is(await store.merchantsVersion(), 1)
  await store.putMerchant({ ...merchant, id: 'other' }, 'grace')
  t.deepEqual(await registry.merchants(), {
    version: 2,
    merchants: [merchant, { ...merchant, id: 'other' }],
  })
})

test('the registry makes a store that a gateway then opens', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const registry = await openRegistry(place, { clock })
  await registry.putMerchant(merchant, 'ada')
  await registry.close()
  const store = await kind.open(t, { place })
  t.deepEqual((await store.merchants()).merchants, [merchant])
})

ava('the registry does not change a schema under a running gateway', async (t) => {
  const file = storeFile(t)
  await openSample(t, { file })
  const older = new DatabaseSync(file)
  older.exec(`PRAGMA user_version = ${SCHEMA_VERSION - 1}`)
  older.close()
  await t.throwsAsync(openRegistry(file, { clock }), { code: 'STORE_IN_USE' })
})

ava('while another process writes, what writes is refused and what reads is not', async (t) => {
  const file = storeFile(t)
  const store = await openSample(t, { file, limits: { busyTimeoutMs: 20 } })
  await store.begin(intent(0))
  await store.putMerchant(merchant, 'ada')
  const registry = await openRegistry(file, { clock })
  t.teardown(() => registry.close())
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  t.is((await store.find('acme-books', 'order-0'))?.state, 'begun')
  t.deepEqual(await store.merchants(), { version: 1, merchants: [merchant] })
  t.is(await store.merchantsVersion(), 1)
  t.deepEqual(await registry.merchants(), { version: 1, merchants: [merchant] })
  const mixed = await Promise.allSettled([
    store.begin(intent(1)),
    store.find('acme-books', 'order-1'),
    store.conclude('acme-books', 'order-0', approved),
    store.find('acme-books', 'order-0'),
    store.leaseStans('meridian', 5),
    store.putMerchant(merchant, 'ada'),
    store.recover(1, 0),
    store.merchantsVersion(),
  ])
  const busy = 'STORE_BUSY'
  t.deepEqual(
    mixed.map((it) => (it.status === 'rejected' ? it.reason.code : it.value)),
    [busy, undefined, busy, { ...intent(0), state: 'begun' }, busy, busy, busy, 1],
  )
  other.exec('ROLLBACK')
  other.close()
  t.deepEqual(await store.begin(intent(1)), { kind: 'begun' })
})
