import fc from 'fast-check'
import type { Fee, FeeTerms, Shares } from '#domain'

/** Any fee that specs/fee-plan.schema.json and the rules of a plan allow. */
const fee: fc.Arbitrary<Omit<Fee, 'name'>> = fc.record(
  {
    payee: fc.constantFrom('gateway' as const, 'schemes' as const),
    per: fc.constantFrom('payment' as const, 'tab' as const),
    fixedMinor: fc.nat(500),
    basisPoints: fc.nat(10_000),
    tiers: fc
      .uniqueArray(fc.record({ fromMinor: fc.nat(100_000), basisPoints: fc.nat(1_000) }), {
        selector: ({ fromMinor }) => fromMinor,
        minLength: 1,
        maxLength: 4,
      })
      .map(([first, ...tiers]) =>
        [{ fromMinor: 0, basisPoints: first?.basisPoints ?? 0 }, ...tiers]
          .filter(({ fromMinor }, at) => at === 0 || fromMinor > 0)
          .toSorted((a, b) => a.fromMinor - b.fromMinor),
      ),
    minimumMinor: fc.nat(50),
    maximumMinor: fc.integer({ min: 50, max: 5_000 }),
  },
  { requiredKeys: ['payee'], noNullPrototype: true },
)

const basisPoints = fc.record({
  gateway: fc.nat(3_000),
  platform: fc.nat(3_500),
  creator: fc.nat(3_500),
})

const shares: fc.Arbitrary<Shares> = fc.record({
  of: fc.constantFrom('net' as const, 'fee' as const),
  basisPoints,
})

export const feeTerms: fc.Arbitrary<FeeTerms> = fc
  .record(
    {
      fees: fc.array(fee, { maxLength: 4 }),
      ceilingBasisPoints: fc.nat(10_000),
      shares,
    },
    { requiredKeys: ['fees'], noNullPrototype: true },
  )
  .map((terms) => ({ ...terms, fees: terms.fees.map((it, at) => ({ ...it, name: `fee ${at}` })) }))
