import { execFileSync } from 'node:child_process'
import test, { type ExecutionContext } from 'ava'
import { type Store, verifyLedger } from '#store'
import { closingHash } from '../../../src/store/ledger/closings.ts'
import { createFakeClock } from '../../fakes/clock.ts'
import { approved, intent, openSample, storeFile } from '../sample.ts'
import { tamper } from '../upkeep/tampering.ts'
import { charged } from './sample-plan.ts'

/** What an auditor's own program makes of a ledger; it ends with a fault where it does not fit. */
function audited(file: string): string {
  const program = ['test/oracles/ledger.py', file]
  return execFileSync('/usr/bin/python3', program, { encoding: 'utf8', stdio: 'pipe' }).trim()
}

/** Merchants whose names sort differently by code units, by code points and in a locale. */
const MERCHANTS = ['acme-books', 'Zebra', 'ørn', '｡shop', '🧾shop'] as const

async function sellOn(store: Store, date: string, day: number): Promise<void> {
  for (const [at, merchant] of MERCHANTS.entries()) {
    const index = 10 * day + at
    await store.begin(intent(index, { merchant, businessDate: date }))
    await store.conclude(merchant, `order-${index}`, approved)
  }
}

/** A store with three days over and one open. */
async function closedFile(t: ExecutionContext): Promise<string> {
  const file = storeFile(t)
  const store = await openSample(t, { file })
  await store.putMerchant(charged, 'test')
  for (const day of [1, 2, 3, 4]) {
    const date = `2026-11-2${day}`
    await store.openDay({ host: 'meridian', date, by: 'calendar', atMs: day })
    await sellOn(store, date, day)
    await store.closeDays('meridian', day)
  }
  await store.close()
  return file
}

test('an independent program, written from the specification, finds the days chained', async (t) => {
  const file = await closedFile(t)
  const { ledger, faults } = await verifyLedger(file, { clock: createFakeClock() })
  t.deepEqual(faults, [])
  t.deepEqual(ledger, { postings: 20, closed: { date: '2026-11-23', hash: audited(file) } })
})

const CHANGED = {
  'an entry and all that it makes': `
    UPDATE ledger_entries SET minor = minor + sign(minor) WHERE posting = 1 AND place < 2;
    UPDATE ledger_accounts SET balance_minor = balance_minor + iif(purpose = 'pending', -1, 1),
      closed_minor = closed_minor + iif(purpose = 'pending', -1, 1)
      WHERE merchant = 'acme-books' AND purpose IN ('pending', 'host-settlement');
    UPDATE ledger_days SET debit_minor = debit_minor + 1 WHERE business_date = '2026-11-21'
      AND account = (SELECT seq FROM ledger_accounts
        WHERE merchant = 'acme-books' AND purpose = 'host-settlement');
    UPDATE ledger_days SET credit_minor = credit_minor + 1 WHERE business_date = '2026-11-21'
      AND account = (SELECT seq FROM ledger_accounts
        WHERE merchant = 'acme-books' AND purpose = 'pending')`,
  'the hash of a day': `UPDATE ledger_closings SET hash = zeroblob(32)
    WHERE business_date = '2026-11-22'`,
  'a day that is no more closed': `DELETE FROM ledger_closings WHERE business_date = '2026-11-22'`,
}

for (const [what, sql] of Object.entries(CHANGED)) {
  test(`${what} is noticed, by us and by that program`, async (t) => {
    const file = await closedFile(t)
    tamper(file, sql)
    t.throws(() => audited(file), { message: /hash of 2026-11-2/ })
    const { faults } = await verifyLedger(file, { clock: createFakeClock() })
    t.true(faults.some(({ place }) => place.startsWith('day 2026-11-2')))
  })
}

test('the lines of a day may come in any order', (t) => {
  const line = (merchant: string) => ({
    ...{ merchant, currency: 'USD', purpose: 'pending' },
    ...{ opening_minor: '0', debit_minor: '0', credit_minor: '5' },
  })
  const lines = MERCHANTS.map(line)
  const hash = closingHash('0'.repeat(64), '2026-11-22', lines)
  t.is(closingHash('0'.repeat(64), '2026-11-22', lines.toReversed()), hash)
  t.not(closingHash('0'.repeat(64), '2026-11-23', lines), hash)
})
