import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import { backUpStore, restoreStore, StoreError } from '#store'
import { markDamaged } from '../../../src/store/upkeep/damage-mark.ts'
import { verifyStore } from '../../../src/store/upkeep/verification.ts'
import { makeUnchained } from '../older-store.ts'
import { approved, intent, openSample, storeFile } from '../sample.ts'
import { makeStore, tamper } from './tampering.ts'

const LIMITS = { walBytesMax: 2 ** 28 }
const AT_MS = 1_795_000_000_000

/** A store of two approved payments and one begun, its numbers leased up to 40, and its backup. */
async function backedUp(t: ExecutionContext): Promise<{ file: string; backup: string }> {
  const file = storeFile(t)
  makeStore(file, 2)
  const store = await openSample(t, { file })
  await store.leaseStans('meridian', 40)
  await store.begin(intent(3))
  await store.close()
  const backup = join(dirname(file), 'backup.db')
  t.is((await backUpStore(file, backup, LIMITS)).kind, 'made')
  return { file, backup }
}

/** What the store does after its backup. */
async function goOn(t: ExecutionContext, file: string): Promise<void> {
  const store = await openSample(t, { file })
  await store.conclude('acme-books', 'order-3', approved)
  for (const index of [4, 5]) await store.begin(intent(index))
  await store.leaseStans('meridian', 100)
  await store.close()
}

const asideOf = (file: string) => `${file}-replaced-${AT_MS}`

test('a backup is put where no store is, and the journal goes on from there', async (t) => {
  const { backup } = await backedUp(t)
  const file = storeFile(t)
  const restored = await restoreStore(backup, file, { replace: false, atMs: AT_MS })
  t.like(restored, { kind: 'restored', found: { payments: 3, events: 5 } })
  t.like(restored, { underWay: [{ merchant: 'acme-books', id: 'order-3' }] })
  t.deepEqual(readdirSync(dirname(file)).sort(), ['store.db', 'store.db-lock'])

  const store = await openSample(t, { file })
  t.is((await store.find('acme-books', 'order-2'))?.state, 'approved')
  t.deepEqual(await store.leaseStans('meridian', 1), { first: 500_041, count: 1 })
  await store.begin(intent(9))
  await store.close()
  t.like(verifyStore(file), { events: 6, faultCount: 0, restorations: [{ atMs: AT_MS, event: 5 }] })
})

test('the trace numbers of a lost time that is not known are passed over, also past the last', async (t) => {
  const { file, backup } = await backedUp(t)
  const store = await openSample(t, { file: backup })
  await store.leaseStans('meridian', 999_959)
  await store.leaseStans('other', 700_000)
  await store.close()
  const place = join(dirname(file), 'place.db')
  await restoreStore(backup, place, { replace: false, atMs: AT_MS })
  const restored = await openSample(t, { file: place })
  t.is((await restored.leaseStans('meridian', 1)).first, 500_001)
  t.is((await restored.leaseStans('other', 1)).first, 200_002)
})

test('a store that is there stays, unless it is said to replace it', async (t) => {
  const { file, backup } = await backedUp(t)
  const before = readFileSync(file)
  const result = await restoreStore(backup, file, { replace: false, atMs: AT_MS })
  t.deepEqual(result, { kind: 'exists' })
  t.deepEqual(readFileSync(file), before)
})

test('a store that is replaced is kept whole, and tells what was lost and where numbers go on', async (t) => {
  const { file, backup } = await backedUp(t)
  await goOn(t, file)
  const restored = await restoreStore(backup, file, { replace: true, atMs: AT_MS })
  t.like(restored, { kind: 'restored', asideFile: asideOf(file), lostPayments: 2 })
  t.like(verifyStore(asideOf(file)), { payments: 5, events: 8, faultCount: 0 })
  const lost = verifyStore(asideOf(file)).heads[0]?.hash ?? ''
  t.like(verifyStore(file, [lost]).faults, [{ kind: 'head' }])

  const store = await openSample(t, { file })
  t.is(await store.find('acme-books', 'order-4'), undefined)
  t.is((await store.leaseStans('meridian', 1)).first, 141)
})

test('the log of a store that was killed is kept with it, and is not the backup’s', async (t) => {
  const { file, backup } = await backedUp(t)
  const killed = storeFile(t)
  const store = await openSample(t, { file })
  await store.begin(intent(8))
  for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${killed}${suffix}`)
  await store.close()
  await restoreStore(backup, killed, { replace: true, atMs: AT_MS })
  t.like(verifyStore(asideOf(killed)), { payments: 4, faultCount: 0 })
  t.like(verifyStore(killed), { payments: 3, faultCount: 0 })
})

test('a damaged store is replaced, its mark goes, and its numbers are not believed', async (t) => {
  const { file, backup } = await backedUp(t)
  await goOn(t, file)
  writeFileSync(file, randomBytes(40_000))
  markDamaged(file, new StoreError('STORE_CORRUPT', 'noise'))
  const restored = await restoreStore(backup, file, { replace: true, atMs: AT_MS })
  t.is(restored.kind, 'restored')
  t.false('lostPayments' in restored)
  t.false(existsSync(`${file}-damaged`))
  const store = await openSample(t, { file })
  t.is((await store.leaseStans('meridian', 1)).first, 500_041)
})

test('a store that did not go on from the backup tells nothing of the lost time', async (t) => {
  const { backup } = await backedUp(t)
  const file = storeFile(t)
  const other = await openSample(t, { file })
  for (let index = 20; index < 30; index++) await other.begin(intent(index))
  await other.close()
  const restored = await restoreStore(backup, file, { replace: true, atMs: AT_MS })
  t.is(restored.kind, 'restored')
  t.false('lostPayments' in restored)
})

test('nothing is restored under a running gateway', async (t) => {
  const { file, backup } = await backedUp(t)
  const store = await openSample(t, { file })
  const restoring = restoreStore(backup, file, { replace: true, atMs: AT_MS })
  await t.throwsAsync(restoring, { code: 'STORE_IN_USE' })
  t.is((await store.find('acme-books', 'order-1'))?.state, 'approved')
})

test('a backup with faults is not restored, and the store stays', async (t) => {
  const { file, backup } = await backedUp(t)
  tamper(backup, 'UPDATE payments SET amount_minor = 1 WHERE seq = 1')
  const before = readFileSync(file)
  const result = await restoreStore(backup, file, { replace: true, atMs: AT_MS })
  t.like(result, { kind: 'unsound', found: { faultCount: 1 } })
  t.deepEqual(readFileSync(file), before)
  t.false(existsSync(`${file}-incoming`))
})

for (const [what, make, code] of [
  ['that is not there', () => {}, 'STORE_UNREADABLE'],
  ['that is noise', (file: string) => writeFileSync(file, randomBytes(8192)), 'STORE_CORRUPT'],
  ['of another program', foreign, 'STORE_FOREIGN'],
] as const) {
  test(`a backup ${what} is ${code}, and the store stays`, async (t) => {
    const file = storeFile(t)
    makeStore(file, 1)
    const before = readFileSync(file)
    const other = join(dirname(file), 'other.db')
    make(other)
    await t.throwsAsync(restoreStore(other, file, { replace: true, atMs: AT_MS }), { code })
    t.deepEqual(readFileSync(file), before)
  })
}

function foreign(file: string): void {
  const database = new DatabaseSync(file)
  database.exec('CREATE TABLE recipes (name TEXT)')
  database.close()
}

test('a backup of an older program is brought up to date', async (t) => {
  const file = storeFile(t)
  const backup = join(dirname(file), 'backup.db')
  makeUnchained(backup)
  const before = readFileSync(backup)
  t.is((await restoreStore(backup, file, { replace: false, atMs: AT_MS })).kind, 'restored')
  t.deepEqual(readFileSync(backup), before, 'the backup itself stays as it is')
  const store = await openSample(t, { file })
  t.is((await store.find('acme-books', 'order-1'))?.state, 'begun')
})
