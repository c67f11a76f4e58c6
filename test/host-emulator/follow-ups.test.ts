import test from 'ava'
import type { Message } from '#iso8583'
import {
  APPROVING,
  capture,
  fakeClock,
  followUp,
  HOLD_MS,
  openHost,
  payment,
  reversal,
} from './meridian.ts'

const SIGNED_ON = { signedOn: true }
const OPENING = 10n ** 10n
const RETURN = { 3: '200000' }

const sale = payment('0200', 1)
const hold = payment('0100', 1)

/** A host that has answered these, and how it answers the next. */
function opened(before: readonly Message[], clock = fakeClock()) {
  const { host, book } = openHost({ clock })
  const codeOf = (message: Message) => host.answer(message, SIGNED_ON)?.answer.fields['39']
  for (const message of before) codeOf(message)
  const balances = () => {
    const card = book.card(APPROVING)
    return [(card?.availableMinor ?? 0n) - OPENING, (card?.ledgerMinor ?? 0n) - OPENING]
  }
  return { book, clock, codeOf, balances }
}

test('a refund gives back of a sale until all of it is back, each once', (t) => {
  const { codeOf, balances } = opened([sale])
  const part = followUp(sale, { ...RETURN, 4: '000000001000' })
  t.is(codeOf(part), '00')
  t.deepEqual(balances(), [-250n, -250n])
  t.is(codeOf(part), '94')
  t.is(codeOf(followUp(sale, { ...RETURN, 4: '000000000251', 11: '000777' })), '13')
  t.is(codeOf(followUp(sale, { ...RETURN, 4: '000000000250', 11: '000778' })), '00')
  t.deepEqual(balances(), [0n, 0n])
  t.is(codeOf(reversal(sale)), '12')
})

test('a refund that is reversed is taken again, and leaves as much to refund', (t) => {
  const { codeOf, balances } = opened([sale])
  const back = followUp(sale, RETURN)
  codeOf(back)
  t.is(codeOf(reversal(back)), '00')
  t.is(codeOf(reversal(back, {}, '0421')), '00')
  t.deepEqual(balances(), [-1250n, -1250n])
  t.is(codeOf(followUp(sale, { ...RETURN, 11: '000777' })), '00')
})

test('what a capture took is refunded, and no more', (t) => {
  const { codeOf, balances } = opened([hold])
  t.is(codeOf(followUp(hold, RETURN)), '12')
  codeOf(capture(hold, { 4: '000000001000' }))
  t.is(codeOf(followUp(hold, { ...RETURN, 4: '000000001001', 11: '000777' })), '13')
  t.is(codeOf(followUp(hold, { ...RETURN, 4: '000000001000', 11: '000778' })), '00')
  t.deepEqual(balances(), [0n, 0n])
})

test('an increment is held, captured with its authorization, and the rest released', (t) => {
  const { book, codeOf, balances } = opened([hold])
  t.is(codeOf(followUp(hold, { 4: '000000000750' })), '00')
  t.deepEqual(balances(), [-2000n, 0n])
  t.is(codeOf(capture(hold, { 4: '000000002001' })), '13')
  t.is(codeOf(capture(hold, { 4: '000000001900' })), '00')
  t.deepEqual(balances(), [-1900n, -1900n])
  const ends = book.exchanges().map(({ effect, capturedMinor }) => [effect, capturedMinor])
  t.deepEqual(ends, [
    ['captured', 1900n],
    ['captured', 0n],
  ])
})

test('an increment is let go by a reversal of its own', (t) => {
  const { codeOf, balances } = opened([hold])
  const more = followUp(hold, { 4: '000000000750' })
  codeOf(more)
  t.is(codeOf(reversal(more)), '00')
  t.deepEqual(balances(), [-1250n, 0n])
  t.is(codeOf(capture(hold, { 4: '000000001251' })), '13')
})

test('the reversal of an increment that was captured is acknowledged and changes nothing', (t) => {
  const { codeOf, balances } = opened([hold])
  const more = followUp(hold, { 4: '000000000750' })
  codeOf(more)
  codeOf(capture(hold, { 4: '000000002000' }))
  t.is(codeOf(reversal(more)), '00')
  t.deepEqual(balances(), [-2000n, -2000n])
  t.is(codeOf(reversal(hold)), '00')
  t.deepEqual(balances(), [0n, 0n])
})

const REFUSED: readonly {
  readonly what: string
  readonly before: readonly Message[]
  readonly asked: Message
  readonly waitMs?: number
  readonly code: string
}[] = [
  { what: 'a refund of what never came', before: [], asked: followUp(sale, RETURN), code: '25' },
  { what: 'an increment of what never came', before: [], asked: followUp(hold), code: '25' },
  { what: 'an increment of a sale', before: [sale], asked: followUp(sale), code: '12' },
  {
    what: 'an increment of what is captured',
    before: [hold, capture(hold)],
    asked: followUp(hold),
    code: '12',
  },
  {
    what: 'an increment of an increment',
    before: [hold, followUp(hold)],
    asked: followUp(followUp(hold)),
    code: '12',
  },
  {
    what: 'an increment of a hold that has lapsed',
    before: [hold],
    waitMs: HOLD_MS,
    asked: followUp(hold),
    code: '12',
  },
  {
    what: 'an increment beyond the card’s balance',
    before: [hold],
    asked: followUp(hold, { 4: '999999999999' }),
    code: '51',
  },
  {
    what: 'a refund of what was declined',
    before: [payment('0200', 1, { 14: '3011' })],
    asked: followUp(sale, { ...RETURN, 38: '' }),
    code: '12',
  },
  {
    what: 'a refund of what is reversed',
    before: [sale, reversal(sale)],
    asked: followUp(sale, RETURN),
    code: '12',
  },
  {
    what: 'a refund to another card',
    before: [sale],
    asked: followUp(sale, { ...RETURN, 2: '5555555555554444' }),
    code: '12',
  },
  {
    what: 'a refund in another currency',
    before: [sale],
    asked: followUp(sale, { ...RETURN, 49: '978' }),
    code: '12',
  },
  {
    what: 'a refund of nothing',
    before: [sale],
    asked: followUp(sale, { ...RETURN, 4: '000000000000' }),
    code: '13',
  },
  {
    what: 'a refund that names no original',
    before: [sale],
    asked: followUp(sale, { ...RETURN, 90: undefined }),
    code: '30',
  },
]

for (const { what, before, asked, waitMs = 0, code } of REFUSED) {
  test(`${what} is answered ${code}, and moves nothing`, (t) => {
    const { clock, codeOf, balances } = opened(before)
    clock.advance(waitMs)
    codeOf(payment('0200', 900, { 2: '4000000000000119' }))
    const stood = balances()
    t.is(codeOf(asked), code)
    t.deepEqual(balances(), stood)
  })
}
