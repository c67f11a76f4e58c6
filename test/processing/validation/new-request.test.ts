import test from 'ava'
import { refusalOfNew } from '#processing'
import { bareSale, fullSale, merchant, NOW_MS, payment } from '../meridian.ts'

const context = { merchant, nowMs: NOW_MS, windowMs: 1000, sandboxPans: new Set<string>() }

function check(title: string, given: Partial<typeof context>, expected: object | undefined): void {
  test(title, (t) => {
    const refused = refusalOfNew(payment(bareSale), { ...context, ...given })
    if (expected === undefined) t.is(refused, undefined)
    else t.like(refused, expected)
  })
}

const late = { code: 'TIME_OUTSIDE_WINDOW', field: 'time' }
check('a request of this moment may begin', {}, undefined)
check('a request at the end of the window may begin', { nowMs: NOW_MS + 1000 }, undefined)
check('a request past the window may not', { nowMs: NOW_MS + 1001 }, late)
check('a request from the near future may begin', { nowMs: NOW_MS - 1000 }, undefined)
check('a request from beyond it may not', { nowMs: NOW_MS - 1001 }, late)
check(
  'a currency that the merchant’s record lacks is refused',
  { merchant: { ...merchant, currencies: ['EUR'] } },
  { code: 'CURRENCY_NOT_ACCEPTED', field: 'amount.currency' },
)
check(
  'a card of the sandbox is refused where the list is given',
  { sandboxPans: new Set(['4539578763621486']) },
  { code: 'SANDBOX_CARD', field: 'card.pan' },
)
check('other cards pass beside the list', { sandboxPans: new Set(['4000000000000002']) }, undefined)

test('a terminal that the merchant’s record lacks is refused', (t) => {
  const refused = refusalOfNew(payment({ ...fullSale, terminal: 'TERM0009' }), context)
  t.like(refused, { code: 'TERMINAL_UNKNOWN', field: 'terminal' })
})

test('a card is good until its last month has ended everywhere', (t) => {
  const request = payment({ ...bareSale, card: { ...bareSale.card, expiry: '2611' } })
  const windowMs = Number.POSITIVE_INFINITY
  const endsMs = Date.UTC(2026, 11, 1, 12)
  t.is(refusalOfNew(request, { ...context, windowMs, nowMs: endsMs - 1 }), undefined)
  t.like(refusalOfNew(request, { ...context, windowMs, nowMs: endsMs }), {
    code: 'CARD_EXPIRED',
    field: 'card.expiry',
  })
})
