import test from 'ava'
import { captureVerdict, currencyOf, type Money, type Payment, type PaymentState } from '#domain'
import { approved, intent } from '../store/sample.ts'

const held: Payment = {
  ...intent(1, { operation: 'payment.authorize' }),
  state: 'approved',
  outcome: approved,
}

function dollars(minor: bigint): Money {
  return { minor, currency: held.amount.currency }
}

function captured(amountMinor: bigint, state: PaymentState = 'captured'): Payment {
  return { ...held, state, capture: { amountMinor, businessDate: '2026-11-22', askedAtMs: 1 } }
}

test('all that was approved is due when no amount is named', (t) => {
  t.deepEqual(captureVerdict(held, undefined), { kind: 'due', amountMinor: 1250n })
  const partly = { ...held, outcome: { ...approved, approvedMinor: 1000n } }
  t.deepEqual(captureVerdict(partly, undefined), { kind: 'due', amountMinor: 1000n })
})

test('any amount up to what was approved is due, and not one minor unit more', (t) => {
  for (const minor of [1n, 1249n, 1250n]) {
    t.deepEqual(captureVerdict(held, dollars(minor)), { kind: 'due', amountMinor: minor })
  }
  const refused = { kind: 'refused', why: 'more-than-approved' }
  t.deepEqual(captureVerdict(held, dollars(1251n)), refused)
  const partly = { ...held, outcome: { ...approved, approvedMinor: 1000n } }
  t.deepEqual(captureVerdict(partly, dollars(1001n)), refused)
})

test('the same again is a repeat, named or not, and another amount is refused', (t) => {
  for (const state of ['capturing', 'captured'] as const) {
    t.is(captureVerdict(captured(1250n, state), undefined).kind, 'repeat')
    t.is(captureVerdict(captured(1250n, state), dollars(1250n)).kind, 'repeat')
    t.is(captureVerdict(captured(1000n, state), dollars(1000n)).kind, 'repeat')
    for (const other of [undefined, dollars(999n), dollars(1251n)]) {
      const verdict = captureVerdict(captured(1000n, state), other)
      t.deepEqual(verdict, { kind: 'refused', why: 'other-amount' })
    }
  }
})

test('another currency, a sale and every other state are refused, each for what it is', (t) => {
  const euro = currencyOf('EUR')
  if (euro === undefined) return t.fail()
  const otherCurrency = captureVerdict(held, { minor: 1250n, currency: euro })
  t.deepEqual(otherCurrency, { kind: 'refused', why: 'other-currency' })
  const sale = captureVerdict({ ...held, operation: 'payment.sale' }, undefined)
  t.deepEqual(sale, { kind: 'refused', why: 'no-authorization' })
  for (const state of [
    'begun',
    'declined',
    'failed',
    'unknown',
    'reversing',
    'reversed',
  ] as const) {
    t.deepEqual(captureVerdict({ ...held, state }, undefined), { kind: 'refused', why: 'state' })
  }
})
