import { currencyOf } from '#domain'
import { createSystemClock } from '#platform'
import { openStore, type Store } from '#store'
import { obey } from './rig/child.ts'

/** The load on a ledger alone, a process of its own: sets of two entries, so many at once. */
let store: Store | undefined

async function open(file: string): Promise<void> {
  store = await openStore(file, {
    clock: createSystemClock(),
    onFault(error) {
      throw error
    },
  })
}

interface PostOrder {
  readonly sets: number
  readonly inFlight: number
  /** Over whose accounts they go, in turn. */
  readonly merchants: number
}

/** @returns how long it took until all were durable, milliseconds */
async function post({ sets, inFlight, merchants }: PostOrder): Promise<number> {
  const opened = store
  const currency = currencyOf('USD')
  if (opened === undefined || currency === undefined) throw new Error('no store is open')
  let next = 0
  const one = async () => {
    while (next < sets) {
      const number = next++
      await opened.post({
        ...{ kind: 'sold', merchant: `M-${number % merchants}`, currency, amountMinor: 1_250n },
        ...{ businessDate: '2026-11-22', atMs: 1_795_000_000_000 + number },
      })
    }
  }
  const sinceMs = performance.now()
  await Promise.all(Array.from({ length: inFlight }, one))
  return performance.now() - sinceMs
}

async function close(): Promise<void> {
  await store?.close()
}

const orders = { open, post, close }
export type LedgerLoadOrders = typeof orders

obey(orders)
