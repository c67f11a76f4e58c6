import type { Money } from './money.ts'
import type { HostFindings, OutcomeReason } from './payment.ts'

/** What a card's account holds, as the host said it. */
export interface Balance {
  /** What is booked, or what can be spent. */
  readonly type: 'ledger' | 'available'
  /** Less than nothing where the cardholder owes. */
  readonly amount: Money
}

/** What the host said of a card; every member that it did not send is absent. */
export interface CardFindings
  extends Pick<HostFindings, 'responseCode' | 'approvalCode' | 'checks' | 'details'> {
  readonly balances?: readonly Balance[]
}

/** How a question about a card ended. Nothing of it is kept: it may be asked again. */
export interface CardOutcome extends CardFindings {
  readonly state: 'approved' | 'declined' | 'failed' | 'unknown'
  readonly reason?: Exclude<OutcomeReason, 'partial-not-accepted' | 'gateway-restarted'>
}
