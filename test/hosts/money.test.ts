import test from 'ava'
import fc from 'fast-check'
import type { OwedKind } from '#domain'
import { createCoreHost, openBook, parseSandbox } from '#host-emulator'
import type { Message } from '#iso8583'
import { readEmulatedHost } from '../../src/emulated-host.ts'
import { fakeClock } from '../host-emulator/meridian.ts'
import { SALE } from './golden.ts'
import {
  captured,
  factsAt,
  HOSTS,
  type Host,
  NOW_MS,
  PROFILES,
  reversed,
  saleAt,
  written,
} from './profile.ts'

const BALANCE = 1_000_000n
const CARDS = {
  pinKey: '0123456789ABCDEFFEDCBA9876543210',
  cards: [{ pan: SALE.card.pan, balance: String(BALANCE), expiry: '3012' }],
}
const HOLD_MS = 7 * 86_400_000

/** A payment as the model knows it: what it takes from the card, and what became of it. */
interface Payment {
  readonly operation: 'payment.sale' | 'payment.authorize'
  readonly message: Message
  readonly minor: bigint
  state: 'new' | 'live' | 'captured' | 'reversed' | 'reversed-unseen'
  /** What its answer asked to bring along. */
  carried: Readonly<Record<string, string>>
  /** What it takes, once captured. */
  capturedMinor?: bigint
}

/** Few trace numbers and few moments, so that each of either meets all of the other. */
const act = fc.record({
  kind: fc.constantFrom(
    ...(['pay', 'pay', 'reverse', 'reverse', 'reverse-other-amount'] as const),
    ...(['capture', 'capture', 'capture-part'] as const),
  ),
  operation: fc.constantFrom('payment.sale', 'payment.authorize', 'payment.authorize'),
  stan: fc.integer({ min: 1, max: 3 }),
  second: fc.integer({ min: 0, max: 2 }),
})

/** The derived host of a profile with one card, spoken to over its dialect. */
function openBank(host: Host) {
  const { dialect, mapping } = PROFILES[host]
  const { conduct } = readEmulatedHost(PROFILES[host])
  const { cards } = parseSandbox(CARDS)
  const book = openBook(':memory:', { cards, businessDate: '2026-11-22' })
  const bank = createCoreHost({
    ...{ book, conduct, clock: fakeClock(), cardFaults: new Map(), script: [] },
    holdMs: HOLD_MS,
  })
  const overTheLine = (message: Message) => dialect.unpack(dialect.pack(message))

  function heard(message: Message): { readonly sent: Message; readonly answer: Message } {
    const sent = overTheLine(message)
    const reply = bank.answer(sent, { signedOn: true })
    if (reply === undefined) throw new Error('the host is silent')
    return { sent, answer: overTheLine(reply.answer) }
  }

  return {
    availableMinor: () => book.card(SALE.card.pan)?.availableMinor,
    /** What the gateway makes of the answer, and what that asks to bring along. */
    pay({ operation, message }: Payment) {
      const { sent, answer } = heard(message)
      const read = mapping.readAnswer(operation, sent, answer)
      const verdict = read.kind === 'verdict' ? read.verdict : `mismatched at ${read.path}`
      const { carried = {} } = read.kind === 'verdict' ? read.findings : {}
      return { verdict, carried }
    },
    /** The same of what the host is owed. */
    tell(kind: OwedKind, message: Message): string | undefined {
      const { sent, answer } = heard(message)
      const read = mapping.owed[kind]?.read(sent, answer)
      return read?.kind === 'mismatched' ? `mismatched at ${read.path}` : read?.kind
    },
  }
}

function newPayment(host: Host, { operation, stan, second }: Drawn): Payment {
  const minor = BigInt(stan * 100 + second)
  const amount = { value: String(minor), currency: 'USD' }
  const facts = factsAt(host, stan, NOW_MS + second * 1000)
  const message = written(host, { ...saleAt(host), type: operation, amount }, facts)
  return { operation, message, minor, state: 'new', carried: { 38: '000000' } }
}

type Drawn = Pick<Payment, 'operation'> & { readonly stan: number; readonly second: number }

const ANSWER_TO_PAYMENT = {
  new: 'approved',
  live: 'unknown',
  captured: 'unknown',
  reversed: 'unknown',
  'reversed-unseen': 'declined',
} as const

const ANSWER_TO_REVERSAL = {
  new: 'not-found',
  live: 'acknowledged',
  captured: 'acknowledged',
  reversed: 'acknowledged',
  'reversed-unseen': 'not-found',
} as const

const AFTER_REVERSAL = {
  new: 'reversed-unseen',
  live: 'reversed',
  captured: 'reversed',
  reversed: 'reversed',
  'reversed-unseen': 'reversed-unseen',
} as const

/** Whether the host takes so much of a payment, now or before. */
function isCapturable({ operation, state, capturedMinor }: Payment, minor: bigint): boolean {
  if (state === 'captured') return minor === capturedMinor
  return state === 'live' && operation === 'payment.authorize'
}

function takenBy({ state, minor, capturedMinor = 0n }: Payment): bigint {
  if (state === 'captured') return capturedMinor
  return state === 'live' ? minor : 0n
}

for (const host of HOSTS) {
  test(`${host} books each payment once, takes what is captured of it, and undoes just the one that a reversal names`, (t) => {
    const holds = fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const bank = openBank(host)
      const payments = new Map<string, Payment>()
      for (const { kind, ...drawn } of acts) {
        const id = `${drawn.stan} at ${drawn.second}`
        const paid = payments.get(id) ?? newPayment(host, drawn)
        payments.set(id, paid)
        const { message, state, minor, carried } = paid
        const facts = factsAt(host, drawn.stan + 100, NOW_MS + 60_000)
        const what = `${kind} ${id}: ${state}`
        if (kind === 'pay') {
          const told = bank.pay(paid)
          t.is(told.verdict, ANSWER_TO_PAYMENT[state], what)
          if (state === 'new') Object.assign(paid, { state: 'live', carried: told.carried })
        } else if (kind === 'reverse') {
          const answer = bank.tell('reversal', reversed(host, message, { facts }))
          t.is(answer, ANSWER_TO_REVERSAL[state], what)
          paid.state = AFTER_REVERSAL[state]
        } else if (kind === 'capture' || kind === 'capture-part') {
          const [amountMinor, extent] =
            kind === 'capture' ? ([minor, 'whole'] as const) : ([minor - 1n, 'part'] as const)
          const capture = { amountMinor, extent }
          const advice = captured(host, message, { facts, carried, capture })
          const takes = isCapturable(paid, amountMinor)
          t.is(bank.tell('advice', advice), takes ? 'acknowledged' : 'refused', what)
          if (takes) Object.assign(paid, { state: 'captured', capturedMinor: amountMinor })
        } else if (state !== 'new') {
          const other = { ...message, fields: { ...message.fields, 4: '000000999999' } }
          const answer = bank.tell('reversal', reversed(host, other, { facts }))
          const expected = state === 'reversed-unseen' ? 'not-found' : 'refused'
          t.is(answer, expected, what)
        }
        const taken = [...payments.values()].reduce((sum, it) => sum + takenBy(it), 0n)
        t.is(bank.availableMinor(), BALANCE - taken)
      }
    })
    fc.assert(holds, { numRuns: 80 })
  })
}
