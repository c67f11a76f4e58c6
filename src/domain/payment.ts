import type { Money } from './money.ts'

/**
 * Where a payment stands (specs/engine.md).
 *
 * - `begun`: on disk; its host message may be on the wire, so the money may have moved.
 * - `approved`: the host approved it, wholly or (when the merchant accepts that) in part.
 * - `declined`: the host declined it; no money moved.
 * - `failed`: its host message provably never left; no money moved.
 * - `unknown`: the host's verdict cannot be known or cannot stand; its reversal is under way.
 * - `reversing`: it was approved, and the merchant wants it reversed; the reversal is under way.
 * - `reversed`: the host acknowledged the reversal; no money is moved.
 * - `reversed_not_found`: the host knows nothing to reverse, also after its longest delay.
 * - `capturing`: it was approved, and the merchant wants the money taken; the host is being told.
 * - `captured`: the host acknowledged the capture; the money is taken, and until its day is over
 *   the merchant may still want it reversed.
 */
export type PaymentState =
  | 'begun'
  | 'approved'
  | 'declined'
  | 'failed'
  | 'unknown'
  | 'reversing'
  | 'reversed'
  | 'reversed_not_found'
  | 'capturing'
  | 'captured'

/**
 * Why an outcome is not simply the host's verdict. Kept with the payment and told to the merchant.
 */
export type OutcomeReason =
  | 'host-silent'
  | 'link-lost'
  | 'answer-unreadable'
  | 'answer-mismatched'
  | 'mac-wrong'
  | 'response-code-unknown'
  | 'partial-not-accepted'
  | 'gateway-restarted'
  | 'not-sent'

/**
 * The moves that a payment may make; every move that is not listed is a bug and is refused by the
 * store.
 */
export const ALLOWED_MOVES: Readonly<Record<PaymentState, readonly PaymentState[]>> = {
  begun: ['approved', 'declined', 'failed', 'unknown'],
  approved: ['reversing', 'capturing'],
  declined: [],
  failed: [],
  unknown: ['reversed', 'reversed_not_found'],
  reversing: ['reversed', 'reversed_not_found'],
  reversed: [],
  reversed_not_found: [],
  capturing: ['captured'],
  captured: ['reversing'],
}

export function mayMove(from: PaymentState, to: PaymentState): boolean {
  return ALLOWED_MOVES[from].includes(to)
}

/** States that an exchange ends in; what comes after them is told by messages of its own. */
export type ConcludedState = 'approved' | 'declined' | 'failed' | 'unknown'

/** Operations that move money through the host, each with an exchange of its own. */
export type PaymentOperation = 'payment.authorize' | 'payment.sale' | FollowUpOperation

/** Those that follow up a payment made before: hold more of it, give it back. */
export type FollowUpOperation = 'payment.increment' | 'payment.refund'

/** The last systems trace audit number: DE11 has six digits, and zero is not used. */
export const STAN_MAX = 999_999

/**
 * How one payment was put to the host: what identifies its exchange on the line and in later
 * messages.
 */
export interface HostExchange {
  /** Name of the host link's profile, e.g. `meridian`. */
  readonly host: string
  /** Message type sent, e.g. `0200`. */
  readonly mti: string
  /** Systems trace audit number, DE11: 1 to {@link STAN_MAX}. */
  readonly stan: number
  /**
   * Transmission date and time, DE7, in UTC as `MMDDhhmmss`; unchanged in repeats and named by
   * reversals.
   */
  readonly transmittedAt: string
  /** Retrieval reference number, DE37, 12 characters. */
  readonly rrn: string
  /** Card acceptor terminal, DE41. */
  readonly terminal: string
}

/** What is on disk before the host message leaves. */
export interface PaymentIntent {
  readonly merchant: string
  /** The merchant's own idempotency key. */
  readonly id: string
  readonly operation: PaymentOperation
  /** Idempotency key of the payment that it follows up; of a {@link FollowUpOperation} always. */
  readonly original?: string
  readonly amount: Money
  readonly acceptPartial: boolean
  /** Keyed hash of the request's content, 32 bytes: tells a repeat from a conflict. */
  readonly fingerprint: Uint8Array
  /** First six and last four. */
  readonly panMasked: string
  /** Keyed hash of the PAN, 32 bytes: finds a card's payments without showing the card. */
  readonly panHash: Uint8Array
  readonly exchange: HostExchange
  /**
   * The host message without sensitive authentication data, sealed: what a reversal is built from.
   */
  readonly sealedImage: Uint8Array
  /** Business day it was taken in, `YYYY-MM-DD`; stamped once. */
  readonly businessDate: string
  /** Wall time, milliseconds since 1970. */
  readonly begunAtMs: number
}

/** What the host said, in the bank's words; every member that the host did not send is absent. */
export interface HostFindings {
  /** DE39 as sent. */
  readonly responseCode?: string
  /** DE38. */
  readonly approvalCode?: string
  /** What was approved when it is not the whole amount. */
  readonly approvedMinor?: bigint
  /**
   * Answers to the CVV2, address, CAVV checks and the like, by the name that specs/messages gives
   * them.
   */
  readonly checks?: Readonly<Record<string, string>>
  /**
   * What else the merchant is told, by the member of payment.answer that holds it, e.g.
   * `settlementDate`.
   */
  readonly details?: Readonly<Record<string, string>>
  /**
   * Answer elements that later messages of the same payment must bring along, by element number.
   */
  readonly carried?: Readonly<Record<string, string>>
}

/**
 * How a payment's exchange ended; one act of the store makes it durable before the merchant hears.
 */
export interface PaymentOutcome extends HostFindings {
  readonly state: ConcludedState
  readonly reason?: OutcomeReason
  /** The day it settles on, `YYYY-MM-DD`, as the host said; the business date, when it did not. */
  readonly settlementDate?: string
  readonly decidedAtMs: number
}

/** How much of an authorization its merchant wants taken, and when that counts. */
export interface Capture {
  readonly amountMinor: bigint
  /** Business day it was asked for on, `YYYY-MM-DD`; stamped once. */
  readonly businessDate: string
  /**
   * The day it settles on, `YYYY-MM-DD`, as the host said; the business date, when it did not.
   * Absent until the host has acknowledged it.
   */
  readonly settlementDate?: string
  /** Wall time, milliseconds since 1970. */
  readonly askedAtMs: number
}

/** A payment as the store knows it. */
export interface Payment extends PaymentIntent {
  readonly state: PaymentState
  readonly outcome?: PaymentOutcome
  /** Once its merchant has asked for it. */
  readonly capture?: Capture
  /** Once there were any. */
  readonly followUps?: FollowUps
}

/** What has followed a payment up, in minor units of its currency. */
export interface FollowUps {
  /** Approved increments: held beside what the payment itself holds. */
  readonly incrementedMinor: bigint
  /** Increments that the host is just being asked for. */
  readonly incrementsBegunMinor: bigint
  /** Increments that are unknown or being reversed: the host may still hold them. */
  readonly incrementsInDoubtMinor: bigint
  /** Approved refunds. */
  readonly refundedMinor: bigint
  /** Refunds that are begun, unknown or being reversed: they may stand in the end. */
  readonly refundsOpenMinor: bigint
}
