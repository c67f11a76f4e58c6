import test from 'ava'
import fc from 'fast-check'
import { createCoreHost, openBook, parseSandbox } from '#host-emulator'
import type { Message } from '#iso8583'
import { readEmulatedHost } from '../../src/emulated-host.ts'
import { fakeClock } from '../host-emulator/meridian.ts'
import { SALE } from './golden.ts'
import {
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
  state: 'new' | 'live' | 'reversed' | 'reversed-unseen'
}

/** Few trace numbers and few moments, so that each of either meets all of the other. */
const act = fc.record({
  kind: fc.constantFrom('pay', 'pay', 'reverse', 'reverse', 'reverse-other-amount'),
  operation: fc.constantFrom('payment.sale', 'payment.authorize'),
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
  return {
    availableMinor: () => book.card(SALE.card.pan)?.availableMinor,
    /** What the gateway makes of the answer: its verdict, or that it is none to this message. */
    ask(kind: 'payment.sale' | 'payment.authorize' | 'payment.reverse', message: Message): string {
      const heard = dialect.unpack(dialect.pack(message))
      const reply = bank.answer(heard, { signedOn: true })
      if (reply === undefined) return 'silent'
      const read = mapping.readAnswer(kind, heard, dialect.unpack(dialect.pack(reply.answer)))
      return read.kind === 'verdict' ? read.verdict : `${read.kind} at ${read.path}`
    },
  }
}

function newPayment(host: Host, { operation, stan, second }: Drawn): Payment {
  const minor = BigInt(stan * 100 + second)
  const amount = { value: String(minor), currency: 'USD' }
  const facts = factsAt(host, stan, NOW_MS + second * 1000)
  const message = written(host, { ...saleAt(host), type: operation, amount }, facts)
  return { operation, message, minor, state: 'new' }
}

type Drawn = Pick<Payment, 'operation'> & { readonly stan: number; readonly second: number }

const ANSWER_TO_PAYMENT = {
  new: 'approved',
  live: 'unknown',
  reversed: 'unknown',
  'reversed-unseen': 'declined',
} as const

const ANSWER_TO_REVERSAL = {
  new: 'declined',
  live: 'approved',
  reversed: 'approved',
  'reversed-unseen': 'declined',
} as const

const AFTER_REVERSAL = {
  new: 'reversed-unseen',
  live: 'reversed',
  reversed: 'reversed',
  'reversed-unseen': 'reversed-unseen',
} as const

for (const host of HOSTS) {
  test(`${host} books each payment once, and undoes just the one that a reversal names`, (t) => {
    const holds = fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const bank = openBank(host)
      const payments = new Map<string, Payment>()
      for (const { kind, ...drawn } of acts) {
        const id = `${drawn.stan} at ${drawn.second}`
        const paid = payments.get(id) ?? newPayment(host, drawn)
        payments.set(id, paid)
        const { operation, message, state } = paid
        const facts = factsAt(host, drawn.stan + 100, NOW_MS + 60_000)
        if (kind === 'pay') {
          t.is(bank.ask(operation, message), ANSWER_TO_PAYMENT[state], `${id}: ${state}`)
          if (state === 'new') paid.state = 'live'
        } else if (kind === 'reverse') {
          const answer = bank.ask('payment.reverse', reversed(host, message, { facts }))
          t.is(answer, ANSWER_TO_REVERSAL[state], `reversal of ${id}: ${state}`)
          paid.state = AFTER_REVERSAL[state]
        } else if (state !== 'new') {
          const other = { ...message, fields: { ...message.fields, 4: '000000999999' } }
          const answer = bank.ask('payment.reverse', reversed(host, other, { facts }))
          t.is(answer, 'declined', `reversal of another amount than ${id}: ${state}`)
        }
        const live = [...payments.values()].filter((it) => it.state === 'live')
        const taken = live.reduce((sum, { minor }) => sum + minor, 0n)
        t.is(bank.availableMinor(), BALANCE - taken)
      }
    })
    fc.assert(holds, { numRuns: 80 })
  })
}
