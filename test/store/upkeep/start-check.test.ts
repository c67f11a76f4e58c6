import { existsSync, readFileSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import { createSystemClock } from '#platform'
import { openStore, StoreError } from '#store'
import { markDamaged, unmarkDamaged } from '../../../src/store/upkeep/damage-mark.ts'
import { checkAtStart } from '../../../src/store/upkeep/start-check.ts'
import { intent, openSample, storeFile } from '../sample.ts'
import { makeStore, tamper } from './tampering.ts'

/** It is refused with these words, and left as it was. */
async function checkRefused(t: ExecutionContext, file: string, message: RegExp): Promise<void> {
  const before = readFileSync(file)
  const opening = openStore(file, { clock: createSystemClock(), onFault() {} })
  await t.throwsAsync(opening, { code: 'STORE_CORRUPT', message })
  t.deepEqual(readFileSync(file), before)
  t.false(existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0)
}

for (const [what, sql, place] of [
  ['a payment', `UPDATE payments SET approval_code = 'x' WHERE seq = 2`, /event 4: wrote another/],
  ['an event', 'UPDATE payment_events SET at_ms = 1 WHERE seq = 2', /event 2: does not follow/],
  ['a schema', 'CREATE TABLE more (it TEXT)', /schema: table more is not as/],
] as const) {
  test(`a store with ${what} that was changed is refused at start, with the place and what to do`, async (t) => {
    const file = storeFile(t)
    makeStore(file, 3)
    tamper(file, sql)
    await checkRefused(t, file, place)
    await checkRefused(t, file, /sallyport store verify.*sallyport store restore/)
  })
}

test('of several faults the first is named and the others are counted', async (t) => {
  const file = storeFile(t)
  makeStore(file, 3)
  tamper(file, `UPDATE payments SET approval_code = 'x'`)
  await checkRefused(t, file, /event 2: .*, and 2 more\)/)
})

test('a start looks at the last rows alone', async (t) => {
  const file = storeFile(t)
  makeStore(file, 6)
  tamper(file, 'UPDATE payments SET amount_minor = 1 WHERE seq = 3')
  t.notThrows(() => checkAtStart(file, 6))
  t.throws(() => checkAtStart(file, 8), { code: 'STORE_CORRUPT' })
})

test('however few of its last rows are looked at, a sound store is sound', (t) => {
  const file = storeFile(t)
  makeStore(file, 4)
  for (let rows = 0; rows <= 9; rows++) t.notThrows(() => checkAtStart(file, rows))
})

test('a store that was found damaged is refused until that is withdrawn', async (t) => {
  const file = storeFile(t)
  makeStore(file, 1)
  markDamaged(file, new StoreError('STORE_CORRUPT', 'event 1 was found amiss'))
  t.is(statSync(`${file}-damaged`).mode & 0o777, 0o600)
  await checkRefused(t, file, /^event 1 was found amiss$/)
  t.true(unmarkDamaged(file))
  t.false(unmarkDamaged(file))
  const store = await openSample(t, { file })
  t.deepEqual(await store.begin(intent(7)), { kind: 'begun' })
})

test('a file that is empty, or not there, is no reason to refuse', (t) => {
  const file = storeFile(t)
  t.notThrows(() => checkAtStart(file, 10))
  new DatabaseSync(file).close()
  t.notThrows(() => checkAtStart(file, 10))
})
