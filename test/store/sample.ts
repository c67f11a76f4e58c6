import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { currencyOf, type Merchant, type PaymentIntent, type PaymentOutcome } from '#domain'
import { createSystemClock } from '#platform'
import {
  openStore,
  type ReversalWish,
  type Store,
  type StoreError,
  type StoreOptions,
  type StorePlace,
} from '#store'

/** A test, or whatever else ends. */
export interface Ending {
  teardown(end: () => void): void
}

/** A path for a store file in a folder of its own, removed when the test ends. */
export function storeFile(t: Ending): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'store.db')
}

export interface SampleOptions extends Partial<StoreOptions> {
  readonly file?: string
  /** Of any kind. */
  readonly place?: StorePlace
}

/**
 * A store on a real file, or where it is said to be, closed when the test ends; a fault fails the
 * test unless it is expected.
 */
export async function openSample(t: ExecutionContext, options: SampleOptions = {}): Promise<Store> {
  const { file, place = file ?? storeFile(t), limits, ...rest } = options
  const onFault = (error: StoreError) => t.fail(`the store broke: ${error.message}`)
  const store = await openStore(place, {
    clock: createSystemClock(),
    onFault,
    // Most tests would only write the reserve and throw it away, and none wants a node to be dead
    // because the machine has other work.
    limits: { reservedBytes: 0, deadAfterMs: 120_000, ...limits },
    ...rest,
  })
  t.teardown(() => store.close())
  return store
}

/** An intent that no other intent shares a key with, as long as `index` differs. */
export function intent(index: number, over: Partial<PaymentIntent> = {}): PaymentIntent {
  return {
    merchant: 'acme-books',
    id: `order-${index}`,
    operation: 'payment.sale',
    amount: { minor: 1250n, currency: usd() },
    acceptPartial: false,
    fingerprint: bytes(32, index),
    panMasked: '453912******1234',
    panHash: bytes(32, 7),
    exchange: {
      host: 'meridian',
      mti: '0200',
      stan: (index % 999_999) + 1,
      transmittedAt: '1122235959',
      rrn: '632623000001',
      terminal: 'TERM0001',
    },
    sealedImage: bytes(200, 9),
    businessDate: '2026-11-22',
    begunAtMs: 1_795_000_000_000,
    ...over,
  }
}

/** A wish to have a sample's payment reversed, on the day that it was made. */
export function reversing(id: string, atMs: number): ReversalWish {
  return { merchant: 'acme-books', id, openDate: '2026-11-22', atMs }
}

export const approved: PaymentOutcome = Object.freeze({
  state: 'approved',
  decidedAtMs: 1_795_000_000_100,
  responseCode: '00',
  approvalCode: '123456',
  settlementDate: '2026-11-23',
})

export const merchant: Merchant = Object.freeze({
  id: 'acme-books',
  name: 'Acme Books',
  city: 'Springfield',
  country: 'US',
  acceptorId: 'ACME00000000001',
  terminals: ['TERM0001'],
  categoryCode: '5942',
  currencies: ['USD'],
  keys: [],
  answerEncryption: 'request-key',
  active: true,
})

export function bytes(count: number, seed: number): Uint8Array {
  return new Uint8Array(count).fill(seed & 0xff)
}

export function usd() {
  const currency = currencyOf('USD')
  if (currency === undefined) throw new Error('ISO 4217 has US dollars')
  return currency
}
