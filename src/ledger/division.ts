import type { Chargeable, Fee, FeePlan, FeeTerms, Sharer, Shares } from '#domain'
import { apportion } from './apportion.ts'

/** Whose money an amount comes to be. The order settles who gets the odd unit of equal parts. */
export const PARTIES = ['merchant', 'gateway', 'schemes', 'platform', 'creator'] as const

export type Party = (typeof PARTIES)[number]

/** Minor units of each. */
export type Parts = Readonly<Record<Party, bigint>>

/** An amount, divided, and how. */
export interface Division {
  /** None below zero, and together the amount. */
  readonly parts: Parts
  readonly lines: readonly Line[]
}

/** One step of the calculation, for people. */
export interface Line {
  readonly rule: string
  /** What the rule was applied to. */
  readonly input: string
  readonly resultMinor: bigint
}

/** The terms that a plan has for a currency on a business date, `YYYY-MM-DD`. */
export function termsOn(plan: FeePlan, currency: string, date: string): FeeTerms | undefined {
  const version = plan.versions.findLast(({ from }) => from <= date)
  return version && Object.hasOwn(version.currencies, currency)
    ? version.currencies[currency]
    : undefined
}

/**
 * Divide an amount among merchant, gateway, schemes, platform and creator.
 *
 * Each fee is exact until it is rounded once, half up. What is above the ceiling is taken off the
 * gateway's own fees first. Shares are divided by largest remainder.
 *
 * @param amountMinor above zero
 * @param terms none: all of it is the merchant's
 */
export function divide(
  amountMinor: bigint,
  terms: FeeTerms | undefined,
  per: Chargeable,
): Division {
  const lines: Line[] = []
  const charged = (terms?.fees ?? []).filter((fee) => (fee.per ?? per) === per)
  const fees = { gateway: 0n, schemes: 0n }
  for (const fee of charged) fees[fee.payee] += feeMinor(fee, amountMinor, lines)
  const { gateway, schemes } = underCeiling(fees, { amountMinor, terms, lines })
  const net = { merchant: amountMinor - gateway - schemes, gateway, schemes }
  const parts = withShares({ ...net, platform: 0n, creator: 0n }, terms?.shares, lines)
  return { parts, lines }
}

function feeMinor(fee: Fee, amountMinor: bigint, lines: Line[]): bigint {
  const { name, fixedMinor = 0, minimumMinor, maximumMinor } = fee
  // In ten-thousandths of a minor unit, so that nothing is lost before the one rounding.
  let exact = BigInt(fixedMinor) * WHOLE
  if (fixedMinor > 0) lines.push(line(name, 'fixed', BigInt(fixedMinor)))
  for (const { input, ofMinor, basisPoints } of ratesOf(fee, amountMinor)) {
    exact += ofMinor * BigInt(basisPoints)
    const rule = `${name}: ${percentOf(basisPoints)} %`
    lines.push(line(rule, input, halfUp(ofMinor * BigInt(basisPoints))))
  }
  const rounded = halfUp(exact)
  const floored = larger(rounded, BigInt(minimumMinor ?? 0))
  if (floored > rounded) lines.push(line(`${name}: minimum`, String(rounded), floored))
  const bounded = maximumMinor === undefined ? floored : smaller(floored, BigInt(maximumMinor))
  if (bounded < floored) lines.push(line(`${name}: maximum`, String(floored), bounded))
  lines.push(line(`${name}, in all`, decimalOf(exact), bounded))
  return bounded
}

/** Ten thousand hundredths of a per cent are the whole. */
const WHOLE = 10_000n

interface Rate {
  readonly input: string
  readonly ofMinor: bigint
  readonly basisPoints: number
}

/** What of the amount is charged at which rate. */
function ratesOf({ basisPoints, tiers = [] }: Fee, amountMinor: bigint): Rate[] {
  const flat = { input: `amount ${amountMinor}`, ofMinor: amountMinor }
  const tiered = tiers.flatMap(({ fromMinor, basisPoints: rate }, at) => {
    const [from, next] = [BigInt(fromMinor), tiers[at + 1]?.fromMinor]
    const to = next === undefined ? amountMinor : smaller(amountMinor, BigInt(next))
    if (to <= from) return []
    return [{ input: `from ${from} to ${to}`, ofMinor: to - from, basisPoints: rate }]
  })
  return basisPoints === undefined ? tiered : [{ ...flat, basisPoints }, ...tiered]
}

function underCeiling(
  { gateway, schemes }: { readonly gateway: bigint; readonly schemes: bigint },
  given: {
    readonly amountMinor: bigint
    readonly terms: FeeTerms | undefined
    readonly lines: Line[]
  },
) {
  const { amountMinor, terms, lines } = given
  const basisPoints = terms?.ceilingBasisPoints ?? Number(WHOLE)
  const ceiling = (amountMinor * BigInt(basisPoints)) / WHOLE
  const sum = gateway + schemes
  if (sum <= ceiling) return { gateway, schemes }
  lines.push(line(`ceiling: ${percentOf(basisPoints)} % of ${amountMinor}`, `${sum}`, ceiling))
  const kept = smaller(schemes, ceiling)
  return { gateway: ceiling - kept, schemes: kept }
}

function withShares(parts: Parts, shares: Shares | undefined, lines: Line[]): Parts {
  if (shares === undefined) return parts
  const rest = shares.of === 'net' ? 'merchant' : 'gateway'
  const shared = parts[rest]
  const weights = weightsOf(shares)
  const given = apportion(
    shared,
    PARTIES.map((party) => weights[party]),
  )
  const divided = { ...parts, [rest]: 0n }
  for (const [place, party] of PARTIES.entries()) {
    const minor = given[place] ?? 0n
    divided[party] += minor
    if (weights[party] === 0n) continue
    const rule = `share of ${party}: ${percentOf(Number(weights[party]))} %`
    lines.push(line(rule, `${shares.of} ${shared}`, minor))
  }
  return divided
}

/** What nobody has a share in is of whom it was. */
function weightsOf({ of, basisPoints }: Shares): Record<Party, bigint> {
  const weights = { merchant: 0n, gateway: 0n, schemes: 0n, platform: 0n, creator: 0n }
  for (const sharer of SHARERS) weights[sharer] = BigInt(basisPoints[sharer] ?? 0)
  const rest = WHOLE - weights.gateway - weights.platform - weights.creator
  weights[of === 'net' ? 'merchant' : 'gateway'] += rest
  return weights
}

const SHARERS: readonly Sharer[] = ['gateway', 'platform', 'creator']

function line(rule: string, input: string, resultMinor: bigint): Line {
  return { rule, input, resultMinor }
}

/** Of something zero or more, in ten-thousandths. */
function halfUp(exact: bigint): bigint {
  return (exact + WHOLE / 2n) / WHOLE
}

/** `290` is `2.90`. */
function percentOf(basisPoints: number): string {
  return (basisPoints / 100).toFixed(2)
}

function decimalOf(exact: bigint): string {
  const part = String(exact % WHOLE)
    .padStart(4, '0')
    .replace(/0+$/, '')
  return part === '' ? String(exact / WHOLE) : `${exact / WHOLE}.${part}`
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
