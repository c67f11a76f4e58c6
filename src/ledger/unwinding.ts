import type { Purpose } from './accounts.ts'
import { apportion } from './apportion.ts'
import { PARTIES, type Parts } from './division.ts'
import type { Funds, Posted, PostingTerms, Retaking, Unwinding } from './money-event.ts'
import { ACCOUNT_OF, accountsOf, OTHERS } from './party-accounts.ts'
import { type PostingSet, postingSet } from './posting-set.ts'

/**
 * The posting set of money that goes back to the card.
 *
 * @returns nothing, when nothing was taken that is not given back already
 */
export function unwound(event: Unwinding, terms: PostingTerms): PostingSet | undefined {
  const posted = terms.posted()
  const minor = minorToUnwind(event, posted)
  if (minor === 0n) return undefined
  const { merchant, ...parts } = partsOf(minor, posted)
  const at = accountsOf(event.merchant, posted.currency)
  return postingSet([
    ...drawn(merchant, DRAWN[event.kind], terms.funds()).map(([purpose, drawnMinor]) => ({
      account: at(purpose),
      minor: drawnMinor,
    })),
    ...OTHERS.map((party) => ({ account: at(ACCOUNT_OF[party]), minor: parts[party] })),
    { account: at('host-settlement'), minor: -minor },
  ])
}

/**
 * The posting set of a refund that is reversed. The merchant's part is pending, wherever it was
 * drawn from.
 *
 * @returns nothing, when nothing of the refund was posted
 */
export function retaken({ merchant }: Retaking, terms: PostingTerms): PostingSet | undefined {
  const { currency, unwound: given } = terms.posted()
  const minor = sumOf(given)
  if (minor === 0n) return undefined
  const at = accountsOf(merchant, currency)
  return postingSet([
    { account: at('host-settlement'), minor },
    ...PARTIES.map((party) => ({ account: at(ACCOUNT_OF[party]), minor: -given[party] })),
  ])
}

function minorToUnwind({ amount }: Unwinding, { taken, unwound: earlier }: Posted): bigint {
  const left = sumOf(taken) - sumOf(earlier)
  if (left <= 0n) return 0n
  return amount === undefined || amount.minor > left ? left : amount.minor
}

/**
 * What has been given back in all is divided anew, in proportion to what was taken, and each gives
 * what it has not given yet: so no series of parts drifts, and the last one leaves nothing.
 */
function partsOf(minor: bigint, { taken, unwound: earlier }: Posted): Parts {
  const inAll = sumOf(earlier) + minor
  const all = apportion(
    inAll,
    PARTIES.map((party) => taken[party]),
  )
  const parts = { ...earlier }
  for (const [place, party] of PARTIES.entries()) parts[party] = (all[place] ?? 0n) - earlier[party]
  return parts
}

/** Where the merchant's part is taken from first; what none of them has, the merchant owes. */
const DRAWN = {
  refunded: ['available', 'pending', 'reserve'],
  reversed: ['pending', 'available', 'reserve'],
} as const

function drawn(
  minor: bigint,
  order: readonly ('pending' | 'available' | 'reserve')[],
  funds: Funds,
): (readonly [Purpose, bigint])[] {
  // A part may come back by one unit, when a share of more in all is less than one of less was.
  if (minor < 0n) return [['pending', minor]]
  const draws: (readonly [Purpose, bigint])[] = []
  let left = minor
  for (const purpose of order) {
    const there = funds[purpose] > 0n ? funds[purpose] : 0n
    const draw = there < left ? there : left
    draws.push([purpose, draw])
    left -= draw
  }
  return [...draws, ['negative', left]]
}

function sumOf(parts: Parts): bigint {
  return PARTIES.reduce((sum, party) => sum + parts[party], 0n)
}
