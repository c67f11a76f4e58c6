import test from 'ava'
import { createTally } from '../../../src/store/ledger/tally.ts'

const account = { merchant: 'a', currency: 'USD', purpose: 'pending' } as const
const other = { ...account, purpose: 'fee' } as const
const at = { posting: 7, businessDate: '2026-11-22', atMs: 100 }

test('an account is one change, however often it was posted to', (t) => {
  const tally = createTally()
  tally.add({ account, minor: -5n }, at)
  tally.add({ account: other, minor: 5n }, at)
  tally.add({ account, minor: 2n }, { ...at, posting: 9, atMs: 90 })
  tally.add({ account: other, minor: -2n }, { ...at, posting: 9, atMs: 90 })
  t.is(tally.changeOf(account), -3n)
  const [first, ...others] = tally.changes()
  t.is(others.length, 1)
  t.deepEqual(first?.days.get('2026-11-22'), {
    ...{ debit: 2n, credit: 5n, firstPosting: 7, lastPosting: 9, firstAtMs: 90, lastAtMs: 100 },
  })
})

test('what is not zero in a currency is not given away', (t) => {
  const tally = createTally()
  tally.add({ account, minor: 5n }, at)
  tally.add({ account: { ...other, currency: 'JPY' }, minor: -5n }, at)
  t.throws(() => tally.changes(), { code: 'STORE_FAULT' })
  tally.clear()
  t.deepEqual(tally.changes(), [])
})
