import { randomBytes } from 'node:crypto'
import { openSync, statSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import { type StoreError, type StoreErrorCode, verifyStore } from '#store'
import { runUnder, startChild } from './run-child.ts'
import { approved, intent, openSample, storeFile } from './sample.ts'

test('whatever a killed process had acknowledged is there after every kill', async (t) => {
  const file = storeFile(t)
  const acknowledged: string[] = []
  for (const [round, outcomes] of [1, 200, 900].entries()) {
    const child = startChild(file, ['many', String(round * 100_000), '100000'])
    await child.said('approved', outcomes)
    child.child.kill('SIGKILL')
    await child.ended
    acknowledged.push(...child.lines().filter((line) => line !== 'open'))

    const store = await openSample(t, { file, limits: { queueActsMax: 1_000_000 } })
    t.true((await store.recover(Date.now(), 0)).leftUnknown > 0, 'it was killed amid its work')
    const found = await Promise.all(
      acknowledged.map(async (line) => {
        const [act, id = ''] = line.split(' ')
        const state = (await store.find('acme-books', id))?.state
        return state === 'approved' || (act === 'begun' && state === 'unknown')
      }),
    )
    t.deepEqual(
      acknowledged.filter((_, index) => !found[index]),
      [],
    )
    await store.close()
    t.is(verifyStore(file).faultCount, 0)
  }
})

test('a full disk breaks the store: nothing more is acknowledged, what was is there', async (t) => {
  const file = storeFile(t)
  // The shell's unit is 512 bytes; a file that would grow past the limit cannot be written.
  const { lines } = runUnder(['sh', '-c', 'ulimit -f 1200; exec "$@"', 'sh'], file, [
    'many',
    '0',
    '9999',
  ])
  const fault = lines.find((it) => it.startsWith('fault'))
  t.regex(fault ?? '', /^fault STORE_(DISK_FULL|IO)$/)
  const begun = lines.filter((it) => it.startsWith('begun'))
  t.true(begun.length > 10)
  const store = await openSample(t, { file })
  for (const line of begun) t.not(await store.find('acme-books', line.slice(6)), undefined)
})

test('damage to the file of a running store breaks it when it is met, and is reported once', async (t) => {
  const file = storeFile(t)
  const first = await openSample(t, { file })
  await Promise.all(Array.from({ length: 200 }, (_, index) => first.begin(intent(index))))
  await first.close()
  const faults: StoreErrorCode[] = []
  const store = await openSample(t, { file, onFault: ({ code }) => faults.push(code) })
  const size = statSync(file).size
  writeSync(openSync(file, 'r+'), randomBytes(size / 2), 0, size / 2, size / 2)
  const acts = await Promise.allSettled([store.begin(intent(300)), store.begin(intent(301))])
  for (const it of acts) t.is(it.status === 'rejected' && it.reason.code, 'STORE_CORRUPT')
  await t.throwsAsync(store.begin(intent(302)), { code: 'STORE_BROKEN' })
  t.deepEqual(faults, ['STORE_CORRUPT'])
})

test('a write-ahead log over its limit stops new payments and captures, not outcomes', async (t) => {
  const file = storeFile(t)
  const limits = { walBytesMax: 256 * 1024, walCheckpointBytes: 64 * 1024, busyTimeoutMs: 10 }
  const store = await openSample(t, { file, limits })
  await store.begin(intent(0))
  const reader = new DatabaseSync(file)
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM payments').get()

  let refusedAt = 0
  for (let index = 1; refusedAt === 0 && index < 500; index++) {
    await store.begin(intent(index)).catch(({ code }: StoreError) => {
      t.is(code, 'WAL_FULL')
      refusedAt = index
    })
  }
  t.true(refusedAt > 0)
  const wish = { merchant: 'acme-books', id: 'order-0', businessDate: '2026-11-22', atMs: 1 }
  await t.throwsAsync(store.capture(wish), { code: 'WAL_FULL' })
  await store.conclude('acme-books', 'order-0', approved)
  reader.exec('COMMIT')
  reader.close()
  t.is((await store.find('acme-books', 'order-0'))?.state, 'approved')
  t.deepEqual(await store.begin(intent(refusedAt)), { kind: 'begun' })
})
