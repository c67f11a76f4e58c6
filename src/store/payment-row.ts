import type { SQLOutputValue } from 'node:sqlite'
import {
  type Capture,
  type ConcludedState,
  currencyOf,
  type FollowUps,
  NO_FOLLOW_UPS,
  type OutcomeReason,
  type Payment,
  type PaymentIntent,
  type PaymentOperation,
  type PaymentOutcome,
  type PaymentState,
} from '#domain'
import { StoreError } from './errors.ts'

/** Column values of one statement, in its order; byte columns come last. */
export type Row = (string | number | null | Uint8Array)[]

/** Columns that {@link intentRow} fills, in its order: what an insert names. */
export const INTENT_COLUMNS = [
  'merchant',
  'id',
  'operation',
  'original_id',
  'amount_minor',
  'currency',
  'accept_partial',
  'pan_masked',
  'host',
  'mti',
  'stan',
  'transmitted_at',
  'rrn',
  'terminal',
  'business_date',
  'begun_at_ms',
  'fingerprint',
  'pan_hash',
  'sealed_image',
] as const

/** How many of the last {@link INTENT_COLUMNS} are bytes. */
export const INTENT_BLOBS = 3

/** Amounts are below 10^12, so a number holds them exactly. */
export function intentRow(intent: PaymentIntent): Row {
  const { amount, exchange } = intent
  return [
    intent.merchant,
    intent.id,
    intent.operation,
    intent.original ?? null,
    Number(amount.minor),
    amount.currency.code,
    intent.acceptPartial ? 1 : 0,
    intent.panMasked,
    exchange.host,
    exchange.mti,
    exchange.stan,
    exchange.transmittedAt,
    exchange.rrn,
    exchange.terminal,
    intent.businessDate,
    intent.begunAtMs,
    intent.fingerprint,
    intent.panHash,
    intent.sealedImage,
  ]
}

/** Columns that {@link outcomeRow} fills, in its order: what an update sets. */
export const OUTCOME_COLUMNS = [
  'state',
  'reason',
  'decided_at_ms',
  'response_code',
  'approval_code',
  'approved_minor',
  'checks',
  'details',
  'carried',
  'settlement_date',
] as const

export function outcomeRow(outcome: PaymentOutcome): Row {
  const { reason, responseCode, approvalCode, approvedMinor, checks, details, carried } = outcome
  return [
    outcome.state,
    reason ?? null,
    outcome.decidedAtMs,
    responseCode ?? null,
    approvalCode ?? null,
    approvedMinor === undefined ? null : Number(approvedMinor),
    checks === undefined ? null : JSON.stringify(checks),
    details === undefined ? null : JSON.stringify(details),
    carried === undefined ? null : JSON.stringify(carried),
    outcome.settlementDate ?? null,
  ]
}

/** {@link OUTCOME_COLUMNS} but the state, which a later move may change. */
const FINDING_COLUMNS = OUTCOME_COLUMNS.slice(1)

/**
 * What a move into a state writes on its payment beside that state, in the order of the values, and
 * no later move may change: the content of its event (journal-chain.ts).
 */
export const LASTING_COLUMNS: Readonly<Record<PaymentState, readonly string[]>> = {
  begun: INTENT_COLUMNS,
  approved: FINDING_COLUMNS,
  declined: FINDING_COLUMNS,
  failed: FINDING_COLUMNS,
  unknown: FINDING_COLUMNS,
  reversing: [],
  reversed: [],
  reversed_not_found: [],
  capturing: [
    'captured_minor',
    'capture_business_date',
    'capture_asked_at_ms',
    'capture_tab',
    'capture_tab_head',
  ],
  captured: ['capture_settlement_date'],
}

/** What a payment is read from: all columns of these, whose names are apart. */
export const PAYMENT_TABLES = 'payments LEFT JOIN captures ON captures.payment = payments.seq'

/** A row as it is read back, its byte columns as bytes. */
export type StoredRow = Readonly<Record<string, SQLOutputValue>>

/**
 * A row of {@link PAYMENT_TABLES} as the value it was made from.
 *
 * Only this module writes those columns and the schema checks them, so the closed lists of words
 * are taken at their word; a currency that ISO 4217 no longer knows is damage.
 */
export function paymentOf(row: StoredRow): Payment {
  const currency = currencyOf(String(row.currency))
  if (currency === undefined) throw new StoreError('STORE_CORRUPT', 'a payment has no currency')
  const payment = {
    merchant: String(row.merchant),
    id: String(row.id),
    operation: String(row.operation) as PaymentOperation,
    ...(row.original_id === null ? {} : { original: String(row.original_id) }),
    amount: { minor: BigInt(Number(row.amount_minor)), currency },
    acceptPartial: row.accept_partial === 1,
    fingerprint: bytesOf(row.fingerprint),
    panMasked: String(row.pan_masked),
    panHash: bytesOf(row.pan_hash),
    exchange: {
      host: String(row.host),
      mti: String(row.mti),
      stan: Number(row.stan),
      transmittedAt: String(row.transmitted_at),
      rrn: String(row.rrn),
      terminal: String(row.terminal),
    },
    sealedImage: bytesOf(row.sealed_image),
    businessDate: String(row.business_date),
    begunAtMs: Number(row.begun_at_ms),
    ...(row.captured_minor === null ? {} : { capture: captureOf(row) }),
  }
  const state = String(row.state) as PaymentState
  return state === 'begun'
    ? { ...payment, state }
    : { ...payment, state, outcome: outcomeOf(row, state) }
}

/**
 * What follows a payment up, counted: columns of {@link FOLLOW_UP_COUNTS} that are grouped by
 * operation and state. @returns undefined when there is nothing
 */
export function followUpsOf(rows: readonly StoredRow[]): FollowUps | undefined {
  if (rows.length === 0) return undefined
  const sums = { ...NO_FOLLOW_UPS } as { -readonly [Name in keyof FollowUps]: bigint }
  for (const { operation, state, minor } of rows) {
    const sum = SUMS[String(operation)]?.[String(state)]
    if (sum !== undefined) sums[sum] += BigInt(Number(minor))
  }
  return sums
}

/** Where each state of a follow-up counts; in any other it has come to nothing. */
const SUMS: Readonly<Record<string, Readonly<Record<string, keyof FollowUps>>>> = {
  'payment.increment': {
    begun: 'incrementsBegunMinor',
    approved: 'incrementedMinor',
    unknown: 'incrementsInDoubtMinor',
    reversing: 'incrementsInDoubtMinor',
  },
  'payment.refund': {
    begun: 'refundsOpenMinor',
    approved: 'refundedMinor',
    unknown: 'refundsOpenMinor',
    reversing: 'refundsOpenMinor',
  },
}

/** To be grouped by operation and state, of what has one payment's id as its `original_id`. */
export const FOLLOW_UP_COUNTS =
  'operation, state, sum(coalesce(approved_minor, amount_minor)) AS minor'

function captureOf(row: StoredRow): Capture {
  const { capture_settlement_date: settlementDate } = row
  return {
    amountMinor: BigInt(Number(row.captured_minor)),
    businessDate: String(row.capture_business_date),
    ...(settlementDate === null ? {} : { settlementDate: String(settlementDate) }),
    askedAtMs: Number(row.capture_asked_at_ms),
  }
}

function outcomeOf(row: StoredRow, at: Exclude<PaymentState, 'begun'>): PaymentOutcome {
  const { reason, response_code, approval_code, approved_minor, checks, details, carried } = row
  return {
    state: concludedState(at, reason),
    decidedAtMs: Number(row.decided_at_ms),
    settlementDate: String(row.settlement_date),
    ...(reason === null ? {} : { reason: String(reason) as OutcomeReason }),
    ...(response_code === null ? {} : { responseCode: String(response_code) }),
    ...(approval_code === null ? {} : { approvalCode: String(approval_code) }),
    ...(approved_minor === null ? {} : { approvedMinor: BigInt(Number(approved_minor)) }),
    ...(checks === null ? {} : { checks: JSON.parse(String(checks)) }),
    ...(details === null ? {} : { details: JSON.parse(String(details)) }),
    ...(carried === null ? {} : { carried: JSON.parse(String(carried)) }),
  }
}

/** What the exchange ended in, of a payment that may have moved on: only unknown has a reason. */
function concludedState(
  at: Exclude<PaymentState, 'begun'>,
  reason: SQLOutputValue | undefined,
): ConcludedState {
  switch (at) {
    case 'reversing':
    case 'reversed':
    case 'reversed_not_found':
      return reason === null ? 'approved' : 'unknown'
    case 'capturing':
    case 'captured':
      return 'approved'
    default:
      return at
  }
}

function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new StoreError('STORE_CORRUPT', 'a payment has no bytes where it must')
}
