import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { createSystemClock } from '#platform'
import { backUpStore, openPaymentReader, type Store } from '#store'
import { verifyStore } from '../../../src/store/upkeep/verification.ts'
import { approved, bytes, intent, openSample, storeFile } from '../sample.ts'
import { makeStore, tamper } from './tampering.ts'

const LIMITS = { walBytesMax: 2 ** 28 }

/** A path for a backup in a folder where nothing else is. */
function targetFile(t: ExecutionContext): string {
  return join(dirname(storeFile(t)), 'backup.db')
}

function filesBeside(target: string): string[] {
  return readdirSync(dirname(target)).sort()
}

test('a backup is one file for its owner alone, and has what the store has', async (t) => {
  const file = storeFile(t)
  makeStore(file, 3)
  const target = targetFile(t)
  const made = await backUpStore(file, target, LIMITS)
  t.like(made, { kind: 'made', bytes: statSync(target).size, found: { payments: 3, events: 6 } })
  t.deepEqual(filesBeside(target), ['backup.db'])
  t.is(statSync(target).mode & 0o777, 0o600)
  t.deepEqual(verifyStore(target), verifyStore(file))
  t.deepEqual(filesBeside(target), ['backup.db'], 'reading it leaves nothing either')
})

/** Payments of one after the other, until it is told to stop. */
function keepWriting(store: Store) {
  let stopped = false
  let count = 0
  const ended = (async () => {
    while (!stopped) {
      const index = 10_000 + count++
      await store.begin(intent(index))
      await store.conclude('acme-books', `order-${index}`, approved)
    }
  })()
  return async () => {
    stopped = true
    await ended
    return count
  }
}

/** A store of several steps' length, which its gateway has open. */
async function openLong(t: ExecutionContext): Promise<{ file: string; store: Store }> {
  const file = storeFile(t)
  const store = await openSample(t, { file, limits: { queueActsMax: 1_000_000 } })
  const image = { sealedImage: bytes(3_000, 1) }
  await Promise.all(Array.from({ length: 5_000 }, (_, index) => store.begin(intent(index, image))))
  return { file, store }
}

test('a backup beside a gateway that writes is the store as it was at one moment', async (t) => {
  const { file, store } = await openLong(t)
  const stop = keepWriting(store)
  const target = targetFile(t)
  const made = await backUpStore(file, target, LIMITS)
  const written = await stop()
  t.is(made.kind, 'made')
  if (made.kind !== 'made') return
  t.true(written > 0, `${written} were paid meanwhile`)
  t.is(made.found.faultCount, 0)
  t.true(made.found.payments >= 5_000 && made.found.payments < 5_000 + written)
  t.is(verifyStore(file).faultCount, 0)
})

test('a backup gives up before the log is so long that payments are put off', async (t) => {
  const { file, store } = await openLong(t)
  const target = targetFile(t)
  t.deepEqual(await backUpStore(file, target, { walBytesMax: 4_096 }), { kind: 'overtaken' })
  t.deepEqual(filesBeside(target), [])
  t.deepEqual(await store.begin(intent(9_000)), { kind: 'begun' })
  t.is((await backUpStore(file, target, LIMITS)).kind, 'made')
})

test('a file that is there is never written over', async (t) => {
  const file = storeFile(t)
  makeStore(file, 1)
  const target = targetFile(t)
  writeFileSync(target, 'somebody’s work')
  t.deepEqual(await backUpStore(file, target, LIMITS), { kind: 'exists' })
  t.is(readFileSync(target, 'utf8'), 'somebody’s work')
})

test('a store with faults makes no backup', async (t) => {
  const file = storeFile(t)
  makeStore(file, 2)
  tamper(file, 'UPDATE payments SET amount_minor = 1 WHERE seq = 1')
  const target = targetFile(t)
  t.like(await backUpStore(file, target, LIMITS), { kind: 'unsound', found: { faultCount: 1 } })
  t.deepEqual(filesBeside(target), [])
})

test('what an attempt that was killed has left is in nobody’s way', async (t) => {
  const file = storeFile(t)
  makeStore(file, 2)
  const target = targetFile(t)
  writeFileSync(`${target}.partial`, 'a part')
  writeFileSync(`${target}.partial-wal`, 'of another')
  t.is((await backUpStore(file, target, LIMITS)).kind, 'made')
  t.deepEqual(filesBeside(target), ['backup.db'])
})

test('where no file can be made, that is said and nothing is left', async (t) => {
  const file = storeFile(t)
  makeStore(file, 1)
  await t.throwsAsync(backUpStore(file, '/nowhere/at/all.db', LIMITS), { code: 'ENOENT' })
  const missing = storeFile(t)
  await t.throwsAsync(backUpStore(missing, targetFile(t), LIMITS), { code: 'STORE_UNREADABLE' })
  t.false(existsSync(missing))
})

test('a backup is read like a store', async (t) => {
  const file = storeFile(t)
  makeStore(file, 2)
  const target = targetFile(t)
  await backUpStore(file, target, LIMITS)
  const reader = await openPaymentReader(target, { clock: createSystemClock() })
  t.is((await reader.findByCard(bytes(32, 7), 5)).payments.length, 2)
  await reader.close()
})
