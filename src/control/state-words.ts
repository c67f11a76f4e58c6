import type { PaymentState } from '#domain'

/** How a payment stands, after the words `a payment`: what a refusal names. */
export const STATE_WORDS: Readonly<Record<PaymentState, string>> = {
  begun: 'that the host is being asked for',
  approved: 'that is approved',
  declined: 'that was declined',
  failed: 'that failed',
  unknown: 'whose outcome is unknown',
  reversing: 'that is being reversed',
  reversed: 'that is reversed',
  reversed_not_found: 'that is reversed',
  capturing: 'that is being captured',
  captured: 'that is captured',
}
