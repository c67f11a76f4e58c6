import test from 'ava'
import type { HostReply } from '#control'
import { Secret } from '#domain'
import { compileMapping } from '#processing'
import { dialect, mappingSchema, mappingText, messages } from '../processing/meridian.ts'
import { answerTo, type DeskOptions, type HostScript, openDesk, pass } from './desk.ts'

const COMMON = { merchant: 'M-1001', time: '2026-11-22T10:00:00Z', currency: 'USD' }
const CARD = { pan: '4539578763621486', expiry: '3012', entryMode: 'ecommerce' }
const verify = {
  ...{ type: 'card.verify', id: 'ask-1', ...COMMON },
  card: { ...CARD, cvv2: '123' },
  address: { postcode: '10001' },
}
const balance = { type: 'card.balance', id: 'ask-2', ...COMMON, card: CARD }

const silent: HostReply = { kind: 'unknown', reason: 'host-silent' }
const verified: HostScript = (sent) => answerTo(sent, { 15: undefined, 48: { 83: 'Z', 87: 'M' } })

function group(type: string, amount: string, currency = '840') {
  return { account: '00', type, currency, amount }
}

function telling(...groups: ReturnType<typeof group>[]): HostScript {
  const amounts = Object.fromEntries(groups.map((it, at) => [String(at + 1), it]))
  return (sent) => answerTo(sent, { 15: undefined, 38: undefined, 54: amounts })
}

test('a card is verified by an amount of zero, and its checks are told', async (t) => {
  const desk = await openDesk({ script: verified })
  const told = await desk.tell(verify)
  t.like(told, {
    type: 'card.inquiry.answer',
    id: 'ask-1',
    operation: 'card.verify',
    outcome: 'approved',
  })
  t.like(told, { responseCode: '00', approvalCode: 'A1B2C3', card: '453957******1486' })
  t.deepEqual(told['checks'], { address: 'postcode-only', cvv2: 'match' })
  const [sent] = desk.asked
  t.is(sent?.mti, '0100')
  t.like(sent?.fields, { 3: '330000', 4: '000000000000', 11: '000001', 49: '840' })
  t.deepEqual(sent?.fields['48'], { 82: '10001', 92: '123' })
  t.is(desk.placesHeld(), 0)
})

test('what an account holds is told with its sign, and what else the host says is not', async (t) => {
  const script = telling(
    group('01', 'D000000000005'),
    group('40', 'C000000009900'),
    group('02', 'C000000125000', '414'),
  )
  const desk = await openDesk({ script })
  const told = await desk.tell(balance)
  t.like(told, { operation: 'card.balance', outcome: 'approved' })
  t.deepEqual(told['balances'], [
    { type: 'ledger', amount: { value: '-5', currency: 'USD' } },
    { type: 'available', amount: { value: '125000', currency: 'KWD' } },
  ])
  t.like(desk.asked[0]?.fields, { 3: '310000', 4: '000000000000' })
})

test('a balance in a currency that is none answers nothing', async (t) => {
  const desk = await openDesk({ script: telling(group('01', 'C000000000005', '000')) })
  t.like(await desk.tell(balance), { outcome: 'unknown', reason: 'answer-mismatched' })
  t.like(desk.kept, [{ path: '54' }])
})

test('nothing is kept of a question: the same id asks again, and names no payment', async (t) => {
  const desk = await openDesk({ script: verified })
  await desk.tell(verify)
  t.like(await desk.tell({ ...verify, card: CARD }), { outcome: 'approved', stan: '000002' })
  const { currency: _, ...common } = COMMON
  const inquiry = { type: 'payment.inquire', id: 'ask-9', ...common, payment: 'ask-1' }
  t.like(await desk.tell(inquiry), { error: { code: 'PAYMENT_NOT_FOUND' } })
  t.is(desk.asked.length, 2)
})

test('an unknown answer is not reversed; its number rests while a late one may come', async (t) => {
  const desk = await openDesk({ script: () => silent })
  desk.forward()
  t.like(await desk.tell(verify), { outcome: 'unknown', reason: 'host-silent', stan: '000001' })
  t.is(desk.parts.stans.openCount(), 1)
  await pass(desk, 5)
  t.is(desk.forwarded.length, 0)
  await pass(desk, 60)
  t.is(desk.parts.stans.openCount(), 0)
  t.is(desk.placesHeld(), 0)
})

test('an answered question gives its number back', async (t) => {
  const desk = await openDesk({ script: verified })
  await desk.tell(verify)
  t.is(desk.parts.stans.openCount(), 0)
})

for (const [code, told] of [
  ['14', { outcome: 'declined', responseCode: '14' }],
  ['96', { outcome: 'unknown', reason: 'response-code-unknown', responseCode: '96' }],
  ['10', { outcome: 'unknown', reason: 'response-code-unknown', responseCode: '10' }],
  ['ZZ', { outcome: 'unknown', reason: 'response-code-unknown', responseCode: 'ZZ' }],
] as const) {
  test(`a question that is answered ${code} is ${told.outcome}`, async (t) => {
    const desk = await openDesk({ script: (sent) => answerTo(sent, { 15: undefined, 39: code }) })
    const answer = await desk.tell(verify)
    t.like(answer, told)
    t.is(answer['approvalCode'], undefined)
  })
}

test('the answer to another amount answers nothing, and is kept', async (t) => {
  const script: HostScript = (sent) => answerTo(sent, { 15: undefined, 4: '1' })
  const desk = await openDesk({ script })
  t.like(await desk.tell(verify), { outcome: 'unknown', reason: 'answer-mismatched' })
  t.like(desk.kept, [{ path: '4' }])
})

test('what provably did not leave has failed, and its number is free', async (t) => {
  const desk = await openDesk({ script: () => ({ kind: 'not-sent' }) })
  t.like(await desk.tell(verify), { outcome: 'failed', reason: 'not-sent' })
  t.is(desk.parts.stans.openCount(), 0)
})

const REFUSALS: readonly [string, object, DeskOptions['parts'], object][] = [
  ['a gateway that closes', verify, { draining: () => true }, { code: 'DRAINING' }],
  ['a host out of reach', verify, hostOf({ kind: 'down' }), { code: 'HOST_UNAVAILABLE' }],
  ['a full window', verify, hostOf({ kind: 'full', retryAfterMs: 7 }), { retryAfterMs: 7 }],
  [
    'another currency',
    { ...verify, currency: 'EUR' },
    {},
    { code: 'CURRENCY_NOT_ACCEPTED', field: 'currency' },
  ],
  ['a currency of nobody', { ...verify, currency: 'XYZ' }, {}, { field: 'currency' }],
  [
    'a card that is past',
    { ...verify, card: { ...CARD, expiry: '2001' } },
    {},
    { code: 'CARD_EXPIRED' },
  ],
  ['an old request', { ...verify, time: '2026-11-22T09:00:00Z' }, {}, { field: 'time' }],
  ['an amount', { ...verify, amount: { value: '1', currency: 'USD' } }, {}, { field: 'amount' }],
  [
    'a value that the host has no place for',
    { ...balance, card: { ...CARD, cvv2: '123' } },
    {},
    { code: 'NOT_SUPPORTED_BY_HOST', field: 'card.cvv2' },
  ],
]

function hostOf(place: { kind: 'down' } | { kind: 'full'; retryAfterMs: number }) {
  return { host: { reserve: () => place } }
}

for (const [what, body, parts, error] of REFUSALS) {
  test(`${what} is refused, and nothing is asked`, async (t) => {
    const desk = await openDesk({ parts: parts ?? {} })
    t.like(await desk.tell(body), { type: 'error', error })
    t.is(desk.asked.length, 0)
    t.is(desk.placesHeld(), 0)
    t.is(desk.parts.stans.openCount(), 0)
  })
}

test('a host that is not asked such a thing refuses it', async (t) => {
  const { messages: kinds, ...rest } = JSON.parse(mappingText)
  const { 'card.verify': _, 'card.balance': __, ...others } = kinds
  const parts = { dialect, messages, schema: mappingSchema }
  const mapping = compileMapping({ ...rest, messages: others }, parts)
  const desk = await openDesk({ parts: { mapping } })
  const error = { code: 'NOT_SUPPORTED_BY_HOST', field: 'type' }
  for (const body of [verify, balance]) t.like(await desk.tell(body), { error })
})

const pin = { block: 'F9D6152A91F053F5', format: 'iso-0', key: 'SANDBOX' }
const debit = { ...balance, card: { ...CARD, entryMode: 'terminal' }, pin }

test('a PIN goes along in the host’s own block, or the host is not asked', async (t) => {
  const script = telling(group('02', 'C000000000005'))
  const block = new Secret('0011223344556677')
  const pins = { translate: async () => ({ kind: 'translated', block }) as const }
  const desk = await openDesk({ script, parts: { pins } })
  t.like(await desk.tell(debit), { outcome: 'approved' })
  t.is(desk.asked[0]?.fields['52'], '0011223344556677')
  const none = await openDesk({ script })
  t.like(await none.tell(debit), { error: { code: 'NOT_SUPPORTED_BY_HOST', field: 'pin' } })
  t.is(none.asked.length, 0)
})
