import type { Purpose } from './accounts.ts'
import { apportion } from './apportion.ts'
import { PARTIES, type Parts } from './division.ts'
import { LedgerError } from './errors.ts'
import type { Funds, Posted, PostingTerms, Unwinding } from './money-event.ts'
import { ACCOUNT_OF, accountsOf, OTHERS } from './party-accounts.ts'
import { type PostingSet, postingSet } from './posting-set.ts'

/**
 * The posting set of money that goes back to the card.
 *
 * @returns nothing, when all that was taken is given back already and no amount is named
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

function minorToUnwind({ amount }: Unwinding, posted: Posted): bigint {
  const { currency, taken, unwound: earlier } = posted
  const left = sumOf(taken) - sumOf(earlier)
  if (amount === undefined) return left > 0n ? left : 0n
  if (amount.minor <= 0n) throw new LedgerError('AMOUNT_INVALID', 'an amount must be above zero')
  if (amount.minor > left || amount.currency.code !== currency) {
    throw new LedgerError('UNWINDS_TOO_MUCH', 'so much was not taken and is not given back yet')
  }
  return amount.minor
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
