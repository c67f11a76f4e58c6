import type { OutcomeReason, Payment } from './payment.ts'

/**
 * What the host is owed: that a payment be undone, or the advice that an authorization is captured.
 */
export type OwedKind = 'reversal' | 'advice'

/**
 * Why a payment is reversed: what made its outcome unknown, that its merchant wants it so, or that
 * the host holds it no longer.
 */
export type ReversalCause = Exclude<OutcomeReason, 'not-sent'> | 'merchant-asked' | 'hold-expired'

/** All of them, for mappings that tell the host a reason. */
export const REVERSAL_CAUSES: readonly ReversalCause[] = [
  'host-silent',
  'link-lost',
  'answer-unreadable',
  'answer-mismatched',
  'mac-wrong',
  'response-code-unknown',
  'partial-not-accepted',
  'gateway-restarted',
  'merchant-asked',
  'hold-expired',
]

/**
 * A message that the host must be told until it acknowledges it (specs/engine.md, "What is owed").
 */
export interface OwedMessage {
  /** Its number in the journal. */
  readonly seq: number
  readonly kind: OwedKind
  /** Of an advice always that its merchant wants it. */
  readonly cause: ReversalCause
  /** The payment that it reverses or captures, as it stands. */
  readonly payment: Payment
  /** When it came to be owed, milliseconds since 1970. */
  readonly owedAtMs: number
  /** How often it was sent, or may have been. */
  readonly attempts: number
  /** What every attempt is numbered and dated by; absent before the first. */
  readonly numbered?: OwedNumber
}

/** A trace number and the moment that all dates and times of the message are made from. */
export interface OwedNumber {
  readonly stan: number
  /** Milliseconds since 1970. */
  readonly askedAtMs: number
}

/** How one attempt to tell the host ended; one act of the store makes it durable. */
export type AttemptEnd =
  /** The host has it: the payment is reversed, or captured. */
  | AttemptAnswer<'acknowledged'>
  /** The host has nothing to reverse, and nothing can reach it any more. */
  | AttemptAnswer<'not-found'>
  /** The host will not do it: an operator must look. */
  | AttemptAnswer<'refused'>
  /** It will be tried again. */
  | {
      readonly kind: 'put-off'
      readonly why: PutOff
      /** DE39, when there was an answer. */
      readonly responseCode?: string
      readonly dueAtMs: number
      readonly atMs: number
    }

interface AttemptAnswer<Kind> {
  readonly kind: Kind
  /** DE39; absent when nothing could be asked. */
  readonly responseCode?: string
  /** The day that a capture settles on, `YYYY-MM-DD`, when the host said it. */
  readonly settlementDate?: string
  readonly atMs: number
}

/** Why an attempt settled nothing. */
export type PutOff =
  | 'not-sent'
  | 'host-silent'
  | 'link-lost'
  | 'answer-unreadable'
  | 'mac-wrong'
  | 'answer-mismatched'
  | 'response-code-unknown'
  | 'original-not-found'
