import type { Payment } from './payment.ts'
import type { TabTerms } from './tab.ts'

/** Why no tab is opened on a payment. */
export type TabObstacle =
  | 'no-authorization'
  | 'other-currency'
  /** Nothing is held, as far as its state says. */
  | 'state'
  /** It had one before, open or closed. */
  | 'tab-before'

/** Judge a payment that has had no tab. @returns undefined when one may be opened on it */
export function tabObstacle(payment: Payment, terms: TabTerms): TabObstacle | undefined {
  if (payment.operation !== 'payment.authorize') return 'no-authorization'
  if (payment.amount.currency.code !== terms.currency.code) return 'other-currency'
  return payment.state === 'approved' ? undefined : 'state'
}
