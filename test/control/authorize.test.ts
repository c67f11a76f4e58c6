import test from 'ava'
import type { HostReply, Parts, PaymentStore } from '#control'
import type { PaymentOutcome } from '#domain'
import { answerTo, openDesk, sale } from './desk.ts'

test('a sale the host approves is begun, asked once, concluded, then told', async (t) => {
  const order: string[] = []
  const desk = await openDesk({
    script(sent) {
      order.push('ask')
      return answerTo(sent)
    },
    store: (real) => recording(real, order),
  })
  const told = await desk.tell(sale('a'))
  t.deepEqual(order, ['begin', 'ask', 'conclude'])
  t.is(told['outcome'], 'approved')
  t.is(told['approvalCode'], 'A1B2C3')
  t.is(desk.asked[0]?.mti, '0200')
})

test('an authorization goes out as 0100', async (t) => {
  const desk = await openDesk()
  const told = await desk.tell(sale('a', { type: 'payment.authorize' }))
  t.is(told['outcome'], 'approved')
  t.is(desk.asked[0]?.mti, '0100')
})

/** What the host does, what the merchant is told, and why. */
const OUTCOMES: readonly [
  string,
  (sent: Parameters<typeof answerTo>[0]) => HostReply,
  string,
  string?,
][] = [
  ['declines', (sent) => answerTo(sent, { 39: '51', 38: undefined, 15: undefined }), 'declined'],
  ['stays silent', () => ({ kind: 'unknown', reason: 'host-silent' }), 'unknown', 'host-silent'],
  ['drops the line', () => ({ kind: 'unknown', reason: 'link-lost' }), 'unknown', 'link-lost'],
  [
    'sends garbage',
    () => ({ kind: 'unknown', reason: 'answer-unreadable' }),
    'unknown',
    'answer-unreadable',
  ],
  ['proves nothing', () => ({ kind: 'unknown', reason: 'mac-wrong' }), 'unknown', 'mac-wrong'],
  ['was never reached', () => ({ kind: 'not-sent' }), 'failed', 'not-sent'],
  [
    'answers another amount',
    (sent) => answerTo(sent, { 4: '000000009999' }),
    'unknown',
    'answer-mismatched',
  ],
  [
    'answers another currency',
    (sent) => answerTo(sent, { 49: '978' }),
    'unknown',
    'answer-mismatched',
  ],
  [
    'leaves out what it must echo',
    (sent) => answerTo(sent, { 41: undefined }),
    'unknown',
    'answer-mismatched',
  ],
  [
    'uses a response code that nobody listed',
    (sent) => answerTo(sent, { 39: 'ZZ', 38: undefined, 15: undefined }),
    'unknown',
    'response-code-unknown',
  ],
  [
    'approves a part that was not asked for',
    (sent) => answerTo(sent, { 39: '10', 4: '000000000500' }),
    'unknown',
    'partial-not-accepted',
  ],
]

for (const [what, script, outcome, reason] of OUTCOMES) {
  test(`a sale is ${outcome} when the host ${what}`, async (t) => {
    const desk = await openDesk({ script })
    const told = await desk.tell(sale('a'))
    t.is(told['outcome'], outcome)
    t.is(told['reason'], reason)
    const inquired = await desk.tell(inquiry('a'))
    t.deepEqual({ ...inquired, id: 'a', payment: undefined }, { ...told, payment: undefined })
  })
}

test('an answer that contradicts its request is kept, and its reversal brings nothing of it along', async (t) => {
  const outcomes: PaymentOutcome[] = []
  const desk = await openDesk({
    script: (sent) => answerTo(sent, { 4: '000000009999' }),
    store: (real) => ({
      ...real,
      conclude(merchant, id, outcome) {
        outcomes.push(outcome)
        return real.conclude(merchant, id, outcome)
      },
    }),
  })
  await desk.tell(sale('a'))
  t.is(desk.kept[0]?.path, '4')
  t.is(desk.kept[0]?.answer.fields['4'], '000000009999')
  t.like(outcomes, [{ state: 'unknown', reason: 'answer-mismatched' }])
  t.is(outcomes[0]?.carried, undefined)
})

test('a part approved stands when the request said so, with the amount that was approved', async (t) => {
  const desk = await openDesk({
    script: (sent) => answerTo(sent, { 39: '10', 4: '000000000500' }),
  })
  const told = await desk.tell(sale('a', { acceptPartial: true }))
  t.is(told['outcome'], 'partial')
  t.deepEqual(told['approvedAmount'], { value: '500', currency: 'USD' })
  t.deepEqual(told['amount'], { value: '1250', currency: 'USD' })
})

test('the same id with the same content gets the same answer and asks the host once', async (t) => {
  const desk = await openDesk()
  const first = await desk.tell(sale('a'))
  desk.clock.advance(365 * 86_400_000)
  t.deepEqual(await desk.tell(sale('a')), first)
  t.deepEqual(await desk.tell(sale('a', { time: '2027-11-22T10:00:00Z' })), first)
  t.is(desk.asked.length, 1)
})

test('the same id with other content is a conflict and reaches nobody', async (t) => {
  const desk = await openDesk()
  await desk.tell(sale('a'))
  const told = await desk.tell(sale('a', { amount: { value: '1251', currency: 'USD' } }))
  t.like(told, { type: 'error', id: 'a', error: { code: 'ID_CONFLICT', field: 'id' } })
  t.is(desk.asked.length, 1)
})

test('the same id of another merchant is another payment', async (t) => {
  const desk = await openDesk()
  await desk.tell(sale('a'))
  const told = await desk.tell(sale('a'), 'M-9999')
  t.like(told, { type: 'error', error: { code: 'MERCHANT_INACTIVE' } })
})

test('of two at once one goes to the host and both hear its answer', async (t) => {
  const answer = Promise.withResolvers<void>()
  const desk = await openDesk({
    async script(sent) {
      await answer.promise
      return answerTo(sent)
    },
  })
  const told = [desk.tell(sale('a')), desk.tell(sale('a')), desk.tell(sale('a'))]
  const other = desk.tell(sale('a', { acceptPartial: true }))
  answer.resolve()
  const [first, ...others] = await Promise.all(told)
  t.is(first?.['outcome'], 'approved')
  for (const twin of others) t.deepEqual(twin, first)
  t.like(await other, { error: { code: 'ID_CONFLICT' } })
  t.is(desk.asked.length, 1)
})

test('a request whose time is too far from ours is refused, unless it is a repeat', async (t) => {
  const desk = await openDesk()
  await desk.tell(sale('a'))
  desk.clock.advance(120_001)
  t.like(await desk.tell(sale('b')), { error: { code: 'TIME_OUTSIDE_WINDOW', field: 'time' } })
  t.is((await desk.tell(sale('a')))['outcome'], 'approved')
})

test('a request at the edge of the window is taken', async (t) => {
  const desk = await openDesk()
  desk.clock.advance(120_000)
  t.is((await desk.tell(sale('a')))['outcome'], 'approved')
})

for (const [readiness, code] of [
  ['down', 'HOST_UNAVAILABLE'],
  ['full', 'BUSY'],
] as const) {
  test(`while the host is ${readiness} a new payment is refused and an earlier one told`, async (t) => {
    const { host } = (await openDesk()).parts
    let now: 'ready' | 'down' | 'full' = 'ready'
    const reserve: Parts['host']['reserve'] = (merchant) =>
      now === 'ready' ? host.reserve(merchant) : { kind: now }
    const parts = { host: { reserve } }
    const desk = await openDesk({ parts })
    const approved = await desk.tell(sale('a'))
    now = readiness
    t.like(await desk.tell(sale('b')), { error: { code, retryAfterMs: 1_000 } })
    t.deepEqual(await desk.tell(sale('a')), approved)
    t.like(await desk.tell(inquiry('b')), { error: { code: 'PAYMENT_NOT_FOUND' } })
  })
}

test('a gateway that is closing begins nothing', async (t) => {
  const desk = await openDesk({ parts: { draining: () => true } })
  t.like(await desk.tell(sale('a')), { error: { code: 'DRAINING' } })
  t.is(desk.asked.length, 0)
})

test('a journal without room refuses, and holds no trace number', async (t) => {
  const desk = await openDesk({
    store: (real) => ({ ...real, begin: async () => ({ kind: 'full' }) }),
  })
  t.like(await desk.tell(sale('a')), { error: { code: 'BUSY', retryAfterMs: 1_000 } })
  t.is(desk.parts.stans.openCount(), 0)
  t.is(desk.asked.length, 0)
})

test('a repeat hears its answer even while the journal is full', async (t) => {
  let full = false
  const desk = await openDesk({
    store: (real) => ({
      ...real,
      begin: (intent) => (full ? Promise.resolve({ kind: 'full' }) : real.begin(intent)),
    }),
  })
  const first = await desk.tell(sale('a'))
  full = true
  t.deepEqual(await desk.tell(sale('a')), first)
})

test('whatever becomes of a request, its place in the host’s window is given back', async (t) => {
  const desk = await openDesk()
  await desk.tell(sale('a'))
  await desk.tell(sale('a'))
  await desk.tell(sale('a', { acceptPartial: true }))
  await desk.tell(sale('b', { currency: 'EUR' }))
  await desk.tell(sale('c', { time: '2020-01-01T00:00:00Z' }))
  t.is(desk.placesHeld(), 0)
  const broken = await openDesk({
    store: (real) => ({ ...real, begin: () => Promise.reject(new Error('disk')) }),
  })
  await t.throwsAsync(broken.tell(sale('a')))
  t.is(broken.placesHeld(), 0)
})

test('a payment that the store could not begin holds no trace number', async (t) => {
  const desk = await openDesk({
    store: (real) => ({ ...real, begin: () => Promise.reject(new Error('disk')) }),
  })
  await t.throwsAsync(desk.tell(sale('a')), { message: 'disk' })
  t.is(desk.parts.stans.openCount(), 0)
})

test('no one is told an outcome that the store did not take', async (t) => {
  const desk = await openDesk({
    store: (real) => ({ ...real, conclude: () => Promise.reject(new Error('disk')) }),
  })
  await t.throwsAsync(desk.tell(sale('a')), { message: 'disk' })
  t.is((await desk.tell(inquiry('a')))['outcome'], 'pending')
})

test('a trace number is free again after an answer, and rests when there was none', async (t) => {
  const desk = await openDesk({
    script: (sent, index) =>
      index === 0 ? answerTo(sent) : { kind: 'unknown', reason: 'host-silent' },
  })
  await desk.tell(sale('a'))
  t.is(desk.parts.stans.openCount(), 0)
  await desk.tell(sale('b'))
  t.is(desk.parts.stans.openCount(), 1)
  desk.clock.advance(60_000)
  t.is(desk.parts.stans.openCount(), 0)
})

test('what the host is told again is never the verification value', async (t) => {
  const images: string[] = []
  const desk = await openDesk()
  const { mapping } = desk.parts
  const watched = await openDesk({
    parts: {
      mapping: {
        ...mapping,
        storedImage(message) {
          const image = mapping.storedImage(message)
          images.push(Buffer.from(image).toString())
          return image
        },
      },
    },
  })
  const card = { pan: '4539578763621486', expiry: '3012', entryMode: 'ecommerce', cvv2: '737' }
  t.is((await watched.tell(sale('a', { card })))['outcome'], 'approved')
  t.is(watched.asked[0]?.fields['2'], card.pan)
  t.true(JSON.stringify(watched.asked[0]).includes('737'))
  t.true(images.join().includes(card.pan))
  t.false(images.join().includes('737'))
})

function inquiry(payment: string): object {
  return {
    type: 'payment.inquire',
    id: `ask-${payment}`,
    merchant: 'M-1001',
    time: '2026-11-22T10:00:00Z',
    payment,
  }
}

function recording(real: PaymentStore, order: string[]): PaymentStore {
  return {
    ...real,
    async begin(intent) {
      const result = await real.begin(intent)
      order.push('begin')
      return result
    },
    async conclude(...act) {
      await real.conclude(...act)
      order.push('conclude')
    },
  }
}
