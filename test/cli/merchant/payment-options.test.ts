import test from 'ava'
import { minorUnitsOf } from '../../../src/cli/merchant/payment-options.ts'

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
