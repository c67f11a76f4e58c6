import test from 'ava'
import { parseSandbox, parseScript, SandboxError } from '#host-emulator'
import { CARDS } from './meridian.ts'

test('the sandbox’s cards are in order, and each has a valid check digit', (t) => {
  const { cards } = CARDS
  t.is(cards.length, 17)
  for (const { pan } of cards) t.true(luhnHolds(pan), pan)
})

const CARD = { pan: '4539578763621486', balance: '100', expiry: '3012' }

const FAULTY: readonly { readonly spec: unknown; readonly paths: readonly string[] }[] = [
  { spec: null, paths: ['(root)'] },
  { spec: {}, paths: ['cards'] },
  { spec: { currency: '840', cards: [] }, paths: ['currency'] },
  { spec: { cards: [{ ...CARD, pan: '12' }] }, paths: ['cards.0.pan'] },
  {
    spec: { cards: [CARD, { ...CARD, balance: '-1', expiry: '3013' }] },
    paths: ['cards.1.balance', 'cards.1.expiry'],
  },
  {
    spec: { cards: [{ ...CARD, state: 'asleep' }] },
    paths: ['cards.0.state'],
  },
  { spec: { cards: [CARD, '4539578763621486'] }, paths: ['cards.1'] },
  { spec: { cards: [{ ...CARD, fault: 'silence' }] }, paths: ['cards.0.fault'] },
  {
    spec: { cards: [{ ...CARD, fault: { kind: 'delay' } }] },
    paths: ['cards.0.fault.delayMs'],
  },
  {
    spec: { cards: [{ ...CARD, cvv: '123' }] },
    paths: ['cards.0.cvv'],
  },
  {
    spec: { cards: [{ ...CARD, fault: { kind: 'answer-code', codes: '61' } }] },
    paths: ['cards.0.fault.codes'],
  },
  {
    spec: { cards: [{ ...CARD, fault: { kind: 'sulk' } }] },
    paths: ['cards.0.fault.kind'],
  },
]

const pathsOf = (error: SandboxError | undefined) =>
  error?.faults.map(({ path }) => path.join('.') || '(root)')

for (const { spec, paths } of FAULTY) {
  test(`a card list wrong at ${paths.join(' and ')} is refused with just that`, (t) => {
    const error = t.throws(() => parseSandbox(spec), { instanceOf: SandboxError })
    t.deepEqual(pathsOf(error), paths)
    t.false(error?.message.includes('4539578763621486'))
  })
}

test('a script reads into rules; a wrong one is refused with its place', (t) => {
  t.deepEqual(
    parseScript([
      { amount: '1299', sequence: 3, fault: { kind: 'cut', afterBytes: 2 } },
      { pan: CARD.pan, fault: { kind: 'decline', code: '61' } },
    ]),
    [
      { amountMinor: 1299n, sequence: 3, fault: { kind: 'cut', afterBytes: 2 } },
      { pan: CARD.pan, fault: { kind: 'decline', code: '61' } },
    ],
  )
  const error = t.throws(() => parseScript([{ sequence: 0, fault: { kind: 'silence' } }]), {
    instanceOf: SandboxError,
  })
  t.deepEqual(pathsOf(error), ['0.sequence'])
  t.deepEqual(pathsOf(t.throws(() => parseScript({}), { instanceOf: SandboxError })), ['(root)'])
})

test('a rule with a condition that there is not is refused, and not taken for all payments', (t) => {
  const rule = { amonut: '1299', fault: { kind: 'silence' } }
  const error = t.throws(() => parseScript([rule]), { instanceOf: SandboxError })
  t.deepEqual(pathsOf(error), ['0.amonut'])
})

function luhnHolds(digits: string): boolean {
  const weighed = [...digits].reverse().map((digit, index) => Number(digit) * (1 + (index % 2)))
  return weighed.reduce((sum, value) => sum + (value > 9 ? value - 9 : value), 0) % 10 === 0
}
