import test from 'ava'
import { accountName, normalBalance } from '#ledger'

test('a balance is above zero on the account’s normal side', (t) => {
  t.is(normalBalance('host-settlement', 5n), 5n)
  t.is(normalBalance('pending', -5n), 5n)
  t.is(normalBalance('pending', 5n), -5n)
  t.is(normalBalance('suspense', -5n), -5n)
})

test('an account is named by currency, purpose and merchant', (t) => {
  const account = { merchant: 'M-1', currency: 'USD', purpose: 'fee' } as const
  t.is(accountName(account), 'USD/fee/M-1')
})
