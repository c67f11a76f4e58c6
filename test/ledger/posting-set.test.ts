import test from 'ava'
import fc from 'fast-check'
import { type Entry, PURPOSES, type Purpose, postingSet, SET_ENTRIES_MAX } from '#ledger'

const purpose = fc.constantFrom(...(Object.keys(PURPOSES) as Purpose[]))
const entry: fc.Arbitrary<Entry> = fc.record({
  account: fc.record({
    merchant: fc.constantFrom('a', 'b'),
    currency: fc.constantFrom('USD', 'JPY'),
    purpose,
  }),
  minor: fc.bigInt(-3n, 3n),
})

function sums(entries: readonly Entry[]): bigint[] {
  return ['USD', 'JPY'].map((currency) =>
    entries
      .filter(({ account }) => account.currency === currency)
      .reduce((sum, { minor }) => sum + minor, 0n),
  )
}

test('a set can be made when it is zero in each currency, and not otherwise', (t) => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: SET_ENTRIES_MAX }), (entries) => {
      const moves = entries.some(({ minor }) => minor !== 0n)
      const isZero = sums(entries).every((sum) => sum === 0n)
      if (moves && isZero) {
        const set = postingSet(entries)
        t.true(set.entries.every(({ minor }) => minor !== 0n))
      } else {
        t.throws(() => postingSet(entries), { code: moves ? 'SET_NOT_ZERO' : 'SET_EMPTY' })
      }
    }),
  )
})

const account = { merchant: 'a', currency: 'USD', purpose: 'pending' } as const

test('dollars do not make up for yen', (t) => {
  const yen = { ...account, currency: 'JPY' }
  const entries = [
    { account, minor: 5n },
    { account: yen, minor: -5n },
  ]
  t.throws(() => postingSet(entries), { code: 'SET_NOT_ZERO' })
})

test('a set has so many entries, and not one more', (t) => {
  const pairs = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ account, minor: at % 2 === 0 ? 1n : -1n }))
  t.is(postingSet(pairs(SET_ENTRIES_MAX)).entries.length, SET_ENTRIES_MAX)
  t.throws(() => postingSet(pairs(SET_ENTRIES_MAX + 2)), { code: 'SET_TOO_LARGE' })
})

test('an entry is no larger than any amount may be', (t) => {
  const pair = (minor: bigint) => [
    { account, minor },
    { account, minor: -minor },
  ]
  t.is(postingSet(pair(999_999_999_999n)).entries.length, 2)
  t.throws(() => postingSet(pair(1_000_000_000_000n)), { code: 'AMOUNT_INVALID' })
})
