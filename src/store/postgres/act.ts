import type { AttemptEnd, CardRegistration, Merchant, OwedNumber } from '#domain'
import {
  ACT,
  type ActBatch,
  type BatchReader,
  createBatchReader,
  dueTakingOf,
  expiryOf,
  forgettingOf,
  itemRefundWishOf,
  postingWishOf,
  receiptWishOf,
  reversalWishOf,
} from '../act-batch.ts'
import type { DayOpening } from '../business-days.ts'
import { type Forgetting, registrationOf } from '../card-tokens.ts'
import { orderOf, type PostingOrder } from '../ledger/posting-order.ts'
import type { MerchantChange } from '../merchants.ts'
import { attemptEndOf, type Overdue, type Taking } from '../owed-messages.ts'
import { INTENT_COLUMNS, type Row } from '../payment-row.ts'
import type { Expiry, ReversalWish } from '../reversal-act.ts'
import type { PostingWish } from '../tabs/posting.ts'
import type { ReceiptWish } from '../tabs/receipts.ts'
import type { ItemRefundWish } from '../tabs/refunding.ts'
import type { DueTaking } from '../tabs/tab-acts.ts'

/** One act, with all that it was asked with. */
export type Act = {
  /** Its place among all acts of its transaction. */
  readonly at: number
} & (
  | { readonly name: 'begin'; readonly intent: Row }
  | (PaymentKey & { readonly name: 'conclude'; readonly outcome: Row })
  | (PaymentKey & { readonly name: 'find' })
  | (ReversalWish & { readonly name: 'reverse' })
  | (PaymentKey & { readonly name: 'isReversedUnseen' })
  | (PaymentKey & { readonly name: 'capture'; readonly wish: Row })
  | { readonly name: 'takeOwed'; readonly taking: Taking }
  | { readonly name: 'numberOwed'; readonly seq: number; readonly numbered: OwedNumber }
  | { readonly name: 'endAttempt'; readonly seq: number; readonly end: AttemptEnd }
  | { readonly name: 'raiseOverdue'; readonly overdue: Overdue }
  | { readonly name: 'expireHolds'; readonly expiry: Expiry }
  | { readonly name: 'openDay'; readonly opening: DayOpening }
  | { readonly name: 'closeDays'; readonly host: string; readonly atMs: number }
  | { readonly name: 'leaseStans'; readonly host: string; readonly count: number }
  | { readonly name: 'journalStray'; readonly stray: Row }
  | { readonly name: 'recover'; readonly nowMs: number; readonly openSinceMs: number }
  | { readonly name: 'putMerchant'; readonly change: MerchantChange }
  | { readonly name: 'listMerchants' }
  | { readonly name: 'merchantsVersion' }
  | { readonly name: 'chainHead' }
  | { readonly name: 'registerCard'; readonly registration: CardRegistration }
  | (PaymentKey & { readonly name: 'findRegistration' })
  | { readonly name: 'findCard'; readonly merchant: string; readonly token: string }
  | (Forgetting & { readonly name: 'forgetCard' })
  | { readonly name: 'post'; readonly order: PostingOrder }
  | { readonly name: 'openTab'; readonly opening: Row }
  | (PaymentKey & { readonly name: 'chargeTab'; readonly wish: Row })
  | { readonly name: 'postTab'; readonly wish: PostingWish }
  | { readonly name: 'takeDueTabs'; readonly taking: DueTaking }
  | { readonly name: 'readReceipt'; readonly wish: ReceiptWish }
  | { readonly name: 'refundItem'; readonly wish: ItemRefundWish }
  | { readonly name: 'beat'; readonly nowMs: number; readonly watches: boolean }
)

export type ActOf<Name extends Act['name']> = Extract<Act, { readonly name: Name }>

/** What a payment is known by. */
export interface PaymentKey {
  readonly merchant: string
  readonly id: string
}

/** What an intent's payment is known by. */
export function keyOf(intent: Row): PaymentKey {
  return {
    merchant: String(columnOf(intent, 'merchant')),
    id: String(columnOf(intent, 'id')),
  }
}

/** What the payment is known by that an intent is to follow up; undefined, when it does not. */
export function originalOf(intent: Row): PaymentKey | undefined {
  const id = columnOf(intent, 'original_id')
  return id === null ? undefined : { merchant: keyOf(intent).merchant, id: String(id) }
}

export function columnOf(intent: Row, column: (typeof INTENT_COLUMNS)[number]) {
  return intent[INTENT_COLUMNS.indexOf(column)] ?? null
}

/** The acts of several batches, in the order of asking. */
export function actsOf(batches: readonly ActBatch[]): Act[] {
  const acts: Act[] = []
  for (const batch of batches) {
    const reader = createBatchReader(batch)
    while (!reader.done) acts.push(actOf(reader, acts.length))
  }
  return acts
}

function actOf(from: BatchReader, at: number): Act {
  const act = from.number()
  switch (act) {
    case ACT.begin:
      return { at, name: 'begin', intent: from.intent() }
    case ACT.conclude:
      return { at, name: 'conclude', ...readKey(from), outcome: from.outcome() }
    case ACT.find:
      return { at, name: 'find', ...readKey(from) }
    case ACT.reverse:
      return { at, name: 'reverse', ...reversalWishOf(from) }
    case ACT.isReversedUnseen:
      return { at, name: 'isReversedUnseen', ...readKey(from) }
    case ACT.capture: {
      const wish = from.captureWish()
      const [merchant, id] = [String(wish[0]), String(wish[1])]
      return { at, name: 'capture', merchant, id, wish }
    }
    case ACT.takeOwed:
      return { at, name: 'takeOwed', taking: takingOf(from) }
    case ACT.numberOwed: {
      const seq = from.number()
      return {
        at,
        name: 'numberOwed',
        seq,
        numbered: { stan: from.number(), askedAtMs: from.number() },
      }
    }
    case ACT.endAttempt:
      return { at, name: 'endAttempt', seq: from.number(), end: attemptEndOf(from.attemptEnd()) }
    case ACT.raiseOverdue:
      return { at, name: 'raiseOverdue', overdue: overdueOf(from) }
    case ACT.expireHolds:
      return { at, name: 'expireHolds', expiry: expiryOf(from) }
    case ACT.openDay:
      return { at, name: 'openDay', opening: openingOf(from) }
    case ACT.closeDays:
      return { at, name: 'closeDays', host: from.text(), atMs: from.number() }
    case ACT.leaseStans:
      return { at, name: 'leaseStans', host: from.text(), count: from.number() }
    case ACT.journalStray:
      return { at, name: 'journalStray', stray: from.stray() }
    case ACT.recover:
      return { at, name: 'recover', nowMs: from.number(), openSinceMs: from.number() }
    case ACT.putMerchant: {
      const merchant: Merchant = JSON.parse(from.text())
      return { at, name: 'putMerchant', change: { merchant, by: from.text(), atMs: from.number() } }
    }
    case ACT.listMerchants:
      return { at, name: 'listMerchants' }
    case ACT.merchantsVersion:
      return { at, name: 'merchantsVersion' }
    case ACT.chainHead:
      return { at, name: 'chainHead' }
    case ACT.post:
      return { at, name: 'post', order: orderOf(from.order()) }
    case ACT.beat:
      return { at, name: 'beat', nowMs: from.number(), watches: from.number() === 1 }
    default:
      return tabActOf(act, at, from)
  }
}

function tabActOf(act: number, at: number, from: BatchReader): Act {
  switch (act) {
    case ACT.openTab:
      return { at, name: 'openTab', opening: from.tabOpening() }
    case ACT.chargeTab: {
      const wish = from.chargeWish()
      return { at, name: 'chargeTab', merchant: String(wish[0]), id: String(wish[1]), wish }
    }
    case ACT.postTab:
      return { at, name: 'postTab', wish: postingWishOf(from) }
    case ACT.takeDueTabs:
      return { at, name: 'takeDueTabs', taking: dueTakingOf(from) }
    case ACT.readReceipt:
      return { at, name: 'readReceipt', wish: receiptWishOf(from) }
    case ACT.refundItem:
      return { at, name: 'refundItem', wish: itemRefundWishOf(from) }
    default:
      return cardActOf(act, at, from)
  }
}

function cardActOf(act: number, at: number, from: BatchReader): Act {
  switch (act) {
    case ACT.registerCard:
      return { at, name: 'registerCard', registration: registrationOf(from.registration()) }
    case ACT.findRegistration:
      return { at, name: 'findRegistration', ...readKey(from) }
    case ACT.findCard:
      return { at, name: 'findCard', merchant: from.text(), token: from.text() }
    case ACT.forgetCard:
      return { at, name: 'forgetCard', ...forgettingOf(from) }
    default:
      throw new TypeError(`no act has the number ${act}`)
  }
}

function readKey(from: BatchReader): PaymentKey {
  return { merchant: from.text(), id: from.text() }
}

function takingOf(from: BatchReader): Taking {
  return {
    host: from.text(),
    nowMs: from.number(),
    leaseUntilMs: from.number(),
    horizonMs: from.number(),
    countMax: from.number(),
  }
}

function overdueOf(from: BatchReader): Overdue {
  return { host: from.text(), owedBeforeMs: from.number(), atMs: from.number() }
}

function openingOf(from: BatchReader): DayOpening {
  return {
    host: from.text(),
    date: from.text(),
    by: from.text() === 'host' ? 'host' : 'calendar',
    atMs: from.number(),
  }
}
