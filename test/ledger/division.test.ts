import test from 'ava'
import fc from 'fast-check'
import type { FeePlan, FeeTerms } from '#domain'
import { divide, PARTIES, termsOn } from '#ledger'
import { feeTerms } from './fee-terms.ts'

const amount = fc.oneof(fc.bigInt(1n, 5_000n), fc.bigInt(1n, 999_999_999_999n))

test('whatever the terms, parts are the whole amount and none is below zero', (t) => {
  fc.assert(
    fc.property(amount, feeTerms, fc.constantFrom('payment', 'tab'), (minor, terms, per) => {
      const { parts } = divide(minor, terms, per)
      t.is(
        PARTIES.reduce((sum, party) => sum + parts[party], 0n),
        minor,
      )
      for (const party of PARTIES) t.true(parts[party] >= 0n)
    }),
  )
})

test('whatever the fees, they are never above the ceiling', (t) => {
  fc.assert(
    fc.property(amount, feeTerms, (minor, { shares: _, ...terms }) => {
      const { parts } = divide(minor, terms, 'payment')
      const ceiling = BigInt(terms.ceilingBasisPoints ?? 10_000)
      t.true((parts.gateway + parts.schemes) * 10_000n <= minor * ceiling)
    }),
  )
})

test('without terms all of it is the merchant’s', (t) => {
  const parts = { merchant: 1_250n, gateway: 0n, schemes: 0n, platform: 0n, creator: 0n }
  t.deepEqual(divide(1_250n, undefined, 'payment'), { parts, lines: [] })
})

const service = { name: 'service', payee: 'gateway' } as const

function feeOf(minor: bigint, fee: object): bigint {
  return divide(minor, { fees: [{ ...service, ...fee }] }, 'payment').parts.gateway
}

test('a fee is rounded once, half up', (t) => {
  t.is(feeOf(50n, { basisPoints: 100 }), 1n)
  t.is(feeOf(49n, { basisPoints: 100 }), 0n)
  t.is(feeOf(150n, { basisPoints: 100 }), 2n)
  // 0.5 and 0.5 are one, not two.
  t.is(feeOf(50n, { basisPoints: 100, tiers: [{ fromMinor: 0, basisPoints: 100 }] }), 1n)
})

test('a fee is what is fixed and what goes by the amount, within its bounds', (t) => {
  t.is(feeOf(1_250n, { fixedMinor: 30, basisPoints: 290 }), 66n)
  t.is(feeOf(1_250n, { basisPoints: 290, minimumMinor: 40 }), 40n)
  t.is(feeOf(1_250n, { basisPoints: 290, minimumMinor: 36 }), 36n)
  t.is(feeOf(1_250n, { basisPoints: 290, maximumMinor: 35 }), 35n)
  t.is(feeOf(1_250n, { basisPoints: 290, maximumMinor: 36 }), 36n)
})

test('each part of an amount is charged at the rate of its own tier', (t) => {
  const tiers = [
    { fromMinor: 0, basisPoints: 200 },
    { fromMinor: 1_000, basisPoints: 100 },
    { fromMinor: 10_000, basisPoints: 50 },
  ]
  t.is(feeOf(1_000n, { tiers }), 20n)
  t.is(feeOf(1_100n, { tiers }), 21n)
  t.is(feeOf(12_000n, { tiers }), 20n + 90n + 10n)
})

test('a fee per tab is charged for what a tab has come to, and for nothing else', (t) => {
  const fees = [
    { ...service, fixedMinor: 5, per: 'tab' as const },
    { ...service, name: 'other', fixedMinor: 30, per: 'payment' as const },
  ]
  t.is(divide(1_000n, { fees }, 'tab').parts.gateway, 5n)
  t.is(divide(1_000n, { fees }, 'payment').parts.gateway, 30n)
})

test('what is above the ceiling comes off the gateway’s own fees first', (t) => {
  const fees = [
    { name: 'interchange', payee: 'schemes', basisPoints: 150 },
    { ...service, fixedMinor: 30 },
  ] as const
  const capped = (ceilingBasisPoints: number) =>
    divide(1_000n, { fees, ceilingBasisPoints }, 'payment').parts
  t.like(capped(450), { schemes: 15n, gateway: 30n })
  t.like(capped(449), { schemes: 15n, gateway: 29n })
  t.like(capped(100), { schemes: 10n, gateway: 0n })
})

test('no fee is more than the amount, whatever the plan says', (t) => {
  t.is(feeOf(10n, { fixedMinor: 30 }), 10n)
})

test('shares of the net are by largest remainder, and the merchant has the rest', (t) => {
  const basisPoints = { gateway: 250, platform: 2_000, creator: 6_850 }
  const terms: FeeTerms = { fees: [], shares: { of: 'net', basisPoints } }
  t.deepEqual(divide(9_999n, terms, 'payment').parts, {
    ...{ merchant: 900n, gateway: 250n, schemes: 0n, platform: 2_000n, creator: 6_849n },
  })
})

test('shares of the fee leave the merchant’s part as it is', (t) => {
  const terms: FeeTerms = {
    fees: [{ ...service, fixedMinor: 101 }],
    shares: { of: 'fee', basisPoints: { platform: 5_000 } },
  }
  t.like(divide(1_000n, terms, 'payment').parts, { merchant: 899n, gateway: 51n, platform: 50n })
})

test('the lines tell each rule, what it was applied to and what came of it', (t) => {
  const terms: FeeTerms = {
    fees: [{ ...service, fixedMinor: 30, basisPoints: 290 }],
    ceilingBasisPoints: 500,
    shares: { of: 'net', basisPoints: { platform: 1_000 } },
  }
  t.deepEqual(divide(1_250n, terms, 'payment').lines, [
    { rule: 'service', input: 'fixed', resultMinor: 30n },
    { rule: 'service: 2.90 %', input: 'amount 1250', resultMinor: 36n },
    { rule: 'service, in all', input: '66.25', resultMinor: 66n },
    { rule: 'ceiling: 5.00 % of 1250', input: '66', resultMinor: 62n },
    { rule: 'share of merchant: 90.00 %', input: 'net 1188', resultMinor: 1_069n },
    { rule: 'share of platform: 10.00 %', input: 'net 1188', resultMinor: 119n },
  ])
})

test('a version is in force from its first day until the next one begins', (t) => {
  const [first, second] = [{ fees: [] }, { fees: [{ ...service, fixedMinor: 1 }] }]
  const plan: FeePlan = {
    name: 'plan',
    versions: [
      { from: '2026-01-01', currencies: { USD: first } },
      { from: '2026-07-01', currencies: { USD: second } },
    ],
  }
  t.is(termsOn(plan, 'USD', '2025-12-31'), undefined)
  t.is(termsOn(plan, 'USD', '2026-01-01'), first)
  t.is(termsOn(plan, 'USD', '2026-06-30'), first)
  t.is(termsOn(plan, 'USD', '2026-07-01'), second)
  t.is(termsOn(plan, 'EUR', '2026-07-01'), undefined)
})
