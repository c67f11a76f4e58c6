import type { OutcomeReason, PaymentOperation, PaymentOutcome } from '#domain'
import type { Message } from '#iso8583'
import { dateNear } from '#processing'
import type { Parts } from './parts.ts'
import type { HostReply } from './ports.ts'

/**
 * What the host's reply means for the payment.
 *
 * Only a verdict that can be read, matches what was sent and is listed by the dialect is believed;
 * everything else after the first byte left is `unknown` (specs/engine.md, "Unknown outcome").
 */
export function outcomeOf(
  asked: Asked,
  exchange: {
    readonly sent: Message
    readonly reply: HostReply
    readonly businessDate: string
  },
  parts: Pick<Parts, 'mapping' | 'clock' | 'evidence'>,
): PaymentOutcome {
  const { sent, reply, businessDate } = exchange
  const decidedAtMs = parts.clock.nowMs()
  switch (reply.kind) {
    case 'not-sent':
      return { state: 'failed', reason: 'not-sent', decidedAtMs }
    case 'unknown':
      return { state: 'unknown', reason: reply.reason, decidedAtMs }
    case 'answered':
      return {
        ...verdictOn(asked, { sent, answer: reply.message, businessDate }, parts),
        decidedAtMs,
      }
  }
}

interface Asked {
  readonly operation: PaymentOperation
  readonly acceptPartial: boolean
}

function verdictOn(
  { operation, acceptPartial }: Asked,
  exchange: { readonly sent: Message; readonly answer: Message; readonly businessDate: string },
  parts: Pick<Parts, 'mapping' | 'evidence'>,
): Omit<PaymentOutcome, 'decidedAtMs'> {
  const { sent, answer, businessDate } = exchange
  const reading = parts.mapping.readAnswer(operation, sent, answer)
  if (reading.kind === 'mismatched') {
    // It may be another payment's: a host refuses a reversal that says another's approval code.
    parts.evidence.keep(answer, reading)
    return unknown('answer-mismatched')
  }
  const { verdict } = reading
  const said = reading.findings.details?.['settlementDate']
  const findings = { ...reading.findings, ...settlementOf(said, businessDate) }
  switch (verdict) {
    case 'approved':
    case 'declined':
      return { state: verdict, ...findings }
    case 'partial':
      return acceptPartial
        ? { state: 'approved', ...findings }
        : { ...unknown('partial-not-accepted'), ...findings }
    case 'unknown':
      return { ...unknown('response-code-unknown'), ...findings }
  }
}

/** The day that the host said, `MMDD`, whose year it leaves to be understood. */
export function settlementOf(
  said: string | undefined,
  businessDate: string,
): { readonly settlementDate?: string } {
  const settlementDate = dateNear(said ?? '', businessDate)
  return settlementDate === undefined ? {} : { settlementDate }
}

function unknown(reason: OutcomeReason): { state: 'unknown'; reason: OutcomeReason } {
  return { state: 'unknown', reason }
}
