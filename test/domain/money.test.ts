import test from 'ava'
import fc from 'fast-check'
import { AMOUNT_MINOR_MAX, currencyByNumber, currencyOf, money, moneyText } from '#domain'

function textOf(minor: bigint, code: string): string {
  const currency = currencyOf(code)
  if (!currency) throw new Error(`no currency ${code}`)
  return moneyText(money(minor, currency))
}

const TEXTS: readonly [bigint, string, string][] = [
  [1250n, 'USD', 'USD 12.50'],
  [5n, 'USD', 'USD 0.05'],
  [1250n, 'JPY', 'JPY 1250'],
  [1250n, 'KWD', 'KWD 1.250'],
  [0n, 'EUR', 'EUR 0.00'],
]

for (const [minor, code, text] of TEXTS) {
  test(`${minor} minor units of ${code} read ${text}`, (t) => t.is(textOf(minor, code), text))
}

test('what is owed reads with its sign', (t) => {
  const currency = currencyOf('USD')
  const yen = currencyOf('JPY')
  if (!currency || !yen) return t.fail()
  t.is(moneyText({ minor: -5n, currency }), 'USD -0.05')
  t.is(moneyText({ minor: -1250n, currency }), 'USD -12.50')
  t.is(moneyText({ minor: -5n, currency: yen }), 'JPY -5')
})

test('an amount reads back as the minor units it was written from', (t) => {
  fc.assert(
    fc.property(
      fc.bigInt(0n, AMOUNT_MINOR_MAX),
      fc.constantFrom('USD', 'JPY', 'KWD'),
      (minor, code) => BigInt(textOf(minor, code).slice(4).replace('.', '')) === minor,
    ),
  )
  t.pass()
})

test('an amount below zero or past twelve digits is refused', (t) => {
  const currency = currencyOf('USD')
  if (!currency) return t.fail()
  t.notThrows(() => money(AMOUNT_MINOR_MAX, currency))
  t.throws(() => money(AMOUNT_MINOR_MAX + 1n, currency), { instanceOf: RangeError })
  t.throws(() => money(-1n, currency), { instanceOf: RangeError })
})

test('a currency is found by its code, and an unknown one is not', (t) => {
  t.is(currencyOf('USD')?.numeric, '840')
  t.is(currencyOf('KWD')?.exponent, 3)
  t.is(currencyOf('XXX'), undefined)
  t.is(currencyOf('840'), undefined)
  t.is(currencyByNumber('840')?.code, 'USD')
  t.is(currencyByNumber('036')?.code, 'AUD')
  t.is(currencyByNumber('36'), undefined)
})
