import { STORE_LIMITS } from '../limits.ts'

/** Bounds on how a store in PostgreSQL is reached and shared. */
export interface PostgresLimits {
  /** As of every store. */
  readonly queueActsMax: number
  /** TCP, TLS and authentication. */
  readonly connectTimeoutMs: number
  /** How long the server works on one statement. */
  readonly statementTimeoutMs: number
  /**
   * How long an act that was let in waits for a lost connection or another node's lock before it is
   * refused with `STORE_BUSY`.
   */
  readonly busyTimeoutMs: number
  /** Before the first new attempt to connect; it doubles with each that fails. */
  readonly reconnectDelayMinMs: number
  readonly reconnectDelayMaxMs: number
  /** How often a node says that it lives. */
  readonly beatMs: number
  /** A node that has not said so for this long is declared dead by another. */
  readonly deadAfterMs: number
  /** How long an exchange may be open: trace numbers that a node has left rest that long. */
  readonly stanRestMs: number
}

export const POSTGRES_LIMITS: PostgresLimits = Object.freeze({
  queueActsMax: STORE_LIMITS.queueActsMax,
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 5_000,
  busyTimeoutMs: 5_000,
  reconnectDelayMinMs: 100,
  reconnectDelayMaxMs: 5_000,
  beatMs: 1_000,
  deadAfterMs: 15_000,
  stanRestMs: 120_000,
})

/**
 * How long after its last sign of life a node may still put something to the host: well before
 * another can declare it dead.
 */
export function chargeMs({ deadAfterMs }: Pick<PostgresLimits, 'deadAfterMs'>): number {
  return (deadAfterMs * 2) / 3
}
