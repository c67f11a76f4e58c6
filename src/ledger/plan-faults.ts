import type { Fee, FeePlan, FeeTerms, FeeVersion, Tier } from '#domain'

/** What is wrong with a plan, and where in its document. */
export interface PlanFault {
  readonly path: readonly (string | number)[]
  readonly reason: string
}

/**
 * What a plan has wrong that its form does not show.
 *
 * @param plan as specs/fee-plan.schema.json allows it
 * @param currencies that every version must have terms for: else something would be free unseen
 */
export function planFaults(plan: FeePlan, currencies: readonly string[]): readonly PlanFault[] {
  return [
    ...orderFaults(plan.versions),
    ...plan.versions.flatMap((version, at) =>
      under(['versions', at], versionFaults(version, currencies)),
    ),
  ]
}

function orderFaults(versions: readonly FeeVersion[]): PlanFault[] {
  return versions.flatMap(({ from }, at) => {
    const before = versions[at - 1]
    if (before === undefined || before.from < from) return []
    return [{ path: ['versions', at, 'from'], reason: 'must be later than that of the one before' }]
  })
}

function versionFaults(version: FeeVersion, currencies: readonly string[]): PlanFault[] {
  const missing = currencies.filter((code) => !Object.hasOwn(version.currencies, code))
  return [
    ...missing.map((code) => ({ path: ['currencies'], reason: `has no terms for ${code}` })),
    ...Object.entries(version.currencies).flatMap(([code, terms]) =>
      under(['currencies', code], termsFaults(terms)),
    ),
  ]
}

function termsFaults({ fees, shares }: FeeTerms): PlanFault[] {
  const names = fees.map(({ name }) => name)
  const twice = names.flatMap((name, at) =>
    names.indexOf(name) < at ? [{ path: ['fees', at, 'name'], reason: 'is there twice' }] : [],
  )
  const { gateway = 0, platform = 0, creator = 0 } = shares?.basisPoints ?? {}
  const shared = gateway + platform + creator
  return [
    ...twice,
    ...fees.flatMap((fee, at) => under(['fees', at], feeFaults(fee))),
    ...(shared > 10_000
      ? [{ path: ['shares', 'basisPoints'], reason: 'are more than 10,000 together' }]
      : []),
  ]
}

function feeFaults({ minimumMinor = 0, maximumMinor, tiers }: Fee): PlanFault[] {
  return [
    ...(maximumMinor !== undefined && maximumMinor < minimumMinor
      ? [{ path: ['maximumMinor'], reason: 'is less than minimumMinor' }]
      : []),
    ...(tiers ?? []).flatMap((tier, at) => tierFaults(tier, at, tiers?.[at - 1])),
  ]
}

function tierFaults({ fromMinor }: Tier, at: number, before: Tier | undefined): PlanFault[] {
  const path = ['tiers', at, 'fromMinor']
  if (at === 0) return fromMinor === 0 ? [] : [{ path, reason: 'must be 0 in the first tier' }]
  return before !== undefined && before.fromMinor < fromMinor
    ? []
    : [{ path, reason: 'must be more than that of the tier before' }]
}

function under(at: PlanFault['path'], faults: readonly PlanFault[]): PlanFault[] {
  return faults.map(({ path, reason }) => ({ path: [...at, ...path], reason }))
}
