import type { Request } from './load/seal.ts'
import { MERCHANT } from './payments.ts'

/** What a bench of tabs has sent, one after the other. */
export type TabRequestKind = 'authorizations' | 'openings' | 'charges' | 'postings'

/** Tabs that the charges of a bench are spread over. */
export const TABS = 200

/**
 * The `number`th request of a kind: all but charges are of the tab with that number modulo
 * {@link TABS}.
 *
 * @param perMessage charges in each message of them
 */
export function tabRequest(kind: TabRequestKind, number: number, perMessage: number): Request {
  const id = `bench-${kind}-${number}`
  const head = { merchant: MERCHANT.id, time: new Date().toISOString() }
  return { number, id, json: JSON.stringify({ id, ...head, ...BODIES[kind](number, perMessage) }) }
}

const USD = { currency: 'USD' }
const DAY_MS = 86_400_000

type Body = (number: number, perMessage: number) => object

const BODIES: Readonly<Record<TabRequestKind, Body>> = {
  authorizations: () => ({
    type: 'payment.authorize',
    amount: { value: '99000', ...USD },
    card: { pan: '4111111111111111', expiry: '3012', entryMode: 'ecommerce', cvv2: '789' },
  }),
  openings: (number) => ({
    type: 'tab.open',
    payment: `bench-authorizations-${number}`,
    consent: {
      reference: `bench-consent-${number}`,
      maximum: { value: '99000', ...USD },
      until: new Date(Date.now() + DAY_MS).toISOString(),
    },
  }),
  charges: (number, perMessage) => ({
    type: 'tab.charge',
    tab: tabOf(number),
    charges: Array.from({ length: perMessage }, (_, at) => ({
      id: `c-${perMessage}-${number}-${at}`,
      amount: '0.0125',
      item: 'An article',
    })),
  }),
  postings: (number) => ({ type: 'tab.post', tab: tabOf(number) }),
}

function tabOf(number: number): string {
  return `bench-openings-${number % TABS}`
}
