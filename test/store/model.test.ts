import test from 'ava'
import fc from 'fast-check'
import { ALLOWED_MOVES, type PaymentOutcome, type PaymentState } from '#domain'
import { type MemoryStore, openMemoryStore, StoreError } from '#store'
import { bytes, intent, openSample } from './sample.ts'

/** What a store must look like from outside: the simplest thing that could keep the promises. */
interface Model {
  readonly payments: Map<string, { content: number; state: PaymentState; outcome?: PaymentOutcome }>
}

type Act =
  | { readonly act: 'begin'; readonly id: number; readonly content: number; readonly stan: number }
  | { readonly act: 'conclude'; readonly id: number; readonly outcome: PaymentOutcome }
  | { readonly act: 'find'; readonly id: number }

const outcome: fc.Arbitrary<PaymentOutcome> = fc.record(
  {
    state: fc.constantFrom('approved', 'declined', 'failed', 'unknown'),
    decidedAtMs: fc.integer({ min: 1, max: 2 ** 44 }),
    responseCode: fc.stringMatching(/^[0-9A-Z]{2}$/),
    approvedMinor: fc.bigInt(0n, 999_999_999_999n),
    carried: fc.dictionary(fc.stringMatching(/^[0-9]{1,3}$/), fc.string()),
    details: fc.dictionary(fc.stringMatching(/^[a-zA-Z]{1,20}$/), fc.string()),
  },
  { requiredKeys: ['state', 'decidedAtMs'], noNullPrototype: true },
)

const id = fc.integer({ min: 1, max: 4 })
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({
      act: fc.constant('begin' as const),
      id,
      content: fc.integer({ min: 1, max: 2 }),
      stan: fc.integer({ min: 1, max: 6 }),
    }),
    fc.record({ act: fc.constant('conclude' as const), id, outcome }),
    fc.record({ act: fc.constant('find' as const), id }),
  ),
  { maxLength: 30 },
)

test('any acts in any order leave what the model says, and every answer is the model’s', (t) => {
  fc.assert(
    fc.property(acts, fc.integer({ min: 1, max: 5 }), (list, batchSize) => {
      const store = openMemoryStore()
      const model: Model = { payments: new Map() }
      const stans = new Set<number>()
      for (let at = 0; at < list.length; at += batchSize) {
        store.transact(() => {
          for (const act of list.slice(at, at + batchSize)) {
            t.deepEqual(perform(store, act), expected(model, stans, act))
          }
        })
      }
      store.close()
    }),
    { numRuns: 150 },
  )
})

test('the store with its thread answers as the store in memory does', async (t) => {
  await fc.assert(
    fc.asyncProperty(acts, async (list) => {
      const [store, memory] = [await openSample(t), openMemoryStore()]
      const answers = await Promise.all(
        list.map((act) => {
          if (act.act === 'begin') return answerOf(() => store.begin(intentOf(act)))
          if (act.act === 'find') return answerOf(() => store.find('acme-books', `order-${act.id}`))
          return answerOf(() => store.conclude('acme-books', `order-${act.id}`, act.outcome))
        }),
      )
      t.deepEqual(
        answers,
        memory.transact(() => list.map((act) => perform(memory, act))),
      )
      memory.close()
      await store.close()
    }),
    { numRuns: 5 },
  )
})

test('a crash inside a transaction leaves what was committed before it', (t) => {
  const store = openMemoryStore()
  store.transact(() => store.begin(intent(1)))
  t.throws(
    () =>
      store.transact(() => {
        store.conclude('acme-books', 'order-1', { state: 'approved', decidedAtMs: 1 })
        store.begin(intent(2))
        throw new Error('crash')
      }),
    { code: 'STORE_FAULT' },
  )
  t.is(store.find('acme-books', 'order-1')?.state, 'begun')
  t.is(store.find('acme-books', 'order-2'), undefined)
  t.is(store.transact(() => store.recover(5, 0)).leftUnknown, 1)
})

function perform(store: MemoryStore, act: Act): unknown {
  try {
    switch (act.act) {
      case 'begin':
        return store.begin(intentOf(act))
      case 'conclude':
        return store.conclude('acme-books', `order-${act.id}`, act.outcome)
      case 'find':
        return store.find('acme-books', `order-${act.id}`)
    }
  } catch (thrown) {
    return thrown instanceof StoreError ? thrown.code : thrown
  }
}

async function answerOf(act: () => Promise<unknown>): Promise<unknown> {
  return await act().catch((thrown) => (thrown instanceof StoreError ? thrown.code : thrown))
}

function expected({ payments }: Model, stans: Set<number>, act: Act): unknown {
  const known = payments.get(`order-${act.id}`)
  if (act.act === 'begin') {
    if (known?.content === act.content) {
      return { kind: 'repeat', payment: paymentOf(payments, act.id) }
    }
    if (known !== undefined) return { kind: 'conflict' }
    if (stans.has(act.stan)) return 'STAN_REUSED'
    stans.add(act.stan)
    payments.set(`order-${act.id}`, { ...act, state: 'begun' })
    return { kind: 'begun' }
  }
  if (act.act === 'find') return known && paymentOf(payments, act.id)
  if (known === undefined) return 'PAYMENT_NOT_FOUND'
  if (!ALLOWED_MOVES[known.state].includes(act.outcome.state)) return 'MOVE_NOT_ALLOWED'
  payments.set(`order-${act.id}`, { ...known, state: act.outcome.state, outcome: act.outcome })
  return undefined
}

function paymentOf(payments: Model['payments'], index: number): unknown {
  const known = payments.get(`order-${index}`)
  if (known === undefined) return undefined
  const { state, outcome } = known
  const begun = intentOf({ id: index, stan: 1, ...known })
  return outcome === undefined ? { ...begun, state } : { ...begun, state, outcome }
}

function intentOf(given: { id: number; content: number; stan: number }) {
  const { exchange } = intent(1)
  return intent(given.id, {
    fingerprint: bytes(32, given.content),
    exchange: { ...exchange, stan: given.stan },
  })
}
