import type { Money } from '#domain'
import { divide } from './division.ts'
import { LedgerError } from './errors.ts'
import type { Funds, MoneyEvent, PostingTerms, Shift, Taking } from './money-event.ts'
import { ACCOUNT_OF, accountsOf, OTHERS } from './party-accounts.ts'
import { type PostingSet, postingSet } from './posting-set.ts'
import { retaken, unwound } from './unwinding.ts'

/**
 * The posting set of an event.
 *
 * @returns nothing, when there is nothing to give back, or to take again
 * @throws LedgerError `AMOUNT_INVALID`, `FUNDS_SHORT`
 */
export function postingsOf(event: MoneyEvent, terms: PostingTerms): PostingSet | undefined {
  switch (event.kind) {
    case 'sold':
    case 'captured':
      return taken(event, terms)
    case 'refunded':
    case 'reversed':
      return unwound(event, terms)
    case 'refund-reversed':
      return retaken(event, terms)
    case 'available':
      return madeAvailable(event, terms.funds())
    case 'reserved':
      return shifted(event, 'pending', { to: 'reserve', funds: terms.funds() })
    case 'released':
      return shifted(event, 'reserve', { to: 'available', funds: terms.funds() })
    case 'corrected':
      return postingSet(event.wrong.map(({ account, minor }) => ({ account, minor: -minor })))
  }
}

/** The whole amount is pending first, and what others get of it is taken from there. */
function taken(event: Taking, terms: PostingTerms): PostingSet {
  const { merchant, amount, per = 'payment' } = event
  checkAmount(amount)
  const { parts } = divide(amount.minor, terms.fees(), per)
  const at = accountsOf(merchant, amount.currency.code)
  return postingSet([
    { account: at('host-settlement'), minor: amount.minor },
    { account: at('pending'), minor: -amount.minor },
    { account: at('pending'), minor: amount.minor - parts.merchant },
    ...OTHERS.map((party) => ({ account: at(ACCOUNT_OF[party]), minor: -parts[party] })),
  ])
}

/** What the merchant owes is paid first. */
function madeAvailable({ merchant, amount }: Shift, funds: Funds): PostingSet {
  checkFunds(amount, funds.pending)
  const at = accountsOf(merchant, amount.currency.code)
  const owed = funds.negative > 0n ? funds.negative : 0n
  const paid = owed < amount.minor ? owed : amount.minor
  return postingSet([
    { account: at('pending'), minor: amount.minor },
    { account: at('negative'), minor: -paid },
    { account: at('available'), minor: paid - amount.minor },
  ])
}

function shifted(
  { merchant, amount }: Shift,
  from: 'pending' | 'reserve',
  { to, funds }: { readonly to: 'reserve' | 'available'; readonly funds: Funds },
): PostingSet {
  checkFunds(amount, funds[from])
  const at = accountsOf(merchant, amount.currency.code)
  return postingSet([
    { account: at(from), minor: amount.minor },
    { account: at(to), minor: -amount.minor },
  ])
}

function checkAmount({ minor }: Money): void {
  if (minor <= 0n) throw new LedgerError('AMOUNT_INVALID', 'an amount must be above zero')
}

function checkFunds(amount: Money, there: bigint): void {
  checkAmount(amount)
  if (there < amount.minor) throw new LedgerError('FUNDS_SHORT', 'the account has less')
}
