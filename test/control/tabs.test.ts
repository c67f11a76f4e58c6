import test from 'ava'
import type { HostReply } from '#control'
import { acknowledgementOf, answerTo, type Desk, openDesk, pass, sale, settle } from './desk.ts'

const TIME = '2026-11-22T10:00:00Z'
const usd = (value: string) => ({ value, currency: 'USD' })

const consent = {
  reference: 'consent-1',
  maximum: usd('5000'),
  until: '2026-11-29T10:00:00Z',
}

/** A request of the desk's merchant about `tab-1`, unless it says otherwise. */
function ask(desk: Desk, type: string, more: object = {}): object {
  const time = new Date(desk.clock.nowMs()).toISOString()
  return { type, id: `${type}-1`, merchant: 'M-1001', time, tab: 'tab-1', ...more }
}

/** What opens `tab-1` on `order-1`. */
function opening(more: object = {}): object {
  const named = { type: 'tab.open', id: 'tab-1', merchant: 'M-1001', time: TIME }
  return { ...named, payment: 'order-1', consent, ...more }
}

/** A desk with an authorization of 12.50 that the host has approved, and a tab on it. */
async function withTab(
  terms: object = {},
  options: Parameters<typeof openDesk>[0] = {},
): Promise<Desk> {
  const desk = await openDesk(options)
  await desk.tell(sale('order-1', { type: 'payment.authorize', acceptPartial: true }))
  await desk.tell(opening(terms))
  return desk
}

/** Charge `tab-1`: what each of the charges comes to, by its id. */
function charge(desk: Desk, amounts: Readonly<Record<string, string>>) {
  const charges = Object.entries(amounts).map(([id, amount]) => ({ id, amount }))
  return desk.tell(ask(desk, 'tab.charge', { charges }))
}

const inquire = (desk: Desk, more: object = {}) => desk.tell(ask(desk, 'tab.inquire', more))

test('a tab is opened without the host, and told again to the same request', async (t) => {
  const desk = await withTab()
  const told = await desk.tell(opening())
  t.like(told, {
    ...{ type: 'tab.answer', id: 'tab-1', tab: 'tab-1', payment: 'order-1', state: 'open' },
    ...{ held: usd('1250'), charges: 0, charged: usd('0'), left: usd('1250'), hostMessages: 1 },
  })
  t.deepEqual(told['consent'], { ...consent, until: '2026-11-29T10:00:00.000Z' })
  t.is(desk.asked.length, 1)
  desk.clock.advance(600_000)
  t.like(await desk.tell(opening()), { state: 'open' })
  t.like(await desk.tell(opening({ increment: '100' })), { error: { code: 'ID_CONFLICT' } })
})

for (const [what, terms, error] of [
  ['of another currency', { maximum: { value: '1', currency: 'EUR' } }, 'FIELD_INVALID'],
  ['that has ended', { until: TIME }, 'FIELD_INVALID'],
  ['for longer than money is held', { until: '2026-12-24T10:00:00Z' }, 'FIELD_INVALID'],
  ['until no moment', { until: '2026-11-31T10:00:00Z' }, 'FIELD_INVALID'],
] as const) {
  test(`no tab is opened by a consent ${what}`, async (t) => {
    const desk = await openDesk()
    await desk.tell(sale('order-1', { type: 'payment.authorize' }))
    const told = await desk.tell(opening({ consent: { ...consent, ...terms } }))
    t.like(told, { error: { code: error } })
    t.like(await inquire(desk), { error: { code: 'TAB_NOT_FOUND', field: 'tab' } })
  })
}

test('no tab is opened on a sale, on nothing, or a second time', async (t) => {
  const desk = await openDesk()
  t.like(await desk.tell(opening()), { error: { code: 'PAYMENT_NOT_FOUND' } })
  await desk.tell(sale('order-1'))
  t.like(await desk.tell(opening()), { error: { code: 'TAB_NOT_ALLOWED', field: 'payment' } })
  const other = await withTab()
  t.like(await other.tell(opening({ id: 'tab-2' })), { error: { code: 'TAB_NOT_ALLOWED' } })
})

test('charges cost the host nothing, and those that are refused are named', async (t) => {
  const desk = await withTab()
  t.like(await charge(desk, { a: '0.0001', b: '1200' }), {
    ...{ type: 'tab.charge.answer', tab: 'tab-1', state: 'open', charges: 2 },
    ...{ charged: usd('1200.0001'), left: usd('49.9999') },
  })
  const told = await charge(desk, { b: '1200', c: '50', a: '2', d: '49.9999' })
  t.deepEqual(told['refused'], [
    { id: 'c', why: 'above-hold' },
    { id: 'a', why: 'conflict' },
  ])
  t.like(told, { charges: 3, left: usd('0') })
  t.is(desk.asked.length, 1)
})

test('a metered stream is charged by its quantity', async (t) => {
  const desk = await withTab({ rate: { unit: 'second', value: '0.0125' } })
  const charges = [{ id: 'a', quantity: 60, item: 'A minute' }]
  t.like(await desk.tell(ask(desk, 'tab.charge', { charges })), { charged: usd('0.75') })
  const { items } = await inquire(desk, { after: 0 })
  t.like(items, [{ number: 1, id: 'a', amount: '0.75', quantity: 60, item: 'A minute' }])
  const plain = await withTab()
  t.like(await plain.tell(ask(plain, 'tab.charge', { charges })), {
    refused: [{ id: 'a', why: 'no-rate' }],
  })
})

test('a bad charge says which of the list it is', async (t) => {
  const desk = await withTab()
  const refused = async (charges: unknown) =>
    (await desk.tell(ask(desk, 'tab.charge', { charges })))['error']
  const rule = 'must be minor units with up to four decimals, more than zero, such as 12.5'
  const bad = [
    { id: 'a', amount: '1' },
    { id: 'b', amount: '0.00' },
  ]
  t.deepEqual(await refused(bad), {
    ...{ code: 'FIELD_INVALID', field: 'charges.1.amount', reason: rule },
  })
  t.like(await refused([]), { field: 'charges' })
  t.like(await refused([{ id: 'a' }]), { code: 'FIELD_MISSING' })
  t.like(await refused([{ id: 'a', amount: '1', quantity: 1 }]), { field: 'charges.0' })
  const many = Array.from({ length: 101 }, (_, at) => ({ id: `c${at}`, amount: '1' }))
  t.like(await refused(many), { field: 'charges' })
})

test('a posted tab is one capture, which tells what it cost, and is told the same again', async (t) => {
  const desk = await withTab()
  await charge(desk, { a: '1.5', b: '2.25', c: '0.5', d: '0.5' })
  const told = await desk.tell(ask(desk, 'tab.post'))
  t.like(told, {
    ...{ type: 'tab.answer', state: 'posted', charges: 4, charged: usd('4.75') },
    posted: { because: 'merchant', value: '4', brought: usd('0'), carried: usd('0.75') },
    ...{ hostMessages: 2, hostMessagesPerThousand: '500.00' },
  })
  t.false('left' in told || 'items' in told)
  desk.forward()
  await settle()
  t.like(desk.forwarded[0], { mti: '0220', fields: { 4: '000000000004' } })
  t.deepEqual(await desk.tell(ask(desk, 'tab.post')), told)
  t.like(await charge(desk, { e: '1', a: '1.5' }), { refused: [{ id: 'e', why: 'closed' }] })
})

test('a tab that comes to nothing lets its hold go', async (t) => {
  const desk = await withTab()
  await charge(desk, { a: '0.25' })
  t.like(await desk.tell(ask(desk, 'tab.post')), { state: 'released', posted: { value: '0' } })
  desk.forward()
  await settle()
  t.is(desk.forwarded[0]?.mti, '0420')
})

test('the receipt comes by pages', async (t) => {
  const desk = await withTab()
  const amounts = (from: number) =>
    Object.fromEntries(Array.from({ length: 55 }, (_, at) => [`c${from + at}`, '0.01']))
  await charge(desk, amounts(0))
  await charge(desk, amounts(55))
  const sizes: number[] = []
  for (let after: unknown = 0; after !== undefined; ) {
    const { items, next } = await inquire(desk, { after })
    sizes.push((items as unknown[]).length)
    after = next
  }
  t.deepEqual(sizes, [50, 50, 10])
})

test('a tab is posted by itself once it is full, or old, or its day is over', async (t) => {
  const full = await withTab({ posting: { charges: 2 } })
  full.keepTabs()
  await charge(full, { a: '1', b: '1' })
  await settle()
  t.like(await inquire(full), { state: 'posted', posted: { because: 'charges' } })

  const old = await withTab({ posting: { afterSeconds: 10 } })
  old.keepTabs()
  await charge(old, { a: '1' })
  await pass(old, 9)
  t.like(await inquire(old), { state: 'open' })
  await pass(old, 1)
  t.like(await inquire(old), { state: 'posted', posted: { because: 'age' } })

  let date = '2026-11-22'
  const daily = await withTab(
    { posting: { dayEnd: true } },
    { parts: { day: { date: () => date } } },
  )
  daily.keepTabs()
  await charge(daily, { a: '1' })
  await pass(daily, 2)
  t.like(await inquire(daily), { state: 'open' })
  const other = await withTab({}, { parts: { day: { date: () => date } } })
  other.keepTabs()
  date = '2026-11-23'
  await pass(daily, 1)
  await pass(other, 2)
  t.like(await charge(other, { a: '1' }), { state: 'open', charges: 1 })
  t.like(await inquire(daily), { state: 'posted', posted: { because: 'day-end' } })
})

test('a tab is posted before its host lets go of what it holds', async (t) => {
  const month = { consent: { ...consent, until: '2026-12-22T10:00:00Z' } }
  const desk = await withTab({ ...month, posting: { afterSeconds: 2_678_400 } })
  desk.keepTabs()
  await charge(desk, { a: '1' })
  desk.clock.advance(167 * 3_600_000)
  await pass(desk, 1)
  t.like(await inquire(desk), { state: 'open' })
  desk.clock.advance(1_800_000)
  await pass(desk, 1)
  t.like(await inquire(desk), { state: 'posted', posted: { because: 'age' } })
})

test('more is held before it runs out, once for each shortage, and never above the consent', async (t) => {
  const desk = await withTab({ increment: '3000' })
  desk.keepTabs()
  await charge(desk, { a: '100' })
  await settle()
  t.like(await inquire(desk), { held: usd('4250'), hostMessages: 2 })
  t.like(desk.asked[1], { mti: '0100', fields: { 4: '000000003000' } })
  await charge(desk, { b: '3500' })
  await settle()
  t.like(await inquire(desk), { held: usd('5000'), left: usd('1400') })
  await charge(desk, { c: '1400' })
  await settle()
  t.is(desk.asked.length, 3)
})

test('an increment that the host declines is not asked for again, and charges are refused', async (t) => {
  const script = (sent: Parameters<typeof answerTo>[0], index: number) =>
    index === 0 ? answerTo(sent) : answerTo(sent, { 39: '51', 38: undefined })
  const desk = await withTab({ increment: '3000' }, { script })
  desk.keepTabs()
  for (const id of ['a', 'b', 'c']) {
    await charge(desk, { [id]: '400' })
    await settle()
  }
  t.is(desk.asked.length, 2)
  t.like(await charge(desk, { d: '400' }), { refused: [{ id: 'd', why: 'above-hold' }] })
})

test('a tab whose increment is not known waits, and is posted when it is', async (t) => {
  const silent: HostReply = { kind: 'unknown', reason: 'host-silent' }
  const desk = await withTab(
    { increment: '3000' },
    { script: (sent, index) => (index === 0 ? answerTo(sent) : silent) },
  )
  desk.keepTabs()
  await charge(desk, { a: '100' })
  await settle()
  const told = await desk.tell(ask(desk, 'tab.post'))
  t.like(told, { error: { code: 'TAB_NOT_ALLOWED', retryAfterMs: 1_000 } })
  desk.forward()
  await settle()
  t.like(await desk.tell(ask(desk, 'tab.post')), { state: 'posted' })
})

/** A posted and captured tab with charges `a` (1.5) and `b` (1.25); 0.75 is carried. */
async function captured(options: Parameters<typeof openDesk>[0] = {}): Promise<Desk> {
  const desk = await withTab({}, { owedScript: (sent) => acknowledgementOf(sent), ...options })
  await charge(desk, { a: '1.5', b: '1.25' })
  await desk.tell(ask(desk, 'tab.post'))
  desk.forward()
  await settle()
  return desk
}

const giveBack = (desk: Desk, charged: string, id: string) =>
  desk.tell(ask(desk, 'tab.refund', { id, charge: charged }))

test('one charge of a posted tab goes back as a refund of its own, the fraction by the residue', async (t) => {
  const desk = await captured()
  const told = await giveBack(desk, 'b', 'back-1')
  t.like(told, {
    ...{ type: 'tab.refund.answer', id: 'back-1', tab: 'tab-1', charge: 'b' },
    ...{ outcome: 'approved', amount: usd('1.25'), refundedAmount: usd('1') },
  })
  t.like(desk.asked[1]?.fields, { 3: '200000', 4: '000000000001' })
  t.deepEqual(await giveBack(desk, 'b', 'back-1'), told)
  t.is(desk.asked.length, 2)
  t.like(await giveBack(desk, 'b', 'back-2'), { error: { code: 'REFUND_NOT_ALLOWED' } })
  t.like(await giveBack(desk, 'z', 'back-2'), { error: { code: 'CHARGE_NOT_FOUND' } })
  const { items } = await inquire(desk, { after: 0 })
  t.like(items, { 1: { refund: { id: 'back-1', value: '1', state: 'stands' } } })
  t.like(await inquire(desk), { hostMessages: 3 })
})

test('a refund that the host declines leaves the charge as it was', async (t) => {
  const script = (sent: Parameters<typeof answerTo>[0], index: number) =>
    index === 1 ? answerTo(sent, { 39: '05', 38: undefined }) : answerTo(sent)
  const desk = await captured({ script })
  t.like(await giveBack(desk, 'a', 'back-1'), { outcome: 'declined' })
  t.like(await giveBack(desk, 'a', 'back-2'), { outcome: 'approved', refundedAmount: usd('1') })
})

test('a charge that what is carried on pays for goes back without the host', async (t) => {
  const desk = await withTab()
  await charge(desk, { a: '1', b: '0.5' })
  await desk.tell(ask(desk, 'tab.post'))
  const told = await giveBack(desk, 'b', 'back-1')
  t.like(told, { outcome: 'carried', amount: usd('0.5') })
  t.false('refundedAmount' in told)
  t.is(desk.asked.length, 1)
})

test('what an open tab holds is told to be the tab’s', async (t) => {
  const desk = await withTab()
  const taking = { type: 'payment.capture', id: 'x', merchant: 'M-1001', time: TIME }
  t.like(await desk.tell({ ...taking, payment: 'order-1' }), {
    error: { code: 'CAPTURE_NOT_ALLOWED', reason: 'a tab is open on it: post the tab' },
  })
  t.like(await desk.tell({ ...taking, type: 'payment.reverse', payment: 'order-1' }), {
    error: { code: 'REVERSAL_NOT_ALLOWED' },
  })
})
