import test from 'ava'
import type { Fee, FeePlan, FeeTerms } from '#domain'
import { planFaults } from '#ledger'

const fee: Fee = { name: 'service', payee: 'gateway', basisPoints: 100 }

function planOf(terms: FeeTerms, ...froms: readonly string[]): FeePlan {
  const days = froms.length === 0 ? ['2026-01-01'] : froms
  return { name: 'plan', versions: days.map((from) => ({ from, currencies: { USD: terms } })) }
}

function faults(plan: FeePlan, currencies: readonly string[] = ['USD']): string[] {
  return planFaults(plan, currencies).map(({ path, reason }) => `${path.join('.')} ${reason}`)
}

test('a plan that is in order has no faults', (t) => {
  t.deepEqual(faults(planOf({ fees: [fee] }, '2026-01-01', '2026-02-01')), [])
})

test('versions come in the order in which they begin', (t) => {
  const fault = 'versions.1.from must be later than that of the one before'
  t.deepEqual(faults(planOf({ fees: [] }, '2026-02-01', '2026-01-01')), [fault])
  t.deepEqual(faults(planOf({ fees: [] }, '2026-02-01', '2026-02-01')), [fault])
})

test('a currency without terms would be free unseen', (t) => {
  t.deepEqual(faults(planOf({ fees: [] }), ['USD', 'EUR']), [
    'versions.0.currencies has no terms for EUR',
  ])
})

test('fees are told apart by their names', (t) => {
  t.deepEqual(faults(planOf({ fees: [fee, fee] })), [
    'versions.0.currencies.USD.fees.1.name is there twice',
  ])
})

test('a maximum is no less than the minimum', (t) => {
  const bounded = (maximumMinor: number) => ({ ...fee, minimumMinor: 5, maximumMinor })
  t.deepEqual(faults(planOf({ fees: [bounded(5)] })), [])
  t.deepEqual(faults(planOf({ fees: [bounded(4)] })), [
    'versions.0.currencies.USD.fees.0.maximumMinor is less than minimumMinor',
  ])
})

test('tiers begin at 0 and rise', (t) => {
  const tiered = (...from: number[]) => ({
    ...fee,
    tiers: from.map((fromMinor) => ({ fromMinor, basisPoints: 1 })),
  })
  const at = 'versions.0.currencies.USD.fees.0.tiers'
  t.deepEqual(faults(planOf({ fees: [tiered(0, 5)] })), [])
  t.deepEqual(faults(planOf({ fees: [tiered(1)] })), [
    `${at}.0.fromMinor must be 0 in the first tier`,
  ])
  t.deepEqual(faults(planOf({ fees: [tiered(0, 5, 5)] })), [
    `${at}.2.fromMinor must be more than that of the tier before`,
  ])
})

test('shares are no more than the whole', (t) => {
  const shared = (platform: number) =>
    planOf({ fees: [], shares: { of: 'net', basisPoints: { platform, creator: 4_000 } } })
  t.deepEqual(faults(shared(6_000)), [])
  t.deepEqual(faults(shared(6_001)), [
    'versions.0.currencies.USD.shares.basisPoints are more than 10,000 together',
  ])
})
