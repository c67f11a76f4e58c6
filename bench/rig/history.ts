import { randomBytes } from 'node:crypto'
import { currencyOf, type PaymentIntent, type PaymentOutcome } from '#domain'
import { MERCHANT } from '../payments.ts'

/** The first payment of a history, and how many a second there were. */
const FIRST_MS = Date.UTC(2026, 0, 5)
const PAYMENTS_PER_S = 20

/** The `index`th payment of a history, as long in each column as the gateway's own are. */
export function pastIntent(index: number): PaymentIntent {
  const atMs = FIRST_MS + Math.floor((1_000 * index) / PAYMENTS_PER_S)
  const [date = '', time = ''] = new Date(atMs).toISOString().split(/[TZ.]/)
  const stan = (index % 999_999) + 1
  return {
    merchant: MERCHANT.id,
    id: `past-${index}`,
    operation: 'payment.sale',
    amount: { minor: BigInt(100 + (index % 9_900)), currency: DOLLARS },
    acceptPartial: false,
    fingerprint: randomBytes(32),
    panMasked: '411111******1111',
    panHash: randomBytes(32),
    exchange: {
      host: 'meridian',
      mti: '0200',
      stan,
      transmittedAt: `${date.slice(5).replace('-', '')}${time.replaceAll(':', '')}`,
      rrn: `6005${String(stan).padStart(8, '0')}`,
      terminal: MERCHANT.terminals[0] ?? '',
    },
    sealedImage: randomBytes(SEALED_BYTES),
    businessDate: date,
    begunAtMs: atMs,
  }
}

export function pastOutcome({ businessDate, begunAtMs }: PaymentIntent): PaymentOutcome {
  return {
    state: 'approved',
    decidedAtMs: begunAtMs + 40,
    responseCode: '00',
    approvalCode: '123456',
    checks: { cvv2: 'match' },
    details: { settlementDate: '1122', networkReference: 'M11221000000101' },
    carried: { '38': '123456', '63': 'M11221000000101' },
    settlementDate: businessDate,
  }
}

/** A sealed host message of meridian's. */
const SEALED_BYTES = 382

const DOLLARS = dollars()

function dollars() {
  const currency = currencyOf('USD')
  if (currency === undefined) throw new Error('ISO 4217 has US dollars')
  return currency
}
