import test from 'ava'
import type { Message } from '#iso8583'
import { APPROVING, capture, fakeClock, HOLD_MS, openHost, payment, reversal } from './meridian.ts'

const SIGNED_ON = { signedOn: true }

const code = (answer: Message | undefined): unknown => answer?.fields['39']

const OUTCOMES: readonly {
  readonly claim: string
  readonly changes: Parameters<typeof payment>[2]
  readonly code: string
  readonly results?: Readonly<Record<string, string>>
}[] = [
  { claim: 'a processing code other than purchase', changes: { 3: '010000' }, code: '12' },
  { claim: 'an amount of zero', changes: { 4: '000000000000' }, code: '13' },
  { claim: 'an unknown card', changes: { 2: '4242424242424242' }, code: '14' },
  { claim: 'a lost card', changes: { 2: '4000000000000119' }, code: '41' },
  { claim: 'a restricted card', changes: { 2: '4000000000000259' }, code: '62' },
  { claim: 'an expired card', changes: { 2: '4000000000000069', 14: '2001' }, code: '54' },
  { claim: 'an expiry that is not the card’s', changes: { 14: '3011' }, code: '54' },
  { claim: 'another currency', changes: { 49: '978' }, code: '57' },
  {
    claim: 'a CVV2 that matches',
    changes: { 48: { 92: '123' } },
    code: '00',
    results: { 87: 'M' },
  },
  {
    claim: 'a CVV2 on the card that no CVV2 matches',
    changes: { 2: '4000000000000127', 48: { 92: '123' } },
    code: '05',
    results: { 87: 'N' },
  },
  {
    claim: 'no CVV2 on the card that no CVV2 matches',
    changes: { 2: '4000000000000127' },
    code: '00',
  },
  {
    claim: 'a CVV2 of a card whose CVV2 the host does not know',
    changes: { 2: '4000000000009995', 4: '000000000100', 48: { 92: '123' } },
    code: '00',
    results: { 87: 'P' },
  },
  {
    claim: 'a CAVV of zeros',
    changes: { 48: { 42: '05', 43: `${'A'.repeat(27)}=` } },
    code: '05',
    results: { 45: '1' },
  },
  {
    claim: 'an address written otherwise',
    changes: { 48: { 80: '1, MAIN street', 82: '100-01' } },
    code: '00',
    results: { 83: 'Y' },
  },
  {
    claim: 'a street alone',
    changes: { 48: { 80: '1 Main Street' } },
    code: '00',
    results: { 83: 'A' },
  },
  {
    claim: 'a postal code alone',
    changes: { 48: { 82: '10001' } },
    code: '00',
    results: { 83: 'Z' },
  },
  {
    claim: 'a wrong address, which declines nothing',
    changes: { 48: { 80: '2 Main Street', 82: '10002' } },
    code: '00',
    results: { 83: 'N' },
  },
  {
    claim: 'an amount over the balance, with the results of its checks',
    changes: { 2: '4000000000009995', 48: { 92: '123' } },
    code: '51',
    results: { 87: 'P' },
  },
]

for (const { claim, changes, code: expected, results } of OUTCOMES) {
  test(`a sale with ${claim} is answered ${expected}`, (t) => {
    const { host, book } = openHost()
    const answer = host.answer(payment('0200', 1, changes), SIGNED_ON)?.answer
    t.is(code(answer), expected)
    t.deepEqual(answer?.fields['48'], results)
    t.is(answer?.fields['38'] !== undefined, expected === '00')
    t.is(book.exchanges()[0]?.effect, expected === '00' ? 'posted' : 'none')
  })
}

test('each mandatory element of a payment that is missing is answered 30, and nothing is recorded', (t) => {
  const { host, book } = openHost()
  for (const element of '2 3 4 7 11 12 13 14 18 19 22 25 32 37 41 42 43 49'.split(' ')) {
    const answer = host.answer(payment('0100', 1, { [element]: undefined }), SIGNED_ON)?.answer
    t.is(code(answer), '30', element)
    t.is(answer?.fields[element], undefined)
  }
  t.deepEqual(book.exchanges(), [])
})

test('an element that must not be there is answered 30', (t) => {
  const { host } = openHost()
  for (const element of ['15', '38', '39', '63', '70', '90']) {
    const answer = host.answer(payment('0200', 1, { [element]: '0' }), SIGNED_ON)?.answer
    t.is(code(answer), '30', element)
  }
})

test('a request of a type that the interface does not list is answered 12, an answer is ignored', (t) => {
  const { host } = openHost()
  const request = { ...payment('0200', 1), mti: '0600' }
  t.like(host.answer(request, SIGNED_ON)?.answer, {
    mti: '0610',
    fields: { 11: '000001', 39: '12' },
  })
  t.is(host.answer({ ...request, mti: '0210' }, SIGNED_ON), undefined)
})

test('sign-off takes the connection back to before its sign-on', (t) => {
  const { host } = openHost()
  const session = { signedOn: false }
  const network = (function_: string): Message => ({
    mti: '0820',
    fields: { 7: '1122100000', 11: '000009', 70: function_ },
  })
  t.like(host.answer(network('001'), session)?.answer, { mti: '0830' })
  t.is(code(host.answer(payment('0200', 1), session)?.answer), '00')
  host.answer(network('002'), session)
  t.is(code(host.answer(payment('0200', 2), session)?.answer), '91')
  t.is(code(host.answer(reversal(payment('0200', 1)), session)?.answer), '91')
})

test('a duplicate is told by DE7, DE11 and DE32 together, and counted', (t) => {
  const { host, book } = openHost()
  host.answer(payment('0200', 1), SIGNED_ON)
  t.is(code(host.answer(payment('0100', 1, { 41: 'TERM0002' }), SIGNED_ON)?.answer), '94')
  for (const other of [{ 7: '1122100001' }, { 32: '445567' }]) {
    t.is(code(host.answer(payment('0200', 1, other), SIGNED_ON)?.answer), '00')
  }
  t.deepEqual(
    book
      .exchanges()
      .map(({ arrivals }) => arrivals)
      .sort(),
    [1, 1, 2],
  )
  t.is(host.counts.duplicates, 1)
})

test('a duplicate of a declined payment is answered 94 as well', (t) => {
  const { host } = openHost()
  const declined = payment('0200', 1, { 49: '978' })
  t.is(code(host.answer(declined, SIGNED_ON)?.answer), '57')
  t.is(code(host.answer(declined, SIGNED_ON)?.answer), '94')
})

test('a hold lessens what is available, a sale the ledger too, and reversals restore both', (t) => {
  const { host, book } = openHost()
  const hold = payment('0100', 1)
  const sale = payment('0200', 2)
  host.answer(hold, SIGNED_ON)
  host.answer(sale, SIGNED_ON)
  t.like(book.card(APPROVING), { availableMinor: 9_999_997_500n, ledgerMinor: 9_999_998_750n })
  host.answer(reversal(hold), SIGNED_ON)
  host.answer(reversal(sale), SIGNED_ON)
  t.like(book.card(APPROVING), { availableMinor: 10_000_000_000n, ledgerMinor: 10_000_000_000n })
})

test('a hold lapses when its time is over, not a millisecond before', (t) => {
  const clock = fakeClock()
  const { host, book } = openHost({ clock })
  const hold = payment('0100', 1)
  host.answer(hold, SIGNED_ON)
  clock.advance(HOLD_MS - 1)
  host.answer(payment('0200', 2), SIGNED_ON)
  t.is(book.card(APPROVING)?.availableMinor, 9_999_997_500n)
  clock.advance(1)
  host.answer(payment('0200', 3), SIGNED_ON)
  t.is(book.card(APPROVING)?.availableMinor, 9_999_997_500n)
  t.is(code(host.answer(reversal(hold), SIGNED_ON)?.answer), '00')
  t.is(book.card(APPROVING)?.availableMinor, 9_999_997_500n)
})

test('a partial approval takes what is there; the next one finds nothing', (t) => {
  const { host } = openHost()
  const small = { 2: '4000000000009995' }
  const answer = host.answer(payment('0100', 1, small), SIGNED_ON)?.answer
  t.like(answer?.fields, { 4: '000000001000', 39: '10' })
  t.is(code(host.answer(payment('0100', 2, small), SIGNED_ON)?.answer), '51')
})

const CONTRADICTIONS: readonly Readonly<Record<string, string>>[] = [
  { 2: '5555555555554444' },
  { 4: '000000001251' },
  { 37: '632610999999' },
  { 38: '000000' },
  { 41: 'TERM0002' },
  { 49: '978' },
]

for (const changes of CONTRADICTIONS) {
  test(`a reversal that contradicts the original in DE${Object.keys(changes)} is answered 12`, (t) => {
    const { host, book } = openHost()
    const sale = payment('0200', 1)
    host.answer(sale, SIGNED_ON)
    t.is(code(host.answer(reversal(sale, changes), SIGNED_ON)?.answer), '12')
    t.is(book.exchanges()[0]?.effect, 'posted')
  })
}

test('a second reversal, repeat or not, is acknowledged and restores nothing twice', (t) => {
  const { host, book } = openHost()
  const sale = payment('0200', 1)
  host.answer(sale, SIGNED_ON)
  const attempts = [
    reversal(sale),
    reversal(sale, {}, '0421'),
    reversal(sale, { 7: '1122100099' }, '0400'),
    reversal(sale, { 7: '1122100099' }, '0401'),
  ]
  for (const attempt of attempts) {
    const answer = host.answer(attempt, SIGNED_ON)?.answer
    t.is(answer?.mti, attempt.mti < '0420' ? '0410' : '0430')
    t.is(code(answer), '00')
    t.is(book.card(APPROVING)?.availableMinor, 10_000_000_000n)
  }
})

test('the reversal of a declined payment is acknowledged and moves nothing', (t) => {
  const { host, book } = openHost()
  const declined = payment('0200', 1, { 14: '3011' })
  host.answer(declined, SIGNED_ON)
  t.is(code(host.answer(reversal(declined), SIGNED_ON)?.answer), '00')
  t.is(book.card(APPROVING)?.availableMinor, 10_000_000_000n)
})

test('a capture takes what it says of a hold and releases the rest, once, however often it comes', (t) => {
  const { host, book } = openHost()
  const hold = payment('0100', 1)
  host.answer(hold, SIGNED_ON)
  const attempts = [
    capture(hold, { 4: '000000001000' }),
    capture(hold, { 4: '000000001000' }, '0221'),
    capture(hold, { 4: '000000001000', 7: '1122100099', 11: '000099' }),
  ]
  for (const attempt of attempts) {
    const answer = host.answer(attempt, SIGNED_ON)?.answer
    t.like(answer, { mti: '0230', fields: { 15: '1122', 39: '00', 4: '000000001000' } })
    t.like(book.card(APPROVING), { availableMinor: 9_999_999_000n, ledgerMinor: 9_999_999_000n })
  }
  t.like(book.exchanges(), [{ effect: 'captured', approvedMinor: 1250n, capturedMinor: 1000n }])
  t.is(host.counts.captures, 3)
  t.is(code(host.answer(capture(hold), SIGNED_ON)?.answer), '12')
  book.lapseHolds(Date.parse('2027-01-01'))
  t.is(book.card(APPROVING)?.availableMinor, 9_999_999_000n)
})

test('what is captured is put back by its reversal, once, and not captured again', (t) => {
  const { host, book } = openHost()
  const hold = payment('0100', 1)
  host.answer(hold, SIGNED_ON)
  host.answer(capture(hold, { 4: '000000001000' }), SIGNED_ON)
  for (const mti of ['0420', '0421']) {
    t.is(code(host.answer(reversal(hold, {}, mti), SIGNED_ON)?.answer), '00')
    t.like(book.card(APPROVING), { availableMinor: 10n ** 10n, ledgerMinor: 10n ** 10n })
  }
  t.is(code(host.answer(capture(hold, { 4: '000000001000' }), SIGNED_ON)?.answer), '12')
})

const UNCAPTURABLE: readonly {
  readonly what: string
  readonly before?: readonly Message[]
  readonly captured: Message
  readonly waitMs?: number
  readonly code: string
}[] = [
  { what: 'what never arrived', captured: capture(payment('0100', 1)), code: '25' },
  {
    what: 'what was reversed before it came',
    before: [reversal(payment('0100', 1))],
    captured: capture(payment('0100', 1)),
    code: '25',
  },
  {
    what: 'a sale',
    before: [payment('0200', 1)],
    captured: capture(payment('0200', 1)),
    code: '12',
  },
  {
    what: 'what was declined',
    before: [payment('0100', 1, { 14: '3011' })],
    captured: capture(payment('0100', 1), { 38: '' }),
    code: '12',
  },
  {
    what: 'what is reversed',
    before: [payment('0100', 1), reversal(payment('0100', 1))],
    captured: capture(payment('0100', 1)),
    code: '12',
  },
  {
    what: 'a hold that has lapsed',
    before: [payment('0100', 1)],
    waitMs: HOLD_MS,
    captured: capture(payment('0100', 1)),
    code: '12',
  },
  {
    what: 'more than is held',
    before: [payment('0100', 1)],
    captured: capture(payment('0100', 1), { 4: '000000001251' }),
    code: '13',
  },
  {
    what: 'nothing',
    before: [payment('0100', 1)],
    captured: capture(payment('0100', 1), { 4: '000000000000' }),
    code: '13',
  },
  ...[
    { 2: '5555555555554444' },
    { 37: '632610999999' },
    { 38: '000000' },
    { 41: 'TERM0002' },
    { 49: '978' },
  ].map((changes) => ({
    what: `what contradicts its original in DE${Object.keys(changes)}`,
    before: [payment('0100', 1)],
    captured: capture(payment('0100', 1), changes),
    code: '12',
  })),
]

for (const { what, before = [], captured, waitMs = 0, code: expected } of UNCAPTURABLE) {
  test(`a capture of ${what} is answered ${expected}, and moves nothing`, (t) => {
    const clock = fakeClock()
    const { host, book } = openHost({ clock })
    for (const message of before) host.answer(message, SIGNED_ON)
    clock.advance(waitMs)
    book.lapseHolds(clock.nowMs())
    const [cards, exchanges] = [book.cards().map((card) => ({ ...card })), book.exchanges()]
    const answer = host.answer(captured, SIGNED_ON)?.answer
    t.is(code(answer), expected)
    t.is(answer?.fields['15'], undefined)
    t.deepEqual([book.cards(), book.exchanges()], [cards, exchanges])
  })
}

test('each mandatory element of a capture that is missing is answered 30', (t) => {
  const { host, book } = openHost()
  const hold = payment('0100', 1)
  host.answer(hold, SIGNED_ON)
  for (const element of '2 3 4 7 11 12 13 18 22 25 32 37 38 41 42 49 90'.split(' ')) {
    const answer = host.answer(capture(hold, { [element]: undefined }), SIGNED_ON)?.answer
    t.is(code(answer), '30', element)
  }
  t.is(code(host.answer(capture(hold), { signedOn: false })?.answer), '91')
  t.like(book.exchanges(), [{ effect: 'held' }])
})

test('after the cutover approvals carry the new business date', (t) => {
  const { host } = openHost({ businessDate: '2026-12-31' })
  t.is(host.cutOver(), '2027-01-01')
  const answer = host.answer(payment('0200', 1), SIGNED_ON)?.answer
  t.like(answer?.fields, { 15: '0101', 63: 'M01011000000001' })
})

test('a capture is posted on the business date on which it comes', (t) => {
  const { host } = openHost({ businessDate: '2026-12-31' })
  const hold = payment('0100', 1)
  t.is(host.answer(hold, SIGNED_ON)?.answer.fields['15'], '1231')
  host.cutOver()
  t.is(host.answer(capture(hold), SIGNED_ON)?.answer.fields['15'], '0101')
})
