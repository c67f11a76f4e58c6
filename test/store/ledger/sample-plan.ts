import type { FeePlan, Merchant } from '#domain'
import { merchant } from '../sample.ts'

/** 2.9 % and 30 cents, of which a platform has a tenth. */
const plan: FeePlan = {
  name: 'sample',
  versions: [
    {
      from: '2026-01-01',
      currencies: {
        USD: {
          fees: [{ name: 'service', payee: 'gateway', fixedMinor: 30, basisPoints: 290 }],
          shares: { of: 'fee', basisPoints: { platform: 1_000 } },
        },
      },
    },
  ],
}

export const charged: Merchant = { ...merchant, feePlan: plan }

/** 30 cents for a payment, and 5 for a tab. */
const byTab: FeePlan = {
  name: 'by tab',
  versions: [
    {
      from: '2026-01-01',
      currencies: {
        USD: {
          fees: [
            { name: 'card', payee: 'gateway', per: 'payment', fixedMinor: 30 },
            { name: 'tab', payee: 'gateway', per: 'tab', fixedMinor: 5 },
          ],
        },
      },
    },
  ],
}

export const chargedByTab: Merchant = { ...merchant, feePlan: byTab }
