import test from 'ava'
import { openMemoryStore } from '#store'
import { merchant } from '../processing/meridian.ts'
import { type Desk, openDesk, sale } from './desk.ts'

const TIME = '2026-11-22T10:00:00Z'
const CARD = { pan: '4539578763621486', expiry: '3012' }
const MINUTE_MS = 60_000

function registration(id: string, change: object = {}): object {
  return { type: 'card.register', id, merchant: 'M-1001', time: TIME, card: CARD, ...change }
}

const forgetting = (token: unknown) => ({
  ...{ type: 'card.forget', id: 'end-1', merchant: 'M-1001', time: TIME },
  token,
})

/** A payment of 12.50 with a token. */
const paying = (id: string, token: unknown, change: object = {}) =>
  sale(id, {
    card: { token, entryMode: 'stored' },
    ...{ initiator: 'merchant', storedCredential: 'recurring' },
    ...change,
  })

async function registered(desk: Desk, id = 'card-1'): Promise<string> {
  return String((await desk.tell(registration(id)))['token'])
}

const unknown = { error: { code: 'TOKEN_UNKNOWN', field: 'card.token' } }

test('a card is registered, and its number is not in the token', async (t) => {
  const desk = await openDesk()
  const told = await desk.tell(registration('card-1'))
  const token = String(told['token'])
  t.regex(token, /^tok_[a-p]{32}$/)
  t.deepEqual(told, {
    ...{ type: 'card.answer', id: 'card-1', merchant: 'M-1001', outcome: 'registered', token },
    ...{ card: '453957******1486', time: '2026-11-22T10:00:00.000Z' },
  })
  t.is(desk.asked.length, 0)
})

test('two cards have two tokens, and the same card has its token again', async (t) => {
  const desk = await openDesk()
  const token = await registered(desk)
  t.is(await registered(desk, 'card-2'), token)
  const other = { card: { pan: '5555555555554444', expiry: '3012' } }
  t.not((await desk.tell(registration('card-3', other)))['token'], token)
})

test('the same registration gets the same answer, years later too, and another one is a conflict', async (t) => {
  const desk = await openDesk()
  const told = await desk.tell(registration('card-1'))
  desk.clock.advance(400 * 24 * 60 * MINUTE_MS)
  t.deepEqual(await desk.tell(registration('card-1')), told)
  const renewed = registration('card-1', { card: { ...CARD, expiry: '3112' } })
  t.like(await desk.tell(renewed), { error: { code: 'ID_CONFLICT', field: 'id' } })
  const stale = { error: { code: 'TIME_OUTSIDE_WINDOW', field: 'time' } }
  t.like(await desk.tell(registration('card-2')), stale)
})

test('a card that is expired, or of the sandbox where money is real, is not registered', async (t) => {
  const desk = await openDesk({ parts: { sandboxPans: new Set([CARD.pan]) } })
  const expired = registration('card-1', { card: { ...CARD, expiry: '2610' } })
  t.like(await desk.tell(expired), { error: { code: 'CARD_EXPIRED', field: 'card.expiry' } })
  const sandbox = { error: { code: 'SANDBOX_CARD', field: 'card.pan' } }
  t.like(await desk.tell(registration('card-1')), sandbox)
})

test('the host hears of a token what it hears of the card itself', async (t) => {
  const withCard = { card: { ...CARD, entryMode: 'stored' } }
  for (const type of ['payment.sale', 'payment.authorize']) {
    const desk = await openDesk()
    const token = await registered(desk)
    t.like(await desk.tell(paying('order-1', token, { type })), {
      ...{ outcome: 'approved', card: '453957******1486' },
    })
    const plain = await openDesk()
    await plain.tell(paying('order-1', token, { type, ...withCard }))
    t.deepEqual(desk.asked, plain.asked)
  }
})

test('a card that was renewed is told to the host as it is now', async (t) => {
  const desk = await openDesk()
  const token = await registered(desk)
  await desk.tell(registration('card-2', { card: { ...CARD, expiry: '3112' } }))
  await desk.tell(paying('order-1', token))
  t.is(desk.asked[0]?.fields[14], '3112')
})

test('a token that never was, was forgotten or is another merchant’s is refused in the same words', async (t) => {
  const memory = openMemoryStore()
  const other = { ...merchant, id: 'M-2002' }
  const mine = await openDesk({ memory })
  const theirs = await openDesk({ memory, merchant: other })
  const token = await registered(mine)
  const foreign = await theirs.tell(paying('order-1', token, { merchant: 'M-2002' }), 'M-2002')
  await mine.tell(forgetting(token))
  const forgotten = await mine.tell(paying('order-1', token))
  const never = await mine.tell(paying('order-1', `tok_${'a'.repeat(32)}`))
  t.like(foreign, unknown)
  t.deepEqual(forgotten, foreign)
  t.deepEqual(never, foreign)
  t.deepEqual([...mine.asked, ...theirs.asked], [])
})

test('what was paid with a token stands, and is repeated, when the token was forgotten since', async (t) => {
  const desk = await openDesk()
  const token = await registered(desk)
  const told = await desk.tell(paying('order-1', token))
  const end = await desk.tell(forgetting(token))
  t.like(end, { type: 'card.answer', outcome: 'forgotten', token })
  t.deepEqual(await desk.tell(paying('order-1', token)), told)
  t.like(await desk.tell(paying('order-2', token)), unknown)
  const refund = { type: 'payment.refund', id: 'back-1', merchant: 'M-1001', time: TIME }
  t.like(await desk.tell({ ...refund, payment: 'order-1' }), { outcome: 'approved' })
})

test('a token is forgotten as often as its merchant likes, and by nobody else', async (t) => {
  const memory = openMemoryStore()
  const desk = await openDesk({ memory })
  const theirs = await openDesk({ memory, merchant: { ...merchant, id: 'M-2002' } })
  const token = await registered(desk)
  const foreign = { ...forgetting(token), merchant: 'M-2002' }
  const refused = { error: { code: 'TOKEN_UNKNOWN', field: 'token' } }
  t.like(await theirs.tell(foreign, 'M-2002'), refused)
  const end = await desk.tell(forgetting(token))
  desk.clock.advance(MINUTE_MS)
  t.deepEqual(await desk.tell(forgetting(token)), end)
  t.like(await desk.tell(registration('card-1')), { outcome: 'forgotten', token })
  t.not(await registered(desk, 'card-2'), token)
})

test('an id that paid with a token does not pay with the card, nor the other way', async (t) => {
  const desk = await openDesk()
  const token = await registered(desk)
  await desk.tell(paying('order-1', token))
  const withCard = { card: { ...CARD, entryMode: 'stored' } }
  const conflict = { error: { code: 'ID_CONFLICT' } }
  t.like(await desk.tell(paying('order-1', token, withCard)), conflict)
  await desk.tell(paying('order-2', token, withCard))
  t.like(await desk.tell(paying('order-2', token)), conflict)
  t.is(desk.asked.length, 2)
})

test('a card that expired behind its token is refused at the token', async (t) => {
  const desk = await openDesk()
  const short = registration('card-1', { card: { ...CARD, expiry: '2611' } })
  const token = (await desk.tell(short))['token']
  desk.clock.advance(60 * 24 * 60 * MINUTE_MS)
  const late = paying('order-1', token, { time: '2027-01-21T10:00:00Z' })
  t.like(await desk.tell(late), { error: { code: 'CARD_EXPIRED', field: 'card.token' } })
})

test('while the journal has no room nothing is registered, and what was is told', async (t) => {
  let isFull = false
  const desk = await openDesk({
    store: ({ registerCard }) => ({
      registerCard: async (card) => (isFull ? { kind: 'full' } : registerCard(card)),
    }),
  })
  const told = await desk.tell(registration('card-1'))
  isFull = true
  t.deepEqual(await desk.tell(registration('card-1')), told)
  const busy = { error: { code: 'BUSY', retryAfterMs: 1_000 } }
  t.like(await desk.tell(registration('card-2')), busy)
})

test('a gateway that is closing registers nothing new', async (t) => {
  const desk = await openDesk({ parts: { draining: () => true } })
  t.like(await desk.tell(registration('card-1')), { error: { code: 'DRAINING' } })
})
