import test from 'ava'
import fc from 'fast-check'
import { currencyOf, type FeeTerms, type Money } from '#domain'
import {
  ACCOUNT_OF,
  divide,
  type Funds,
  type MoneyEvent,
  PARTIES,
  type Parts,
  type PostingSet,
  type Purpose,
  postingsOf,
} from '#ledger'
import { feeTerms } from './fee-terms.ts'

const NOTHING: Parts = { merchant: 0n, gateway: 0n, schemes: 0n, platform: 0n, creator: 0n }
const EMPTY: Funds = { pending: 0n, available: 0n, reserve: 0n, negative: 0n }

function dollars(minor: bigint): Money {
  const currency = currencyOf('USD')
  if (currency === undefined) throw new Error('ISO 4217 has US dollars')
  return { minor, currency }
}

interface Given {
  readonly fees?: FeeTerms
  readonly taken?: Parts
  readonly unwound?: Parts
  readonly funds?: Partial<Funds>
}

function posted(event: MoneyEvent, given: Given = {}): PostingSet | undefined {
  const { fees, taken = NOTHING, unwound = NOTHING, funds } = given
  return postingsOf(event, {
    fees: () => fees,
    posted: () => ({ currency: 'USD', taken, unwound }),
    funds: () => ({ ...EMPTY, ...funds }),
  })
}

/** Debits less credits of each account that is touched. */
function sums(set: PostingSet | undefined): Partial<Record<Purpose, bigint>> {
  const found: Partial<Record<Purpose, bigint>> = {}
  for (const { account, minor } of set?.entries ?? []) {
    found[account.purpose] = (found[account.purpose] ?? 0n) + minor
  }
  return found
}

const acme = { merchant: 'acme-books' }
const sold = { ...acme, kind: 'sold', amount: dollars(10_000n) } as const

test('a sale is owed by the host and pending for the merchant, whole', (t) => {
  t.deepEqual(posted(sold)?.entries, [
    { account: { ...acme, currency: 'USD', purpose: 'host-settlement' }, minor: 10_000n },
    { account: { ...acme, currency: 'USD', purpose: 'pending' }, minor: -10_000n },
  ])
})

test('what others get of a capture is taken from what is pending', (t) => {
  const fees: FeeTerms = {
    fees: [
      { name: 'interchange', payee: 'schemes', basisPoints: 120 },
      { name: 'scheme', payee: 'schemes', basisPoints: 20 },
      { name: 'service', payee: 'gateway', basisPoints: 110 },
    ],
  }
  const set = posted({ ...sold, kind: 'captured' }, { fees })
  t.deepEqual(
    set?.entries.map(({ account, minor }) => [account.purpose, minor]),
    [
      ['host-settlement', 10_000n],
      ['pending', -10_000n],
      ['pending', 250n],
      ['fee', -110n],
      ['schemes', -140n],
    ],
  )
})

test('a refund is drawn from what is available, then pending, then the reserve, then owed', (t) => {
  const taken = { ...NOTHING, merchant: 10_000n }
  const funds = { available: 1_000n, pending: 500n, reserve: 300n }
  const refund = (minor: bigint) =>
    sums(posted({ ...acme, kind: 'refunded', amount: dollars(minor) }, { taken, funds }))
  t.deepEqual(refund(1_000n), { available: 1_000n, 'host-settlement': -1_000n })
  t.deepEqual(refund(1_800n), {
    ...{ available: 1_000n, pending: 500n, reserve: 300n, 'host-settlement': -1_800n },
  })
  t.like(refund(1_801n), { negative: 1n })
})

test('a reversal is drawn from what is pending first', (t) => {
  const taken = { ...NOTHING, merchant: 900n }
  const funds = { available: 1_000n, pending: 500n }
  t.deepEqual(sums(posted({ ...acme, kind: 'reversed' }, { taken, funds })), {
    ...{ pending: 500n, available: 400n, 'host-settlement': -900n },
  })
})

test('what was never taken is reversed by nothing', (t) => {
  t.is(posted({ ...acme, kind: 'reversed' }), undefined)
})

test('no more is given back than was taken', (t) => {
  const given = { taken: { ...NOTHING, merchant: 90n, gateway: 10n }, unwound: NOTHING }
  const refund = (minor: bigint) =>
    sums(posted({ ...acme, kind: 'refunded', amount: dollars(minor) }, given))
  t.like(refund(100n), { 'host-settlement': -100n })
  t.deepEqual(refund(101n), refund(100n))
  const all = { taken: given.taken, unwound: given.taken }
  t.is(posted({ ...acme, kind: 'refunded', amount: dollars(1n) }, all), undefined)
})

test('a refund that is reversed is taken again, and the merchant’s part is pending', (t) => {
  const unwound = { ...NOTHING, merchant: 90n, gateway: 6n, platform: 4n }
  t.deepEqual(sums(posted({ ...acme, kind: 'refund-reversed' }, { unwound })), {
    ...{ 'host-settlement': 100n, pending: -90n, fee: -6n, platform: -4n },
  })
  t.is(posted({ ...acme, kind: 'refund-reversed' }), undefined)
})

test('what becomes available pays what the merchant owes first', (t) => {
  const event = { ...acme, kind: 'available', amount: dollars(500n) } as const
  const made = (negative: bigint) => sums(posted(event, { funds: { pending: 500n, negative } }))
  t.deepEqual(made(0n), { pending: 500n, available: -500n })
  t.deepEqual(made(200n), { pending: 500n, negative: -200n, available: -300n })
  t.deepEqual(made(700n), { pending: 500n, negative: -500n })
  t.throws(() => posted(event, { funds: { pending: 499n } }), { code: 'FUNDS_SHORT' })
})

test('a reserve is held from what is pending, and released to what is available', (t) => {
  const amount = dollars(500n)
  const hold = (pending: bigint) =>
    posted({ ...acme, kind: 'reserved', amount }, { funds: { pending } })
  t.deepEqual(sums(hold(500n)), { pending: 500n, reserve: -500n })
  t.throws(() => hold(499n), { code: 'FUNDS_SHORT' })
  const release = (reserve: bigint) =>
    posted({ ...acme, kind: 'released', amount }, { funds: { reserve } })
  t.deepEqual(sums(release(500n)), { reserve: 500n, available: -500n })
  t.throws(() => release(499n), { code: 'FUNDS_SHORT' })
})

test('a correction is the mirror of what was wrong', (t) => {
  const wrong = posted(sold)?.entries ?? []
  const set = posted({ ...acme, kind: 'corrected', wrong })
  t.deepEqual(sums(set), { 'host-settlement': -10_000n, pending: 10_000n })
})

/** What each party has by a set, debits less credits. */
function partsOf(set: PostingSet | undefined, sign: bigint): Parts {
  const found = sums(set)
  const others = PARTIES.filter((party) => party !== 'merchant').map(
    (party) => [party, sign * (found[ACCOUNT_OF[party]] ?? 0n)] as const,
  )
  const whole = -sign * (found['host-settlement'] ?? 0n)
  const merchant = others.reduce((left, [, minor]) => left - minor, whole)
  return { ...NOTHING, merchant, ...Object.fromEntries(others) }
}

const captures = fc.array(fc.bigInt(1n, 20_000n), { minLength: 1, maxLength: 3 })
const cuts = fc.array(fc.oneof(fc.bigInt(1n, 20n), fc.bigInt(1n, 20_000n)), { maxLength: 12 })

test('every set is zero, and any series of refunds gives back exactly what was taken', (t) => {
  fc.assert(
    fc.property(captures, cuts, feeTerms, (amounts, refunds, fees) => {
      let taken = NOTHING
      for (const minor of amounts) {
        const set = posted({ ...acme, kind: 'captured', amount: dollars(minor) }, { fees })
        t.is(totalOf(set), 0n)
        const parts = partsOf(set, -1n)
        t.deepEqual(parts, divide(minor, fees, 'payment').parts)
        taken = added(taken, parts)
      }
      let unwound = NOTHING
      for (const wish of [...refunds, undefined]) {
        const left = wholeOf(taken) - wholeOf(unwound)
        if (left === 0n) break
        const minor = wish === undefined || wish > left ? left : wish
        const event = { ...acme, kind: 'refunded', amount: dollars(minor) } as const
        const set = posted(event, { taken, unwound })
        t.is(totalOf(set), 0n)
        unwound = added(unwound, partsOf(set, 1n))
        for (const party of PARTIES) t.true(isFair(unwound, taken, party), party)
      }
      t.deepEqual(unwound, taken)
    }),
  )
})

test('how much each has given back after so much in all does not depend on the parts', (t) => {
  fc.assert(
    fc.property(fc.bigInt(2n, 20_000n), cuts, feeTerms, (amount, refunds, fees) => {
      const taken = divide(amount, fees, 'payment').parts
      const whole = refunds.reduce((sum, minor) => sum + minor, 0n)
      fc.pre(whole > 0n && whole <= amount)
      const once = givenBack([whole], taken)
      t.deepEqual(givenBack(refunds, taken), once)
    }),
  )
})

function givenBack(refunds: readonly bigint[], taken: Parts): Parts {
  let unwound = NOTHING
  for (const minor of refunds) {
    const event = { ...acme, kind: 'refunded', amount: dollars(minor) } as const
    unwound = added(unwound, partsOf(posted(event, { taken, unwound }), 1n))
  }
  return unwound
}

/** Within a minor unit of its exact part, and never below nothing or above what it got. */
function isFair(unwound: Parts, taken: Parts, party: (typeof PARTIES)[number]): boolean {
  const whole = wholeOf(taken)
  const apart = unwound[party] * whole - taken[party] * wholeOf(unwound)
  const isWithin = apart < whole && apart > -whole
  return isWithin && unwound[party] >= 0n && unwound[party] <= taken[party]
}

function totalOf(set: PostingSet | undefined): bigint {
  return (set?.entries ?? []).reduce((sum, { minor }) => sum + minor, 0n)
}

function wholeOf(parts: Parts): bigint {
  return PARTIES.reduce((sum, party) => sum + parts[party], 0n)
}

function added(a: Parts, b: Parts): Parts {
  const sum = PARTIES.map((party) => [party, a[party] + b[party]])
  return { ...NOTHING, ...Object.fromEntries(sum) }
}
