import {
  currencyOf,
  type PostingCause,
  type Tab,
  type TabCharge,
  type TabClosing,
  type TabOpening,
  type TabRate,
} from '#domain'
import { StoreError } from '../errors.ts'
import type { Row, StoredRow } from '../payment-row.ts'

/** Columns that {@link tabOpeningRow} fills behind the payment's id: what an insert names. */
export const TAB_TERM_COLUMNS = [
  'merchant',
  'id',
  'currency',
  'consent_reference',
  'maximum_minor',
  'until_ms',
  'threshold_minor',
  'charges_max',
  'age_ms',
  'at_day_end',
  'increment_minor',
  'rate_unit',
  'rate_grains',
  'opened_date',
  'opened_at_ms',
  'fingerprint',
] as const

/** How many values an opening is, and how many of the last are bytes. */
export const TAB_OPENING_COLUMNS = TAB_TERM_COLUMNS.length + 1
export const TAB_OPENING_BLOBS = 1

/** An opening as one row: the payment's id, then {@link TAB_TERM_COLUMNS}. */
export function tabOpeningRow(opening: TabOpening): Row {
  const { consent, posting, rate } = opening
  return [
    opening.payment,
    opening.merchant,
    opening.id,
    opening.currency.code,
    consent.reference,
    Number(consent.maximumMinor),
    consent.untilMs,
    numberOrNull(posting.thresholdMinor),
    posting.chargesMax ?? null,
    posting.ageMs,
    posting.atDayEnd ? 1 : 0,
    numberOrNull(opening.incrementMinor),
    rate?.unit ?? null,
    numberOrNull(rate?.grains),
    opening.businessDate,
    opening.openedAtMs,
    opening.fingerprint,
  ]
}

/** The inverse of {@link tabOpeningRow}. */
export function tabOpeningOf([payment, ...terms]: Row): TabOpening {
  const row = Object.fromEntries(TAB_TERM_COLUMNS.map((column, at) => [column, terms[at] ?? null]))
  return { ...openingIn(row), payment: String(payment) }
}

/**
 * All of a tab, with its payment's id and what is held for it now. Both kinds of store understand
 * it.
 */
export const TAB_SELECT = `SELECT tabs.*, payments.id AS payment_id,
    coalesce(payments.approved_minor, payments.amount_minor) + coalesce(
      (SELECT sum(coalesce(more.approved_minor, more.amount_minor)) FROM payments AS more
       WHERE more.merchant = payments.merchant AND more.original_id = payments.id
         AND more.operation = 'payment.increment' AND more.state = 'approved'), 0) AS held_minor
  FROM tabs JOIN payments ON payments.seq = tabs.payment`

/** Only this module writes those columns, so their lists of words are taken at their word. */
export function tabOf(row: StoredRow): Tab {
  return {
    ...openingIn(row),
    payment: String(row['payment_id']),
    number: Number(row['seq']),
    state: String(row['state']) as Tab['state'],
    heldMinor: BigInt(Number(row['held_minor'])),
    chargedGrains: BigInt(Number(row['charged_grains'])),
    chargeCount: Number(row['charge_count']),
    ...(row['state'] === 'open' ? {} : { closing: closingOf(row) }),
  }
}

/** Of a row of `tabs`, or of the values that it is to have. */
function openingIn(row: Columns): Omit<TabOpening, 'payment'> {
  const currency = currencyOf(String(row['currency']))
  const { fingerprint, increment_minor: increment, rate_unit: unit } = row
  if (currency === undefined || !(fingerprint instanceof Uint8Array)) {
    throw new StoreError('STORE_CORRUPT', 'a tab has no currency, or no fingerprint')
  }
  return {
    merchant: String(row['merchant']),
    id: String(row['id']),
    currency,
    consent: {
      reference: String(row['consent_reference']),
      maximumMinor: BigInt(Number(row['maximum_minor'])),
      untilMs: Number(row['until_ms']),
    },
    posting: postingOf(row),
    ...(increment === null ? {} : { incrementMinor: BigInt(Number(increment)) }),
    ...(unit === null ? {} : { rate: rateOf(row) }),
    fingerprint,
    businessDate: String(row['opened_date']),
    openedAtMs: Number(row['opened_at_ms']),
  }
}

type Columns = Readonly<Record<string, unknown>>

function postingOf({
  threshold_minor: threshold,
  charges_max: charges,
  age_ms: age,
  at_day_end: atDayEnd,
}: Columns): TabOpening['posting'] {
  return {
    ...(threshold === null ? {} : { thresholdMinor: BigInt(Number(threshold)) }),
    ...(charges === null ? {} : { chargesMax: Number(charges) }),
    ageMs: Number(age),
    atDayEnd: atDayEnd === 1,
  }
}

function rateOf({ rate_unit: unit, rate_grains: grains }: Columns): TabRate {
  return { unit: String(unit) as TabRate['unit'], grains: BigInt(Number(grains)) }
}

function closingOf(row: StoredRow): TabClosing {
  return {
    because: String(row['closed_because']) as PostingCause,
    broughtGrains: BigInt(Number(row['brought_grains'])),
    postedMinor: BigInt(Number(row['posted_minor'])),
    carriedGrains: BigInt(Number(row['carried_grains'])),
    atMs: Number(row['closed_at_ms']),
  }
}

/** Columns of a charge beside its tab and its hash: what the hash is of, in this order. */
export const CHARGE_COLUMNS = ['number', 'id', 'grains', 'quantity', 'item', 'at_ms'] as const

/** Values of {@link CHARGE_COLUMNS}. */
export type ChargeRow = [number, string, number, number | null, string | null, number]

export function chargeRow(
  { id, grains, quantity, item }: TabCharge,
  number: number,
  atMs: number,
): ChargeRow {
  return [number, id, Number(grains), quantity ?? null, item ?? null, atMs]
}

export function chargeOf({ id, grains, quantity, item }: StoredRow): TabCharge {
  return {
    id: String(id),
    grains: BigInt(Number(grains)),
    ...(quantity === null ? {} : { quantity: Number(quantity) }),
    ...(item === null ? {} : { item: String(item) }),
  }
}

/** A hash as 64 lower-case hexadecimal digits; nothing, when there is none. */
export function hexOf(hash: unknown): string {
  return hash instanceof Uint8Array ? Buffer.from(hash).toString('hex') : ''
}

function numberOrNull(value: bigint | undefined): number | null {
  return value === undefined ? null : Number(value)
}
