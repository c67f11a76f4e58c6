import type { Account, Purpose } from './accounts.ts'
import { PARTIES, type Party } from './division.ts'

/** Where a party's part is; the merchant's begins as pending. */
export const ACCOUNT_OF: Readonly<Record<Party, Purpose>> = {
  merchant: 'pending',
  gateway: 'fee',
  schemes: 'schemes',
  platform: 'platform',
  creator: 'creator',
}

/** Whose parts are taken from the merchant's. */
export const OTHERS = PARTIES.filter((party) => party !== 'merchant')

/** Those of one merchant in one currency. */
export function accountsOf(merchant: string, currency: string) {
  return (purpose: Purpose): Account => ({ merchant, currency, purpose })
}
