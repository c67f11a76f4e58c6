import { currencyOf, type PaymentIntent, type PaymentOutcome } from '#domain'
import { createSystemClock } from '#platform'
import { openStore, type Store, type StorePlace } from '#store'
import { MERCHANT, saleId } from './payments.ts'
import { obey } from './rig/child.ts'

/**
 * The load on a store alone, a process of its own: payments that are begun and concluded, so many
 * at once, without a host in between.
 */
let store: Store | undefined

async function open(place: StorePlace): Promise<void> {
  store = await openStore(place, {
    clock: createSystemClock(),
    onFault(error) {
      throw error
    },
  })
}

interface ConductOrder {
  /** Number of the first payment. */
  readonly from: number
  readonly count: number
  readonly inFlight: number
}

/** @returns how long it took, milliseconds */
async function conduct({ from, count, inFlight }: ConductOrder): Promise<number> {
  const opened = store
  if (opened === undefined) throw new Error('no store is open')
  let next = from
  const one = async () => {
    while (next < from + count) {
      const intent = intentOf(next++)
      const { kind } = await opened.begin(intent)
      if (kind !== 'begun') throw new Error(`a fresh payment was answered ${kind}`)
      await opened.conclude(intent.merchant, intent.id, OUTCOME)
    }
  }
  const sinceMs = performance.now()
  await Promise.all(Array.from({ length: inFlight }, one))
  return performance.now() - sinceMs
}

async function close(): Promise<void> {
  await store?.close()
}

const currency = currencyOf('USD')

function intentOf(number: number): PaymentIntent {
  if (currency === undefined) throw new Error('ISO 4217 has US dollars')
  // One second has no more than so many trace numbers.
  const [second, stan] = [Math.floor(number / 999_999), (number % 999_999) + 1]
  return {
    merchant: MERCHANT.id,
    id: saleId(number),
    operation: 'payment.sale',
    amount: { minor: 1250n, currency },
    acceptPartial: false,
    fingerprint: new Uint8Array(32).fill(number),
    panMasked: '411111******1111',
    panHash: new Uint8Array(32).fill(7),
    exchange: {
      host: 'meridian',
      mti: '0200',
      stan,
      transmittedAt: String(1_122_000_000 + second),
      rrn: '632623000001',
      terminal: 'BENCH001',
    },
    sealedImage: new Uint8Array(230).fill(number),
    businessDate: '2026-11-22',
    begunAtMs: 1_795_000_000_000,
  }
}

const OUTCOME: PaymentOutcome = {
  state: 'approved',
  decidedAtMs: 1_795_000_000_100,
  responseCode: '00',
  approvalCode: '123456',
  checks: { cvv2: 'match' },
  details: { settlementDate: '1122' },
  carried: { '38': '123456', '63': '0123456789' },
  settlementDate: '2026-11-22',
}

const orders = { open, conduct, close }
export type StoreLoadOrders = typeof orders

obey(orders)
