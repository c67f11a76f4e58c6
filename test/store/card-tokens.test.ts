import ava from 'ava'
import fc from 'fast-check'
import type { CardRegistration } from '#domain'
import { createSystemClock } from '#platform'
import { type MemoryStore, openMemoryStore, openStore } from '#store'
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

const merchants = fc.constantFrom('acme-books', 'other')
const wish = fc.oneof(
  fc.record({
    act: fc.constant('register' as const),
    merchant: merchants,
    id: fc.nat(3),
    card: fc.nat(2),
  }),
  fc.record({ act: fc.constant('forget' as const), merchant: merchants, token: fc.nat(20) }),
)

type Wish = typeof wish extends fc.Arbitrary<infer Value> ? Value : never

ava(
  'in whatever order, a live card has one token of a merchant, and what was told stays so',
  (t) => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 20 }), (wishes) => {
        const store = openMemoryStore()
        const model = { told: new Map<string, string>(), live: new Map<string, string>() }
        wishes.forEach((it, at) => {
          t.deepEqual(done(store, it, at), expected(model, it, at))
          for (const [card, token] of model.live) {
            const [merchant = '', name] = card.split('/')
            const kept = store.transact(() => store.findCard(merchant, token))
            t.deepEqual(kept?.panHash, bytes(32, Number(name)))
          }
        })
        store.close()
      }),
    )
  },
)

/** What a wish came to: the token, or why there is none. */
function done(store: MemoryStore, it: Wish, at: number): string {
  return store.transact(() => {
    if (it.act === 'forget') {
      const { merchant } = it
      const forgotten = store.forgetCard({ merchant, token: `tok_${it.token}`, atMs: at })
      return forgotten?.token ?? 'unknown'
    }
    const result = store.registerCard({
      ...{ merchant: it.merchant, id: `card-${it.id}`, token: `tok_${at}` },
      ...{ panMasked: '453957******1486', registeredAtMs: at },
      ...{ fingerprint: bytes(32, it.card), panHash: bytes(32, it.card), sealedCard: bytes(9, at) },
    })
    return result.kind === 'registered' ? result.card.token : result.kind
  })
}

interface Model {
  /** Content and token by merchant and id. */
  readonly told: Map<string, string>
  /** Token by merchant and card. */
  readonly live: Map<string, string>
}

function expected({ told, live }: Model, it: Wish, at: number): string {
  if (it.act === 'forget') {
    const token = `tok_${it.token}`
    const given = [...told].filter(([key]) => key.startsWith(`${it.merchant}/`))
    if (!given.some(([, value]) => value.endsWith(` ${token}`))) return 'unknown'
    for (const [card, name] of live) if (name === token) live.delete(card)
    return token
  }
  const [key, card] = [`${it.merchant}/${it.id}`, `${it.merchant}/${it.card}`]
  const [content, before] = told.get(key)?.split(' ') ?? []
  if (before !== undefined) return content === String(it.card) ? before : 'conflict'
  const token = live.get(card) ?? `tok_${at}`
  live.set(card, token)
  told.set(key, `${it.card} ${token}`)
  return token
}
