import test from 'ava'
import type { PaymentState } from '#domain'
import { orderOfMove } from '../../../src/store/ledger/posting-order.ts'

const row = {
  ...{ merchant: 'acme-books', operation: 'payment.sale', currency: 'USD', amount_minor: 1_250 },
  ...{ approved_minor: null, captured_minor: null, business_date: '2026-11-22' },
  ...{ capture_business_date: null, open_date: '2026-11-25', original: null, tab: null },
}

function orderOf(from: PaymentState, to: PaymentState, over: object = {}) {
  const move = { payment: 7, from, to, reason: null, atMs: 5 }
  return orderOfMove(move, { ...row, ...over })
}

const captured = {
  ...{ operation: 'payment.authorize', captured_minor: 900 },
  capture_business_date: '2026-11-24',
}
const refund = { operation: 'payment.refund', original: 3 }
const NOT_FOUND = 'reversed_not_found'

test('a sale is sold when it is approved, as far as it is, on its own day', (t) => {
  const order = { payment: 7, amountMinor: 1_250n, businessDate: '2026-11-22', atMs: 5 }
  t.like(orderOf('begun', 'approved'), { kind: 'sold', ...order })
  t.is(orderOf('begun', 'approved', { approved_minor: 1_000 })?.amountMinor, 1_000n)
})

test('an authorization is captured when that is acknowledged, on the day of the capture', (t) => {
  const order = { payment: 7, amountMinor: 900n, businessDate: '2026-11-24' }
  t.like(orderOf('capturing', 'captured', captured), { kind: 'captured', ...order })
  t.is(orderOf('begun', 'approved', captured), undefined)
})

test('what a tab comes to is charged as a tab', (t) => {
  t.is(orderOf('capturing', 'captured', { ...captured, tab: 4 })?.per, 'tab')
  t.is(orderOf('capturing', 'captured', captured)?.per, undefined)
})

test('a refund is of the payment that it gives back', (t) => {
  const whose = { payment: 3, refund: 7 }
  t.like(orderOf('begun', 'approved', refund), { kind: 'refunded', ...whose, amountMinor: 1_250n })
  t.like(orderOf('reversing', 'reversed', refund), { kind: 'refund-reversed', ...whose })
})

test('what is reversed after it was approved is all given back, on the day that is open', (t) => {
  for (const to of ['reversed', NOT_FOUND] as const) {
    const order = orderOf('reversing', to)
    t.like(order, { kind: 'reversed', payment: 7, businessDate: '2026-11-25' })
    t.false(Object.hasOwn(order ?? {}, 'amountMinor'))
  }
  t.is(orderOf('reversing', 'reversed', { open_date: null })?.businessDate, '2026-11-22')
})

test('nothing else moves money: increments, what was unknown, what is asked, what is nothing', (t) => {
  const increment = { operation: 'payment.increment', original: 3 }
  t.is(orderOf('begun', 'approved', increment), undefined)
  t.is(orderOf('reversing', 'reversed', increment), undefined)
  t.is(orderOf('begun', 'approved', { amount_minor: 0 }), undefined)
  for (const [from, to] of [
    ['begun', 'declined'],
    ['begun', 'failed'],
    ['begun', 'unknown'],
    ['unknown', 'reversed'],
    ['unknown', NOT_FOUND],
    ['approved', 'reversing'],
    ['approved', 'capturing'],
    ['captured', 'reversing'],
  ] as const) {
    t.is(orderOf(from, to), undefined, `${from} to ${to}`)
  }
})
