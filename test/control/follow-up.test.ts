import test from 'ava'
import type { HostReply } from '#control'
import { compileMapping } from '#processing'
import { dialect, mappingSchema, mappingText, messages } from '../processing/meridian.ts'
import {
  answerTo,
  type Desk,
  type DeskOptions,
  type HostScript,
  openDesk,
  pass,
  sale,
  settle,
} from './desk.ts'

const COMMON = { merchant: 'M-1001', time: '2026-11-22T10:00:00Z', payment: 'order-1' }
const silent: HostReply = { kind: 'unknown', reason: 'host-silent' }

const usd = (value: string) => ({ value, currency: 'USD' })

function refund(id: string, value?: string): object {
  return { type: 'payment.refund', id, ...COMMON, ...(value ? { amount: usd(value) } : {}) }
}

function increment(id: string, value: string): object {
  return { type: 'payment.increment', id, ...COMMON, amount: usd(value) }
}

const capture = { type: 'payment.capture', id: 'take-1', ...COMMON }
const undo = { type: 'payment.reverse', id: 'undo-1', ...COMMON }

/** A desk with a payment of 12.50 that the host has approved, `order-1`. */
async function openHaving(type: string, options: DeskOptions = {}): Promise<Desk> {
  const desk = await openDesk(options)
  await desk.tell(sale('order-1', { type }))
  return desk
}

const placed = { mti: '0200', stan: '000001', transmittedAt: '1122100000' }

test('a refund names its original and takes card, terminal and reference data from it', async (t) => {
  const desk = await openHaving('payment.sale')
  const told = await desk.tell(refund('back-1', '500'))
  t.like(told, { id: 'back-1', operation: 'payment.refund', original: 'order-1' })
  t.like(told, { outcome: 'approved', amount: usd('500'), card: '453957******1486' })
  const [, sent] = desk.asked
  t.is(sent?.mti, '0200')
  t.like(sent?.fields, { 2: '4539578763621486', 3: '200000', 4: '000000000500', 11: '000002' })
  t.like(sent?.fields, { 14: '3012', 38: 'A1B2C3', 41: 'TERM0001', 90: placed })
  t.is(desk.placesHeld(), 0)
})

test('without an amount all that is left is refunded', async (t) => {
  const desk = await openHaving('payment.sale')
  await desk.tell(refund('back-1', '500'))
  t.like(await desk.tell(refund('back-2')), { outcome: 'approved', amount: usd('750') })
  const code = { error: { code: 'REFUND_NOT_ALLOWED' } }
  t.like(await desk.tell(refund('back-3')), code)
  t.like(await desk.tell(refund('back-3', '1')), code)
  const ask = { type: 'payment.inquire', id: 'ask-1', ...COMMON }
  t.like(await desk.tell(ask), { outcome: 'approved', refundedAmount: usd('1250') })
  t.is(desk.asked.length, 3)
})

test('a repeat of a refund gets its answer, whatever is left, and other content is a conflict', async (t) => {
  const desk = await openHaving('payment.sale')
  const first = await desk.tell(refund('back-1'))
  t.deepEqual(await desk.tell(refund('back-1')), first)
  const [one, twin] = await Promise.all([desk.tell(refund('back-1')), desk.tell(refund('back-1'))])
  t.deepEqual([one, twin], [first, first])
  t.like(await desk.tell(refund('back-1', '3')), { error: { code: 'ID_CONFLICT' } })
  t.like(await desk.tell(sale('back-1')), { error: { code: 'ID_CONFLICT' } })
  t.is(desk.asked.length, 2)
})

test('a refund whose outcome is unknown is reversed by its own number, and can be made anew', async (t) => {
  let isSilent = false
  const script: HostScript = (sent) => (isSilent ? silent : answerTo(sent))
  const desk = await openHaving('payment.sale', { script })
  isSilent = true
  t.like(await desk.tell(refund('back-1')), { outcome: 'unknown', reversal: 'under-way' })
  t.like(await desk.tell(refund('back-2', '1')), { error: { code: 'REFUND_NOT_ALLOWED' } })
  desk.forward()
  await settle()
  t.like(desk.forwarded[0], { mti: '0420', fields: { 3: '200000', 90: { stan: '000002' } } })
  isSilent = false
  await pass(desk, 1)
  t.like(await desk.tell(refund('back-1')), { outcome: 'reversed' })
  t.like(await desk.tell(refund('back-3')), { outcome: 'approved', amount: usd('1250') })
})

test('an increment is asked of the host, captured with its authorization, and refunded', async (t) => {
  const desk = await openHaving('payment.authorize')
  t.like(await desk.tell(increment('more-1', '250')), {
    ...{ operation: 'payment.increment', outcome: 'approved', original: 'order-1' },
  })
  const [, sent] = desk.asked
  t.is(sent?.mti, '0100')
  t.like(sent?.fields, { 3: '000000', 4: '000000000250', 90: { ...placed, mti: '0100' } })
  const captured = await desk.tell(capture)
  t.like(captured, { outcome: 'capturing', capturedAmount: usd('1500') })
  t.like(captured, { approvedAmount: usd('1250'), incrementedAmount: usd('250') })
  t.like(await desk.tell(refund('back-1')), { error: { code: 'REFUND_NOT_ALLOWED' } })
  desk.forward()
  await settle()
  t.like(await desk.tell(refund('back-1')), { outcome: 'approved', amount: usd('1500') })
})

test('what must wait for an increment is refused until the host has said what it holds', async (t) => {
  let answer: (reply: HostReply) => void = () => {}
  const held = new Promise<HostReply>((resolve) => {
    answer = resolve
  })
  const script: HostScript = (sent, index) => (index === 1 ? held : answerTo(sent))
  const desk = await openHaving('payment.authorize', { script })
  const more = desk.tell(increment('more-1', '250'))
  await settle()
  t.like(await desk.tell(capture), { error: { code: 'CAPTURE_NOT_ALLOWED' } })
  t.like(await desk.tell(undo), { error: { code: 'REVERSAL_NOT_ALLOWED' } })
  const sent = desk.asked[1]
  if (sent) answer(answerTo(sent))
  t.like(await more, { outcome: 'approved' })
  t.like(await desk.tell(undo), { outcome: 'reversing' })
  desk.forward()
  await settle()
  const reversed = desk.forwarded.map(({ fields }) => fields['90'])
  t.like(reversed, [{ stan: '000001' }, { stan: '000002' }])
})

for (const [what, request, code] of [
  ['an increment of a sale', increment('more-1', '1'), 'INCREMENT_NOT_ALLOWED'],
  [
    'an increment in another currency',
    { ...increment('m', '1'), amount: { value: '1', currency: 'KWD' } },
    'FIELD_INVALID',
  ],
  ['a refund of what never came', { ...refund('back-1'), payment: 'order-9' }, 'PAYMENT_NOT_FOUND'],
  [
    'a refund written too long ago',
    { ...refund('back-1'), time: '2026-11-22T09:00:00Z' },
    'TIME_OUTSIDE_WINDOW',
  ],
  [
    'an increment without an amount',
    { type: 'payment.increment', id: 'm', ...COMMON },
    'FIELD_MISSING',
  ],
] as const) {
  test(`${what} is refused as ${code}, and leaves no trace`, async (t) => {
    const desk = await openHaving('payment.sale')
    t.like(await desk.tell(request), { error: { code } })
    t.is(desk.asked.length, 1)
    t.is(desk.placesHeld(), 0)
  })
}

test('a gateway that is closing begins no refund, and tells of those that were made', async (t) => {
  let draining = false
  const desk = await openHaving('payment.sale', { parts: { draining: () => draining } })
  const made = await desk.tell(refund('back-1', '1'))
  draining = true
  t.like(await desk.tell(refund('back-2', '1')), { error: { code: 'DRAINING' } })
  t.deepEqual(await desk.tell(refund('back-1', '1')), made)
})

test('a host without increments and refunds is told none', async (t) => {
  const spec = JSON.parse(mappingText)
  delete spec.messages['payment.increment']
  delete spec.messages['payment.refund']
  const mapping = compileMapping(spec, { dialect, messages, schema: mappingSchema })
  const desk = await openHaving('payment.sale', { parts: { mapping } })
  for (const request of [refund('back-1'), increment('more-1', '1')]) {
    const refused = { error: { code: 'NOT_SUPPORTED_BY_HOST', field: 'type' } }
    t.like(await desk.tell(request), refused)
  }
})
