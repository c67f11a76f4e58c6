import test from 'ava'
import type { BookedCard, Exchange } from '#host-emulator'
import type { JournalRow } from '../flows/journal.ts'
import { type Answer, changeFault, disagreements, type Told } from './agreement.ts'

const row: JournalRow = {
  merchant: 'M-1001',
  id: 'order-1',
  state: 'approved',
  reason: null,
  stan: 1,
  rrn: '632700000001',
  amountMinor: 1250,
  responseCode: '00',
  approvalCode: '123456',
}
const { rrn, responseCode, approvalCode } = row
const answer = { outcome: 'approved', rrn, stan: '000001', responseCode, approvalCode }
const exchange: Exchange = {
  key: '1123005411-000001-12345678901',
  mti: '0200',
  pan: '4111111111111111',
  amountMinor: 1250n,
  approvedMinor: 1250n,
  currency: '840',
  rrn: '632700000001',
  terminal: 'T0000001',
  responseCode: '00',
  approvalCode: '123456',
  original: '',
  effect: 'posted',
  capturedMinor: 0n,
  lapsesAtMs: 0,
  arrivals: 1,
}
const card: BookedCard = {
  pan: '4111111111111111',
  currency: '840',
  expiry: '3012',
  state: 'active',
  partialApprovals: false,
  cvv2: undefined,
  street: undefined,
  postalCode: undefined,
  pinHash: undefined,
  pinTries: 0,
  openingMinor: 100_000n,
  availableMinor: 98_750n,
  ledgerMinor: 98_750n,
}
const untouched = { ...card, availableMinor: 100_000n, ledgerMinor: 100_000n }

interface Scene {
  readonly told: Omit<Told, 'amountMinor'>
  readonly journal: readonly JournalRow[]
  readonly exchanges: readonly Exchange[]
  readonly cards: readonly BookedCard[]
  readonly settlementMinor: bigint
}

const APPROVED: Scene = {
  told: { last: answer },
  journal: [row],
  exchanges: [exchange],
  cards: [card],
  settlementMinor: 1250n,
}

const REVERSED: Scene = {
  told: { last: { ...answer, outcome: 'reversed', reason: 'host-silent' } },
  journal: [{ ...row, state: 'reversed', reason: 'host-silent' }],
  exchanges: [{ ...exchange, effect: 'reversed' }],
  cards: [untouched],
  settlementMinor: 0n,
}

const NOT_FOUND: Scene = {
  ...REVERSED,
  journal: [{ ...row, state: 'reversed_not_found', reason: 'host-silent' }],
  exchanges: [{ ...exchange, effect: 'reversed-unseen', approvedMinor: 0n }],
}

const CAPTURED: Scene = {
  told: { last: { ...answer, outcome: 'captured' }, capture: { minor: 625, isTaken: true } },
  journal: [{ ...row, state: 'captured' }],
  exchanges: [{ ...exchange, effect: 'captured', capturedMinor: 625n }],
  cards: [{ ...card, availableMinor: 99_375n, ledgerMinor: 99_375n }],
  settlementMinor: 625n,
}

const faultsOf = ({ told, ...scene }: Scene): string[] =>
  disagreements({ ...scene, told: new Map([['order-1', { amountMinor: 1250, ...told }]]) })

const GOOD: Readonly<Record<string, Scene>> = {
  'an approved payment that is posted': APPROVED,
  'an unknown payment whose reversal is confirmed': REVERSED,
  'an unknown payment that the host had declined': {
    ...REVERSED,
    exchanges: [{ ...exchange, effect: 'none', approvedMinor: 0n }],
  },
  'an unknown payment that never came': NOT_FOUND,
  'a payment that came after its reversal, and had no effect': {
    ...NOT_FOUND,
    exchanges: [{ ...exchange, effect: 'reversed-unseen', approvedMinor: 0n, arrivals: 2 }],
  },
  'a payment that was reversed as its merchant wished': {
    ...REVERSED,
    told: { last: { ...answer, outcome: 'reversed' }, wish: 'taken' },
    journal: [{ ...row, state: 'reversed' }],
  },
  'an authorization that was captured in part': CAPTURED,
  'a payment that was reversed before it came': {
    settlementMinor: 0n,
    told: { wish: 'unseen' },
    journal: [],
    exchanges: [],
    cards: [untouched],
  },
  'a payment of which nothing was sent': {
    settlementMinor: 0n,
    told: { last: { ...answer, outcome: 'failed', reason: 'not-sent' } },
    journal: [{ ...row, state: 'failed', reason: 'not-sent' }],
    exchanges: [],
    cards: [untouched],
  },
}

for (const [what, scene] of Object.entries(GOOD)) {
  test(`all agree on ${what}`, (t) => {
    t.deepEqual(faultsOf(scene), [])
  })
}

const PLANTED: readonly (readonly [string, Scene, string])[] = [
  [
    'a told payment that is gone',
    { ...APPROVED, journal: [], exchanges: [], cards: [untouched] },
    'order-1 was told and is not in the journal',
  ],
  [
    'another outcome',
    { ...APPROVED, told: { last: { ...answer, outcome: 'declined' } } },
    'order-1 was told otherwise than the journal has it',
  ],
  [
    'another trace number',
    { ...APPROVED, told: { last: { ...answer, stan: '000002' } } },
    'order-1 was told otherwise than the journal has it',
  ],
  [
    'an approval that is reversed in the journal alone',
    { ...REVERSED, told: { last: answer } },
    'order-1 was told otherwise than the journal has it',
  ],
  [
    'a payment that nobody asked for',
    { ...APPROVED, journal: [row, { ...row, id: 'order-2', state: 'failed' }] },
    'order-2 is in the journal and nobody asked for it',
  ],
  [
    'a wish that was taken and forgotten',
    { ...APPROVED, told: { last: answer, wish: 'taken' } },
    'order-1 is not reversed as wished',
  ],
  [
    'a payment that came although it was reversed unseen',
    { ...APPROVED, told: { wish: 'unseen' } },
    'order-1 came after it was reversed unseen',
  ],
  [
    'another approval code at the host',
    { ...APPROVED, exchanges: [{ ...exchange, approvalCode: '654321' }] },
    'order-1 is approved and posted at the host',
  ],
  [
    'an approved payment that the host has reversed',
    { ...APPROVED, exchanges: [{ ...exchange, effect: 'reversed' }], cards: [untouched] },
    'order-1 is approved and reversed at the host',
  ],
  [
    'a reversal that the host does not have',
    { ...REVERSED, exchanges: [exchange], cards: [card] },
    'order-1 is reversed and posted at the host',
  ],
  [
    'a posting of what was not to be found',
    { ...NOT_FOUND, exchanges: [exchange], cards: [card] },
    'order-1 is reversed_not_found and posted at the host',
  ],
  [
    'a posting of what was never sent',
    { ...APPROVED, told: {}, journal: [{ ...row, state: 'failed' }] },
    'order-1 is failed and posted at the host',
  ],
  [
    'one message that came twice',
    { ...APPROVED, exchanges: [{ ...exchange, arrivals: 2 }] },
    'order-1 reached the host twice',
  ],
  [
    'one payment under two trace numbers',
    {
      ...APPROVED,
      exchanges: [exchange, { ...exchange, key: 'other' }],
      cards: [{ ...card, availableMinor: 97_500n, ledgerMinor: 97_500n }],
    },
    'order-1 reached the host twice',
  ],
  [
    'a payment that only the host knows',
    {
      ...APPROVED,
      exchanges: [exchange, { ...exchange, amountMinor: 1n, key: 'stranger', approvedMinor: 0n }],
    },
    'stranger reached the host and is not in the journal',
  ],
  [
    'an approval that the host never saw',
    { ...APPROVED, exchanges: [], cards: [untouched] },
    'order-1 never reached the host',
  ],
  [
    'an account from which too much was taken',
    { ...APPROVED, cards: [{ ...card, ledgerMinor: 97_500n }] },
    'the account of card 4111111111111111 does not balance',
  ],
  [
    'a hold that was not lifted',
    { ...REVERSED, cards: [{ ...untouched, availableMinor: 98_750n }] },
    'the account of card 4111111111111111 does not balance',
  ],
  [
    'a capture that was taken and forgotten',
    { ...CAPTURED, journal: [row] },
    'order-1 is not captured as wished',
  ],
  [
    'a capture of more than was asked',
    { ...CAPTURED, exchanges: [{ ...exchange, effect: 'captured', capturedMinor: 626n }] },
    'order-1 is captured for more than was asked',
  ],
  [
    'a capture that the host does not have',
    { ...CAPTURED, exchanges: [{ ...exchange, effect: 'held' }] },
    'order-1 is captured and held at the host',
  ],
  [
    'a capture whose rest is not released',
    { ...CAPTURED, cards: [{ ...card, ledgerMinor: 99_375n }] },
    'the account of card 4111111111111111 does not balance',
  ],
  [
    'a sale that the ledger has twice',
    { ...APPROVED, settlementMinor: 2500n },
    'the host has taken 1250 and owes 2500 by the ledger',
  ],
  [
    'a capture that the ledger does not have',
    { ...CAPTURED, settlementMinor: 0n },
    'the host has taken 625 and owes 0 by the ledger',
  ],
  ...['begun', 'unknown', 'reversing', 'capturing'].map((state): [string, Scene, string] => [
    `a payment that is still ${state}`,
    { ...APPROVED, told: {}, journal: [{ ...row, state }], exchanges: [], cards: [untouched] },
    `order-1 is still ${state}`,
  ]),
]

for (const [what, scene, fault] of PLANTED) {
  test(`found is ${what}`, (t) => {
    t.true(faultsOf(scene).includes(fault), faultsOf(scene).join('\n'))
  })
}

const says = (outcome: string, more: Answer = {}): Answer => ({ ...answer, outcome, ...more })

const faultOf = (before: Answer, after: Answer, wish: Pick<Told, 'wish'> = {}) =>
  changeFault({ amountMinor: 1250, last: before, ...wish }, after)

test('an answer may be followed by itself and by what may become of it', (t) => {
  for (const [before, after] of [
    ['pending', 'approved'],
    ['pending', 'reversed'],
    ['unknown', 'reversed'],
    ['reversing', 'reversed'],
    ['declined', 'declined'],
  ] as const) {
    t.is(faultOf(says(before), says(after)), undefined, `${before}, ${after}`)
  }
  const inquired = says('approved', { id: 'inquiry-1', payment: 'order-1' })
  t.is(faultOf(says('approved', { id: 'order-1' }), inquired), undefined)
  t.is(changeFault({ amountMinor: 1250 }, inquired), undefined)
})

test('an approval is reversed when its merchant wishes it, and else never', (t) => {
  for (const outcome of ['reversing', 'reversed']) {
    t.is(faultOf(answer, says(outcome), { wish: 'asked' }), undefined)
    t.is(faultOf(answer, says(outcome)), `was told ${outcome} after approved`)
  }
})

test('an approval is captured when its merchant wishes it, and else never', (t) => {
  const capture = { minor: 625, isTaken: false }
  const become = (before: Answer, after: Answer) =>
    changeFault({ amountMinor: 1250, last: before, capture }, after)
  t.is(become(answer, says('capturing')), undefined)
  t.is(become(says('capturing'), says('captured')), undefined)
  t.is(become(says('capturing'), says('reversed')), 'was told reversed after capturing')
  t.is(faultOf(answer, says('captured')), 'was told captured after approved')
})

test('found is an answer that changes into what it may not', (t) => {
  t.is(faultOf(says('unknown'), answer), 'was told approved after unknown')
  t.is(faultOf(says('declined'), answer), 'was told approved after declined')
  t.is(faultOf(answer, says('unknown')), 'was told unknown after approved')
  t.is(faultOf(says('reversed'), answer), 'was told approved after reversed')
  const changed = says('approved', { approvalCode: '654321' })
  t.is(faultOf(answer, changed), 'was told twice, differently')
  const other = says('reversed', { rrn: '632700000002' })
  t.is(faultOf(says('unknown'), other), 'was told as another payment')
})
