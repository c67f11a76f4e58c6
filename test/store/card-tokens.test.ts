import type { CardRegistration } from '#domain'
import { createSystemClock } from '#platform'
import { openStore } from '#store'
import { bytes } from './sample.ts'
import { test } from './stores.ts'

const MERCHANT = 'acme-books'

/** A registration whose content, card and token are other ones for each `index`. */
function registration(index: number, over: Partial<CardRegistration> = {}): CardRegistration {
  return {
    merchant: MERCHANT,
    id: `card-${index}`,
    token: tokenNamed(index),
    panMasked: '453957******1486',
    registeredAtMs: 1_000 + index,
    fingerprint: bytes(32, index),
    panHash: bytes(32, 100 + index),
    sealedCard: bytes(40, index),
    ...over,
  }
}

const tokenNamed = (index: number) => `tok_${'abcdefghijklmnop'.charAt(index).repeat(32)}`

/** The same card, asked for under another id. */
const sameCard = (index: number, over: Partial<CardRegistration> = {}) =>
  registration(index, { panHash: bytes(32, 101), ...over })

const forgetting = (index: number, over: { readonly merchant?: string } = {}) => ({
  ...{ merchant: MERCHANT, token: tokenNamed(index), atMs: 9_000 },
  ...over,
})

const told = (index: number, registeredAtMs: number, merchant = MERCHANT) => ({
  ...{ merchant, token: tokenNamed(index), panMasked: '453957******1486' },
  registeredAtMs,
})

test('a card that is registered is kept under its token', async (t, kind) => {
  const store = await kind.open(t)
  const first = registration(1)
  t.deepEqual(await store.registerCard(first), { kind: 'registered', card: told(1, 1_001) })
  const { panHash, sealedCard } = first
  t.deepEqual(await store.findCard(MERCHANT, first.token), { panHash, sealedCard })
  const { fingerprint } = first
  const found = await store.findRegistration(MERCHANT, 'card-1')
  t.deepEqual(found, { card: told(1, 1_001), fingerprint })
  t.is(await store.findRegistration(MERCHANT, 'card-2'), undefined)
})

test('the same request again gets what the first one got, another one is a conflict', async (t, kind) => {
  const store = await kind.open(t)
  await store.registerCard(registration(1))
  const again = registration(1, { token: tokenNamed(2), registeredAtMs: 7_000 })
  t.deepEqual(await store.registerCard(again), { kind: 'registered', card: told(1, 1_001) })
  const other = registration(1, { fingerprint: bytes(32, 9) })
  t.deepEqual(await store.registerCard(other), { kind: 'conflict' })
  t.is(await store.findCard(MERCHANT, tokenNamed(2)), undefined)
})

test('the same card under another id keeps its token, and is renewed', async (t, kind) => {
  const store = await kind.open(t)
  await store.registerCard(registration(1))
  t.deepEqual(await store.registerCard(sameCard(2)), { kind: 'registered', card: told(1, 1_002) })
  const kept = await store.findCard(MERCHANT, tokenNamed(1))
  t.deepEqual(kept?.sealedCard, bytes(40, 2))
})

test('a card has another token at each merchant, and serves that merchant alone', async (t, kind) => {
  const store = await kind.open(t)
  await store.registerCard(registration(1))
  const theirs = await store.registerCard(sameCard(2, { merchant: 'other' }))
  t.deepEqual(theirs, { kind: 'registered', card: told(2, 1_002, 'other') })
  t.is(await store.findCard('other', tokenNamed(1)), undefined)
  t.is(await store.findCard(MERCHANT, tokenNamed(2)), undefined)
  t.is(await store.forgetCard(forgetting(2)), undefined)
  t.truthy(await store.findCard('other', tokenNamed(2)))
})

test('a token that is forgotten is of no use, once and for ever, and its card is erased', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  await store.registerCard(registration(1))
  const forgotten = { ...told(1, 1_001), forgottenAtMs: 9_000 }
  t.deepEqual(await store.forgetCard(forgetting(1)), forgotten)
  t.deepEqual(await store.forgetCard({ ...forgetting(1), atMs: 9_999 }), forgotten)
  t.is(await store.findCard(MERCHANT, tokenNamed(1)), undefined)
  t.deepEqual(await store.registerCard(registration(1)), { kind: 'registered', card: forgotten })
  const [row] = await kind.rows(place, 'SELECT sealed_card FROM card_tokens')
  t.like(row, { sealed_card: null })
})

test('a card that was forgotten gets another token when it is registered again', async (t, kind) => {
  const store = await kind.open(t)
  await store.registerCard(registration(1))
  await store.forgetCard(forgetting(1))
  t.deepEqual(await store.registerCard(sameCard(2)), { kind: 'registered', card: told(2, 1_002) })
  t.is(await store.findCard(MERCHANT, tokenNamed(1)), undefined)
})

test('of the same card registered many times at once there is one token', async (t, kind) => {
  const store = await kind.open(t)
  const asked = Array.from({ length: 12 }, (_, at) => store.registerCard(sameCard(at + 1)))
  const tokens = (await Promise.all(asked)).map((it) => it.kind === 'registered' && it.card.token)
  t.deepEqual([...new Set(tokens)], [tokenNamed(1)])
})

test('cards are there after the store was closed and opened again', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const first = await kind.open(t, { place })
  await first.registerCard(registration(1))
  await first.registerCard(registration(2))
  await first.forgetCard(forgetting(2))
  await first.close()
  const onFault = () => t.fail()
  const store = await openStore(place, { clock: createSystemClock(), onFault })
  t.truthy(await store.findCard(MERCHANT, tokenNamed(1)))
  t.is(await store.findCard(MERCHANT, tokenNamed(2)), undefined)
  await store.close()
})
