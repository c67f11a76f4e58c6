import test from 'ava'
import {
  minorUnitsOf,
  type PaymentOptions,
  paymentOf,
} from '../../../src/cli/merchant/payment-options.ts'

const AMOUNTS: readonly [string, string, string | undefined][] = [
  ['12.50', 'USD', '1250'],
  ['12.5', 'USD', '1250'],
  ['12', 'USD', '1200'],
  ['0.05', 'USD', '5'],
  ['1250', 'JPY', '1250'],
  ['1.250', 'KWD', '1250'],
  ['12.505', 'USD', undefined],
  ['1.5', 'JPY', undefined],
  ['-1', 'USD', undefined],
  ['1e3', 'USD', undefined],
  ['1,000', 'USD', undefined],
  ['1', 'XXX', undefined],
]

for (const [decimal, code, minor] of AMOUNTS) {
  test(`${decimal} ${code} is ${minor ?? 'no amount'}`, (t) => {
    t.is(minorUnitsOf(decimal, code), minor)
  })
}

const options: PaymentOptions = {
  ...{ amount: '12.50', currency: 'USD', entry: 'ecommerce', pinFormat: 'iso-0' },
}
const amount = { value: '1250', currency: 'USD' }
const card = { token: 'tok_a', entryMode: 'stored' }

test('a token is a stored card that the cardholder uses, unless it is said otherwise', (t) => {
  const withToken = { ...options, token: 'tok_a' }
  t.deepEqual(paymentOf(withToken, 'order-1'), {
    ...{ id: 'order-1', amount, card },
    ...{ initiator: 'cardholder', storedCredential: 'unscheduled' },
  })
  const recurring = { initiator: 'merchant', storedCredential: 'recurring' } as const
  t.deepEqual(paymentOf({ ...withToken, ...recurring }, 'order-1'), {
    ...{ id: 'order-1', amount, card, ...recurring },
  })
})

test('a token goes with no card, and one of the two is needed', (t) => {
  for (const more of [{ pan: '4539578763621486' }, { expiry: '3012' }, { cvv2: '123' }]) {
    t.regex(String(paymentOf({ ...options, token: 'tok_a', ...more }, 'order-1')), /^--token /)
  }
  t.regex(String(paymentOf(options, 'order-1')), /--pan with --expiry or --token/)
})
