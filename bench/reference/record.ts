import {
  createCipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  randomFillSync,
} from 'node:crypto'
import { ACQUIRER, MERCHANT } from '../payments.ts'
import { createSaleWriter } from './host-message.ts'
import type { Intent } from './journal.ts'

/** What the reference reads of a request. */
export interface SaleRequest {
  readonly id: string
  readonly merchant: string
  readonly amount: { readonly value: string; readonly currency: string }
  readonly card: { readonly pan: string }
}

export interface Recorded {
  readonly stan: string
  readonly rrn: string
  /** For the host. */
  readonly message: string
  readonly intent: Intent
}

/** Numbers a payment, writes its host message and seals what is kept of it. */
export function createRecorder() {
  const sealing = createSecretKey(randomBytes(32))
  const hashing = createSecretKey(randomBytes(32))
  const fingerprinting = createSecretKey(randomBytes(32))
  const writeSale = createSaleWriter({
    acquirer: ACQUIRER.institution,
    country: ACQUIRER.country,
    categoryCode: MERCHANT.categoryCode,
    terminal: TERMINAL,
    acceptorId: MERCHANT.acceptorId,
    name: MERCHANT.name,
    city: MERCHANT.city,
    merchantCountry: MERCHANT.country,
  })
  const ivs = Buffer.alloc(IV_BYTES * IVS_DRAWN)
  let iv = IVS_DRAWN
  let last = 0
  let day = { second: 0, transmittedAt: '', businessDate: '', rrnStart: '' }

  function seal(text: string): Buffer {
    if (iv === IVS_DRAWN) {
      randomFillSync(ivs)
      iv = 0
    }
    const nonce = ivs.subarray(IV_BYTES * iv, IV_BYTES * ++iv)
    const cipher = createCipheriv('aes-256-gcm', sealing, nonce, GCM)
    const body = cipher.update(text, 'latin1')
    cipher.final()
    return Buffer.concat([nonce, cipher.getAuthTag(), body])
  }

  return (request: SaleRequest, json: string): Recorded => {
    const atMs = Date.now()
    const second = Math.floor(atMs / 1_000)
    if (second !== day.second) day = momentOf(second)
    last = last === 999_999 ? 1 : last + 1
    const stan = String(last).padStart(6, '0')
    const rrn = day.rrnStart + stan
    const { pan } = request.card
    const { value, currency } = request.amount
    const { transmittedAt } = day
    const { message, kept } = writeSale({ pan, amountMinor: value, stan, transmittedAt, rrn })
    const intent = [
      request.merchant,
      request.id,
      'payment.sale',
      Number(value),
      currency,
      0,
      `${pan.slice(0, 6)}******${pan.slice(-4)}`,
      'meridian',
      '0200',
      last,
      transmittedAt,
      rrn,
      TERMINAL,
      day.businessDate,
      atMs,
      createHmac('sha256', fingerprinting).update(json).digest(),
      createHmac('sha256', hashing).update(pan).digest(),
      seal(kept),
    ]
    return { stan, rrn, message, intent }
  }
}

const TERMINAL = MERCHANT.terminals[0] ?? ''
const IV_BYTES = 12
const IVS_DRAWN = 256
const GCM = { authTagLength: 16 }

/** What the messages of one second share. */
function momentOf(second: number) {
  const [date = '', time = ''] = new Date(second * 1_000).toISOString().split(/[TZ.]/)
  const transmittedAt = `${date.slice(5).replace('-', '')}${time.replaceAll(':', '')}`
  const dayOfYear = Math.floor(second / 86_400 - Date.UTC(Number(date.slice(0, 4)), 0) / 86_400_000)
  const rrnStart = `${date[3]}${String(dayOfYear + 1).padStart(3, '0')}${time.slice(0, 2)}`
  return { second, transmittedAt, businessDate: date, rrnStart }
}
