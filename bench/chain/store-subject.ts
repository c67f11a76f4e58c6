import { createSystemClock } from '#platform'
import { openStore, type Store } from '#store'
import { obey } from '../rig/child.ts'
import { pastIntent, pastOutcome } from '../rig/history.ts'
import { usage } from '../rig/meter.ts'

/** The store alone, with its thread and its disk, in a process that may have lost its chain. */
export interface StoreOrder {
  readonly file: string
  readonly payments: number
  readonly inFlight: number
}

export interface StoreSpeed {
  readonly paymentsPerS: number
  /** CPU of the process, all threads, microseconds a payment. */
  readonly cpuUs: number
  /** Whether its events are chained. */
  readonly isChained: boolean
}

const orders = { pay }
export type StoreSubjectOrders = typeof orders

obey(orders)

/** Begin and conclude so many payments; the first fifth is not counted. */
async function pay({ file, payments, inFlight }: StoreOrder): Promise<StoreSpeed> {
  const onFault = (error: Error) => {
    throw error
  }
  const store = await openStore(file, { clock: createSystemClock(), onFault })
  const uncounted = Math.floor(payments / 5)
  await conduct(store, { from: 0, to: uncounted, inFlight })
  const [sinceMs, before] = [performance.now(), usage()]
  await conduct(store, { from: uncounted, to: payments, inFlight })
  const [tookMs, after] = [performance.now() - sinceMs, usage()]
  const isChained = (await store.chainHead()) !== undefined
  await store.close()
  const counted = payments - uncounted
  return {
    paymentsPerS: (1_000 * counted) / tookMs,
    cpuUs: (after.cpuUs - before.cpuUs) / counted,
    isChained,
  }
}

interface Extent {
  readonly from: number
  readonly to: number
  readonly inFlight: number
}

async function conduct(store: Store, { from, to, inFlight }: Extent): Promise<void> {
  let next = from
  async function oneAfterAnother(): Promise<void> {
    while (next < to) {
      const intent = pastIntent(next++)
      await store.begin(intent)
      await store.conclude(intent.merchant, intent.id, pastOutcome(intent))
    }
  }
  await Promise.all(Array.from({ length: inFlight }, oneAfterAnother))
}
