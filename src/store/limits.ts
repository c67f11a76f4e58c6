import { CONNECTION_LIMITS, type ConnectionLimits } from './database.ts'
import type { SpaceLimits } from './disk-space.ts'

export interface StoreLimits extends ConnectionLimits, SpaceLimits {
  /**
   * Acts queued or under way before {@link StoreError} `QUEUE_FULL` refuses what would start new
   * work.
   */
  readonly queueActsMax: number
  /** While the write-ahead log is longer and cannot be cut, no payment is begun (`WAL_FULL`). */
  readonly walBytesMax: number
  /** The last so many events, and payments, are looked at before the store is opened. */
  readonly checkedAtStartRowsMax: number
}

export const STORE_LIMITS: StoreLimits = Object.freeze({
  ...CONNECTION_LIMITS,
  queueActsMax: 8_192,
  walBytesMax: 256 * 2 ** 20,
  checkedAtStartRowsMax: 5_000,
  reservedBytes: 32 * 2 ** 20,
  freeBytesMin: 128 * 2 ** 20,
})
