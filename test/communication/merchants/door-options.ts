import { type Clock, silentLog } from '#platform'
import type { DoorOptions } from '../../../src/communication/merchants/door.ts'

/** One lane and bounds that no test meets which does not say so. */
export function doorOptions(clock: Clock, over: Partial<DoorOptions> = {}): DoorOptions {
  return {
    requestsInFlightMax: 100,
    openWaitMs: 50,
    bufferBytesMax: 2 ** 26,
    lanes: { count: 1, of: () => 0 },
    retry: { leastMs: 1_000, mostMs: 30_000 },
    busyAnswer: (retryAfterMs) => Buffer.from(JSON.stringify({ busy: retryAfterMs })),
    clock,
    log: silentLog,
    ...over,
  }
}
