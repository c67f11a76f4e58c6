import type {
  AttemptEnd,
  CardRegistration,
  OwedNumber,
  PaymentIntent,
  PaymentOutcome,
  TabOpening,
} from '#domain'
import type { DayOpening } from './business-days.ts'
import { CAPTURE_WISH_COLUMNS, type CaptureWish, captureWishRow } from './capture-act.ts'
import {
  type Forgetting,
  REGISTRATION_BLOBS,
  REGISTRATION_COLUMNS,
  registrationRow,
} from './card-tokens.ts'
import type { SpaceState } from './disk-space.ts'
import type { PlainError } from './errors.ts'
import { type FreeOrder, ORDER_COLUMNS, orderRow } from './ledger/posting-order.ts'
import type { MerchantChange } from './merchants.ts'
import { ATTEMPT_END_COLUMNS, attemptEndRow, type Overdue, type Taking } from './owed-messages.ts'
import {
  INTENT_BLOBS,
  INTENT_COLUMNS,
  intentRow,
  OUTCOME_COLUMNS,
  outcomeRow,
  type Row,
} from './payment-row.ts'
import type { Expiry, ReversalWish } from './reversal-act.ts'
import { STRAY_BLOBS, STRAY_COLUMNS, type Stray, strayRow } from './strays.ts'
import { type ChargeWish, chargeWishColumns, chargeWishRow } from './tabs/charging.ts'
import type { PostingWish } from './tabs/posting.ts'
import type { ReceiptWish } from './tabs/receipts.ts'
import type { ItemRefundWish } from './tabs/refunding.ts'
import type { DueTaking } from './tabs/tab-acts.ts'
import { TAB_OPENING_BLOBS, TAB_OPENING_COLUMNS, tabOpeningRow } from './tabs/tab-row.ts'

/**
 * Acts on their way to the worker: one flat list of primitives and one run of bytes.
 *
 * Cloning nested objects with byte arrays takes five times as long on the main thread, and a view
 * into a pooled buffer would be cloned with its whole pool.
 */
export interface ActBatch {
  /** Per act: its {@link ACT} number, then its values; a byte value is its length in `bytes`. */
  readonly values: readonly (string | number | null)[]
  readonly bytes: Uint8Array
  /** How many acts. */
  readonly count: number
  /** Whether any of them may change something: then the write lock and a sync are needed. */
  readonly writes: boolean
}

/** What the worker posts back. */
export type Report =
  | { readonly kind: 'opened' }
  /** One list of answers for each batch, in the order of posting; all of it is durable. */
  | { readonly kind: 'committed'; readonly answers: readonly (readonly Answer[])[] }
  /** How much room there is has changed. */
  | { readonly kind: 'space'; readonly state: SpaceState; readonly freeBytes: number }
  /** Nothing more will be answered. */
  | { readonly kind: 'fault'; readonly error: PlainError }
  /** What it needs to commit is out of reach; acts that were let in are kept for a while. */
  | { readonly kind: 'away' }
  | { readonly kind: 'back' }
  | { readonly kind: 'closed' }

/** `0` is the usual end of an act: begun, concluded, written. */
export type Answer = 0 | { readonly value: unknown } | { readonly refused: PlainError }

export const ACT = Object.freeze({
  begin: 0,
  conclude: 1,
  find: 2,
  leaseStans: 3,
  journalStray: 4,
  recover: 5,
  putMerchant: 6,
  listMerchants: 7,
  merchantsVersion: 8,
  reverse: 9,
  isReversedUnseen: 10,
  takeOwed: 11,
  numberOwed: 12,
  endAttempt: 13,
  openDay: 14,
  closeDays: 15,
  raiseOverdue: 16,
  chainHead: 17,
  capture: 18,
  beat: 19,
  expireHolds: 20,
  post: 21,
  openTab: 22,
  chargeTab: 23,
  postTab: 24,
  takeDueTabs: 25,
  readReceipt: 26,
  refundItem: 27,
  registerCard: 28,
  findRegistration: 29,
  findCard: 30,
  forgetCard: 31,
})

const READS: ReadonlySet<number> = new Set([
  ACT.find,
  ACT.isReversedUnseen,
  ACT.listMerchants,
  ACT.merchantsVersion,
  ACT.chainHead,
  ACT.findRegistration,
  ACT.findCard,
  ACT.readReceipt,
])

/** Collects acts until {@link BatchWriter.take}. */
export interface BatchWriter extends TabWriter {
  begin(intent: PaymentIntent): void
  conclude(merchant: string, id: string, outcome: PaymentOutcome): void
  find(merchant: string, id: string): void
  reverse(wish: ReversalWish): void
  isReversedUnseen(merchant: string, id: string): void
  capture(wish: CaptureWish): void
  takeOwed(taking: Taking): void
  numberOwed(seq: number, numbered: OwedNumber): void
  endAttempt(seq: number, end: AttemptEnd): void
  raiseOverdue(overdue: Overdue): void
  expireHolds(expiry: Expiry): void
  openDay(opening: DayOpening): void
  closeDays(host: string, atMs: number): void
  leaseStans(host: string, count: number): void
  journalStray(stray: Stray): void
  recover(nowMs: number, openSinceMs: number): void
  putMerchant(change: MerchantChange): void
  listMerchants(): void
  merchantsVersion(): void
  chainHead(): void
  post(order: FreeOrder): void
  registerCard(registration: CardRegistration): void
  findRegistration(merchant: string, id: string): void
  findCard(merchant: string, token: string): void
  forgetCard(forgetting: Forgetting): void
  beat(nowMs: number, watches: boolean): void
  take(): ActBatch
}

/** Acts on tabs. */
interface TabWriter {
  openTab(opening: TabOpening): void
  chargeTab(wish: ChargeWish): void
  postTab(wish: PostingWish): void
  takeDueTabs(taking: DueTaking): void
  readReceipt(wish: ReceiptWish): void
  refundItem(wish: ItemRefundWish): void
}

export function createBatchWriter(): BatchWriter {
  let values: (string | number | null)[] = []
  let blobs: Uint8Array[] = []
  let count = 0
  let writes = false

  function add(act: number, row: Row): void {
    count++
    writes ||= !READS.has(act)
    values.push(act)
    for (const value of row) {
      if (value instanceof Uint8Array) {
        values.push(value.byteLength)
        blobs.push(value)
      } else {
        values.push(value)
      }
    }
  }

  return {
    begin: (intent) => add(ACT.begin, intentRow(intent)),
    conclude: (merchant, id, outcome) => add(ACT.conclude, [merchant, id, ...outcomeRow(outcome)]),
    find: (merchant, id) => add(ACT.find, [merchant, id]),
    reverse: ({ merchant, id, openDate, atMs }) => {
      add(ACT.reverse, [merchant, id, openDate, atMs])
    },
    isReversedUnseen: (merchant, id) => add(ACT.isReversedUnseen, [merchant, id]),
    capture: (wish) => add(ACT.capture, captureWishRow(wish)),
    takeOwed({ host, nowMs, leaseUntilMs, horizonMs, countMax }) {
      add(ACT.takeOwed, [host, nowMs, leaseUntilMs, horizonMs, countMax])
    },
    numberOwed: (seq, { stan, askedAtMs }) => add(ACT.numberOwed, [seq, stan, askedAtMs]),
    endAttempt: (seq, end) => add(ACT.endAttempt, [seq, ...attemptEndRow(end)]),
    raiseOverdue({ host, owedBeforeMs, atMs }) {
      add(ACT.raiseOverdue, [host, owedBeforeMs, atMs])
    },
    expireHolds({ host, begunBeforeMs, countMax, atMs }) {
      add(ACT.expireHolds, [host, begunBeforeMs, countMax, atMs])
    },
    openDay: ({ host, date, by, atMs }) => add(ACT.openDay, [host, date, by, atMs]),
    closeDays: (host, atMs) => add(ACT.closeDays, [host, atMs]),
    leaseStans: (host, stans) => add(ACT.leaseStans, [host, stans]),
    journalStray: (stray) => add(ACT.journalStray, strayRow(stray)),
    recover: (nowMs, openSinceMs) => add(ACT.recover, [nowMs, openSinceMs]),
    putMerchant({ merchant, by, atMs }) {
      add(ACT.putMerchant, [JSON.stringify(merchant), by, atMs])
    },
    listMerchants: () => add(ACT.listMerchants, []),
    merchantsVersion: () => add(ACT.merchantsVersion, []),
    chainHead: () => add(ACT.chainHead, []),
    post: (order) => add(ACT.post, orderRow(order)),
    registerCard: (registration) => add(ACT.registerCard, registrationRow(registration)),
    findRegistration: (merchant, id) => add(ACT.findRegistration, [merchant, id]),
    findCard: (merchant, token) => add(ACT.findCard, [merchant, token]),
    forgetCard: ({ merchant, token, atMs }) => add(ACT.forgetCard, [merchant, token, atMs]),
    beat: (nowMs, watches) => add(ACT.beat, [nowMs, watches ? 1 : 0]),
    ...createTabWriter(add),
    take() {
      const batch = { values, bytes: concatenate(blobs), count, writes }
      values = []
      blobs = []
      count = 0
      writes = false
      return batch
    },
  }
}

function createTabWriter(add: (act: number, row: Row) => void): TabWriter {
  return {
    openTab: (opening) => add(ACT.openTab, tabOpeningRow(opening)),
    chargeTab: (wish) => add(ACT.chargeTab, chargeWishRow(wish)),
    postTab({ merchant, id, isAsked, openDate, atMs }) {
      add(ACT.postTab, [merchant, id, isAsked ? 1 : 0, openDate, atMs])
    },
    takeDueTabs({ host, openDate, nowMs, leaseUntilMs, countMax }) {
      add(ACT.takeDueTabs, [host, openDate, nowMs, leaseUntilMs, countMax])
    },
    readReceipt({ merchant, id, after, countMax: most }) {
      add(ACT.readReceipt, [merchant, id, after, most])
    },
    refundItem({ merchant, id, charge, refund, atMs }) {
      add(ACT.refundItem, [merchant, id, charge, refund, atMs])
    },
  }
}

/** A wish as {@link BatchWriter.reverse} put it down. */
export function reversalWishOf(from: BatchReader): ReversalWish {
  const [merchant, id, openDate] = [from.text(), from.text(), from.text()]
  return { merchant, id, openDate, atMs: from.number() }
}

/** As {@link BatchWriter.expireHolds} put it down. */
export function expiryOf(from: BatchReader): Expiry {
  const [host, begunBeforeMs] = [from.text(), from.number()]
  return { host, begunBeforeMs, countMax: from.number(), atMs: from.number() }
}

/** As {@link BatchWriter.forgetCard} put it down. */
export function forgettingOf(from: BatchReader): Forgetting {
  return { merchant: from.text(), token: from.text(), atMs: from.number() }
}

/** A wish as {@link BatchWriter.postTab} put it down. */
export function postingWishOf(from: BatchReader): PostingWish {
  const [merchant, id, isAsked] = [from.text(), from.text(), from.number() === 1]
  return { merchant, id, isAsked, openDate: from.text(), atMs: from.number() }
}

/** As {@link BatchWriter.takeDueTabs} put it down. */
export function dueTakingOf(from: BatchReader): DueTaking {
  const [host, openDate, nowMs] = [from.text(), from.text(), from.number()]
  return { host, openDate, nowMs, leaseUntilMs: from.number(), countMax: from.number() }
}

/** A wish as {@link BatchWriter.readReceipt} put it down. */
export function receiptWishOf(from: BatchReader): ReceiptWish {
  const [merchant, id] = [from.text(), from.text()]
  return { merchant, id, after: from.number(), countMax: from.number() }
}

/** A wish as {@link BatchWriter.refundItem} put it down. */
export function itemRefundWishOf(from: BatchReader): ItemRefundWish {
  const [merchant, id, charge] = [from.text(), from.text(), from.text()]
  return { merchant, id, charge, refund: from.text(), atMs: from.number() }
}

/** Reads a batch back, one act after another. */
export interface BatchReader {
  readonly done: boolean
  number(): number
  text(): string
  intent(): Row
  outcome(): Row
  captureWish(): Row
  attemptEnd(): Row
  stray(): Row
  order(): Row
  registration(): Row
  tabOpening(): Row
  chargeWish(): Row
}

export function createBatchReader({ values, bytes }: ActBatch): BatchReader {
  let at = 0
  let offset = 0

  function row(columns: number, blobs: number): Row {
    const taken: Row = values.slice(at, at + columns - blobs)
    at += columns - blobs
    for (let index = 0; index < blobs; index++) {
      const length = Number(values[at++])
      taken.push(bytes.subarray(offset, offset + length))
      offset += length
    }
    return taken
  }

  return {
    get done() {
      return at >= values.length
    },
    number: () => Number(values[at++]),
    text: () => String(values[at++]),
    intent: () => row(INTENT_COLUMNS.length, INTENT_BLOBS),
    outcome: () => row(OUTCOME_COLUMNS.length, 0),
    captureWish: () => row(CAPTURE_WISH_COLUMNS, 0),
    attemptEnd: () => row(ATTEMPT_END_COLUMNS, 0),
    stray: () => row(STRAY_COLUMNS, STRAY_BLOBS),
    order: () => row(ORDER_COLUMNS, 0),
    registration: () => row(REGISTRATION_COLUMNS, REGISTRATION_BLOBS),
    tabOpening: () => row(TAB_OPENING_COLUMNS, TAB_OPENING_BLOBS),
    chargeWish: () => row(chargeWishColumns(Number(values[at + 3])), 0),
  }
}

function concatenate(blobs: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const blob of blobs) length += blob.byteLength
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const blob of blobs) {
    bytes.set(blob, offset)
    offset += blob.byteLength
  }
  return bytes
}
