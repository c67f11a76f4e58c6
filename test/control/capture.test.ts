import test from 'ava'
import fc from 'fast-check'
import type { HostReply } from '#control'
import { compileMapping } from '#processing'
import { dialect, mapping, mappingSchema, mappingText, messages } from '../processing/meridian.ts'
import {
  acknowledgementOf,
  answerTo,
  type Desk,
  type DeskOptions,
  type HostScript,
  openDesk,
  pass,
  sale,
  settle,
} from './desk.ts'

const TIME = '2026-11-22T10:00:00Z'
const silent: HostReply = { kind: 'unknown', reason: 'host-silent' }
const acknowledge: HostScript = (sent) => acknowledgementOf(sent)

const usd = (value: string) => ({ value, currency: 'USD' })

function take(payment: string, change: object = {}): object {
  return {
    type: 'payment.capture',
    id: 'take-1',
    merchant: 'M-1001',
    time: TIME,
    payment,
    ...change,
  }
}

function ask(payment: string): object {
  return { type: 'payment.inquire', id: 'ask-1', merchant: 'M-1001', time: TIME, payment }
}

function undo(payment: string): object {
  return { type: 'payment.reverse', id: 'undo-1', merchant: 'M-1001', time: TIME, payment }
}

/** A desk with an authorization of 12.50 that the host has answered, `order-1`. */
async function openHolding(options: DeskOptions = {}): Promise<Desk> {
  const desk = await openDesk(options)
  await desk.tell(sale('order-1', { type: 'payment.authorize', acceptPartial: true }))
  return desk
}

async function stateOf(desk: Desk, id = 'order-1'): Promise<string | undefined> {
  return (await desk.parts.store.find('M-1001', id))?.state
}

test('a capture is told as under way before the host hears, and captured when it has it', async (t) => {
  const desk = await openHolding()
  const told = await desk.tell(take('order-1'))
  t.like(told, {
    ...{ id: 'take-1', payment: 'order-1', operation: 'payment.authorize', outcome: 'capturing' },
    ...{ approvedAmount: usd('1250'), capturedAmount: usd('1250') },
  })
  t.is(desk.forwarded.length, 0)
  desk.forward()
  await settle()
  const [sent] = desk.forwarded
  t.is(sent?.mti, '0220')
  t.like(sent?.fields, { 4: '000000001250', 37: desk.asked[0]?.fields['37'], 38: 'A1B2C3' })
  t.not(sent?.fields['11'], desk.asked[0]?.fields['11'])
  t.like(await desk.tell(ask('order-1')), { outcome: 'captured', capturedAmount: usd('1250') })
  t.like(await desk.tell(sale('order-1', { type: 'payment.authorize', acceptPartial: true })), {
    ...{ id: 'order-1', outcome: 'captured' },
  })
  t.is(desk.placesHeld(), 0)
})

test('a part is captured once, however often the same is asked for', async (t) => {
  const desk = await openHolding()
  desk.forward()
  const part = take('order-1', { amount: usd('1000') })
  t.like(await desk.tell(part), { outcome: 'capturing', capturedAmount: usd('1000') })
  await settle()
  for (let again = 0; again < 3; again++) {
    t.like(await desk.tell(part), { outcome: 'captured', capturedAmount: usd('1000') })
  }
  await pass(desk, 5)
  t.is(desk.forwarded.length, 1)
  t.is(desk.forwarded[0]?.fields['4'], '000000001000')
})

test('of two captures at once one is the first, and another amount is a conflict', async (t) => {
  const desk = await openHolding()
  const [whole, part] = await Promise.all([
    desk.tell(take('order-1')),
    desk.tell(take('order-1', { amount: usd('1000') })),
  ])
  t.like(whole, { outcome: 'capturing' })
  t.like(part, { error: { code: 'CAPTURE_CONFLICT', field: 'amount.value' } })
  t.is((await desk.parts.store.find('M-1001', 'order-1'))?.capture?.amountMinor, 1250n)
})

test('all that is approved of a partial approval is captured, and no more', async (t) => {
  const script: HostScript = (sent) => answerTo(sent, { 4: '000000001000', 39: '10' })
  const desk = await openHolding({ script })
  const more = await desk.tell(take('order-1', { amount: usd('1001') }))
  t.like(more, { error: { code: 'FIELD_INVALID', field: 'amount.value' } })
  t.like(await desk.tell(take('order-1')), { capturedAmount: usd('1000') })
})

test('the amount must be in the currency of the payment', async (t) => {
  const desk = await openHolding()
  const told = await desk.tell(take('order-1', { amount: { value: '1', currency: 'KWD' } }))
  t.like(told, { error: { code: 'FIELD_INVALID', field: 'amount.currency' } })
  t.is(await stateOf(desk), 'approved')
})

const FORBIDDEN: readonly [what: string, script: HostScript, reason: RegExp][] = [
  ['declined', (sent) => answerTo(sent, { 39: '51', 38: undefined }), /that was declined/],
  ['failed', () => ({ kind: 'not-sent' }), /that failed/],
  ['unknown', () => silent, /whose outcome is unknown/],
]

for (const [what, script, reason] of FORBIDDEN) {
  test(`a payment that is ${what} is not captured, and the refusal says so`, async (t) => {
    const desk = await openHolding({ script })
    const { error } = await desk.tell(take('order-1'))
    t.like(error, { code: 'CAPTURE_NOT_ALLOWED', field: 'payment' })
    t.regex(String(Object(error).reason), reason)
    t.is(await stateOf(desk), what)
  })
}

test('a sale is not captured, nor what is reversed, and what never came is not found', async (t) => {
  const desk = await openHolding()
  await desk.tell(sale('order-2'))
  t.like(await desk.tell(take('order-2')), { error: { code: 'CAPTURE_NOT_ALLOWED' } })
  await desk.tell(undo('order-1'))
  t.like(await desk.tell(take('order-1')), { error: { code: 'CAPTURE_NOT_ALLOWED' } })
  t.like(await desk.tell(take('order-3')), { error: { code: 'PAYMENT_NOT_FOUND' } })
  await desk.tell(undo('order-3'))
  t.like(await desk.tell(take('order-3')), { error: { code: 'PAYMENT_REVERSED' } })
})

test('what is being captured is not reversed; what is captured is', async (t) => {
  const desk = await openHolding()
  await desk.tell(take('order-1'))
  const refused = { error: { code: 'REVERSAL_NOT_ALLOWED', field: 'payment' } }
  t.like(await desk.tell(undo('order-1')), refused)
  desk.forward()
  await settle()
  t.is(await stateOf(desk), 'captured')
  const undone = await desk.tell(undo('order-1'))
  t.like(undone, { outcome: 'reversing', reversal: 'under-way' })
  t.false('capturedAmount' in undone)
  desk.forward()
  await settle()
  t.is(await stateOf(desk), 'reversed')
  t.like(await desk.tell(take('order-1')), { error: { code: 'CAPTURE_NOT_ALLOWED' } })
})

test('a capture of a payment that is under way waits for it', async (t) => {
  let answer: (reply: HostReply) => void = () => {}
  const script: HostScript = () =>
    new Promise((resolve) => {
      answer = resolve
    })
  const desk = await openDesk({ script })
  const held = desk.tell(sale('order-1', { type: 'payment.authorize' }))
  await settle()
  const taken = desk.tell(take('order-1'))
  await settle()
  const [sent] = desk.asked
  if (!sent) return t.fail()
  answer(answerTo(sent))
  t.like(await held, { outcome: 'approved' })
  t.like(await taken, { outcome: 'capturing' })
})

test('a new capture must be fresh, and a repeat is told years later', async (t) => {
  const desk = await openHolding()
  desk.clock.advance(120_001)
  const stale = { error: { code: 'TIME_OUTSIDE_WINDOW' } }
  t.like(await desk.tell(take('order-1')), stale)
  t.is(await stateOf(desk), 'approved')
  t.like(await desk.tell(take('order-1', { time: '2026-11-22T10:02:00Z' })), {
    outcome: 'capturing',
  })
  t.like(await desk.tell(take('order-1')), { outcome: 'capturing' })
  t.like(await desk.tell(take('order-1', { amount: usd('1') })), stale)
})

test('a host that takes no captures is not asked for one, and what was captured is still told', async (t) => {
  const document = JSON.parse(mappingText)
  delete document.messages['payment.capture']
  const without = compileMapping(document, { dialect, messages, schema: mappingSchema })
  const desk = await openHolding({ parts: { mapping: without } })
  const refused = { error: { code: 'NOT_SUPPORTED_BY_HOST', field: 'type' } }
  t.like(await desk.tell(take('order-1')), refused)
  const wish = { merchant: 'M-1001', id: 'order-1', businessDate: '2026-11-22', atMs: 1 }
  await desk.parts.store.capture(wish)
  t.like(await desk.tell(take('order-1')), { outcome: 'capturing' })
})

/** Meridian, told in DE25 whether all that was approved is taken. */
function tellingExtent() {
  const document = JSON.parse(mappingText)
  document.tables.extent = { values: { whole: '01', part: '02' }, otherwise: null }
  const { request } = document.messages['payment.capture']
  request['25'] = { use: 'mandatory', from: 'capture.extent', table: 'extent' }
  return compileMapping(document, { dialect, messages, schema: mappingSchema })
}

for (const [what, change, expected] of [
  ['all that was approved', {}, '01'],
  ['all that was approved, by name', { amount: usd('1000') }, '01'],
  ['a part', { amount: usd('999') }, '02'],
] as const) {
  test(`the host is told whether ${what} is taken, of what was approved in part too`, async (t) => {
    const script: HostScript = (sent) => answerTo(sent, { 4: '000000001000', 39: '10' })
    const desk = await openHolding({ script, parts: { mapping: tellingExtent() } })
    await desk.tell(take('order-1', change))
    desk.forward()
    await settle()
    t.is(desk.forwarded[0]?.fields['25'], expected)
  })
}

test('an advice that this host cannot be told is an operator’s', async (t) => {
  const desk = await openHolding()
  await desk.tell(take('order-1'))
  desk.forward({}, { mapping: { owed: { reversal: mapping.owed.reversal } } })
  await pass(desk, 60)
  t.is(desk.forwarded.length, 0)
  t.is(await stateOf(desk), 'capturing')
})

test('a full journal puts a capture off', async (t) => {
  const desk = await openHolding({ store: () => ({ capture: async () => ({ kind: 'full' }) }) })
  t.like(await desk.tell(take('order-1')), { error: { code: 'BUSY', retryAfterMs: 1_000 } })
})

test('an advice repeats under the same number and time until it is acknowledged', async (t) => {
  const replies: HostScript[] = [
    () => silent,
    () => ({ kind: 'not-sent' }),
    (sent) => acknowledgementOf(sent, { 39: '96' }),
    (sent) => acknowledgementOf(sent, { 4: '000000000001' }),
    (sent) => acknowledgementOf(sent, { 15: '1123' }),
  ]
  const owedScript: HostScript = (sent, index) =>
    replies[Math.min(index, replies.length - 1)]?.(sent, index) ?? silent
  const desk = await openHolding({ owedScript })
  await desk.tell(take('order-1'))
  desk.forward()
  await pass(desk, 30)
  const [first, ...repeats] = desk.forwarded
  t.is(first?.mti, '0220')
  t.deepEqual(
    repeats.map(({ mti }) => mti),
    ['0221', '0221', '0221', '0221'],
  )
  for (const repeat of repeats) t.deepEqual(repeat.fields, first?.fields)
  t.deepEqual(
    desk.kept.map(({ path }) => path),
    ['4'],
  )
  t.is((await desk.parts.store.find('M-1001', 'order-1'))?.capture?.settlementDate, '2026-11-23')
  t.like(await desk.tell(ask('order-1')), { outcome: 'captured', settlementDate: '1123' })
})

for (const code of ['12', '25']) {
  test(`a capture that the host answers ${code} is refused, and never taken to be reversed`, async (t) => {
    const owedScript: HostScript = (sent) => acknowledgementOf(sent, { 39: code })
    const desk = await openHolding({ owedScript })
    await desk.tell(take('order-1'))
    desk.forward({ lateAnswerMaxMs: 1_000 })
    await pass(desk, 100)
    t.is(desk.forwarded.length, 1)
    t.is(await stateOf(desk), 'capturing')
  })
}

test('whatever the host does before it acknowledges, every capture is made, once, and nothing is reversed', async (t) => {
  const faults: Readonly<Record<string, HostScript>> = {
    silent: () => silent,
    lost: () => ({ kind: 'unknown', reason: 'link-lost' }),
    notSent: () => ({ kind: 'not-sent' }),
    unclear: (sent) => acknowledgementOf(sent, { 39: '96' }),
    mismatched: (sent) => acknowledgementOf(sent, { 11: '999999' }),
  }
  const fault = fc.constantFrom(...Object.keys(faults))
  const amounts = fc.array(fc.integer({ min: 1, max: 1250 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 12 }), amounts, async (planned, taken) => {
      const owedScript: HostScript = (sent, index) =>
        (faults[planned[index] ?? ''] ?? acknowledge)(sent, index)
      const desk = await openDesk({ owedScript })
      for (const [index, minor] of taken.entries()) {
        await desk.tell(sale(`order-${index}`, { type: 'payment.authorize' }))
        await desk.tell(take(`order-${index}`, { amount: usd(String(minor)) }))
      }
      const forwarding = desk.forward()
      await pass(desk, 150)
      for (const index of taken.keys()) t.is(await stateOf(desk, `order-${index}`), 'captured')
      t.true(desk.forwarded.every(({ mti }) => /^022[01]$/.test(mti)))
      const told = new Set(desk.forwarded.map(({ fields }) => `${fields['11']} ${fields['4']}`))
      t.is(told.size, taken.length)
      await forwarding.stop()
      t.is(desk.placesHeld(), 0)
    }),
    { numRuns: 25 },
  )
})
