import type { DatabaseSync } from 'node:sqlite'
import type {
  AttemptEnd,
  CardRegistration,
  KeptCard,
  Merchant,
  OwedMessage,
  OwedNumber,
  Payment,
  PaymentIntent,
  PaymentOutcome,
  RegisteredCard,
  TabOpening,
  TabReceipt,
} from '#domain'
import type { DayOpening } from './business-days.ts'
import type { CaptureResult, CaptureWish } from './capture-act.ts'
import type { Forgetting, FoundRegistration, RegistrationResult } from './card-tokens.ts'
import { openMemoryDatabase } from './database.ts'
import { DEFAULT_NODE, journalOver } from './journal.ts'
import type { ChainHead } from './journal-chain.ts'
import type { PostingOrder } from './ledger/posting-order.ts'
import type { MerchantList } from './merchants.ts'
import type { Overdue, Taking } from './owed-messages.ts'
import { intentRow, outcomeRow } from './payment-row.ts'
import type { BeginResult, Recovery } from './payments.ts'
import type { Expiry, ReversalResult, ReversalWish } from './reversal-act.ts'
import type { StanLease } from './stan-leases.ts'
import { type Stray, strayRow } from './strays.ts'
import type { ChargeResult, ChargeWish } from './tabs/charging.ts'
import type { OpeningResult } from './tabs/opening.ts'
import type { PostingResult, PostingWish } from './tabs/posting.ts'
import type { ReceiptWish } from './tabs/receipts.ts'
import type { ItemRefundResult, ItemRefundWish } from './tabs/refunding.ts'
import type { DueTaking, TabKey } from './tabs/tab-acts.ts'
import { tabOpeningRow } from './tabs/tab-row.ts'
import type { WorkActs } from './work-items.ts'

/**
 * The acts of {@link Store}, synchronous, on the same SQL in memory: for deterministic simulation.
 *
 * Acts are called inside {@link MemoryStore.transact}. A crash is a throw there: the open
 * transaction is rolled back, what was committed stays.
 */
export interface MemoryStore {
  begin(intent: PaymentIntent): BeginResult
  conclude(merchant: string, id: string, outcome: PaymentOutcome): void
  find(merchant: string, id: string): Payment | undefined
  reverse(wish: ReversalWish): ReversalResult
  expireHolds(expiry: Expiry): number
  isReversedUnseen(merchant: string, id: string): boolean
  capture(wish: CaptureWish): CaptureResult
  takeOwed(taking: Taking): readonly OwedMessage[]
  numberOwed(seq: number, numbered: OwedNumber): void
  endAttempt(seq: number, end: AttemptEnd): void
  raiseOverdue(overdue: Overdue): number
  openDay(opening: DayOpening): string
  closeDays(host: string, atMs: number): number
  leaseStans(host: string, count: number): StanLease
  journalStray(stray: Stray): void
  recover(nowMs: number, openSinceMs: number): Recovery
  putMerchant(merchant: Merchant, by: string, atMs: number): void
  merchants(): MerchantList
  post(order: PostingOrder): void
  registerCard(registration: CardRegistration): RegistrationResult
  findRegistration(merchant: string, id: string): FoundRegistration | undefined
  findCard(merchant: string, token: string): KeptCard | undefined
  forgetCard(forgetting: Forgetting): RegisteredCard | undefined
  openTab(opening: TabOpening): OpeningResult
  chargeTab(wish: ChargeWish): ChargeResult
  postTab(wish: PostingWish): PostingResult
  takeDueTabs(taking: DueTaking): readonly TabKey[]
  readReceipt(wish: ReceiptWish): TabReceipt | undefined
  refundItem(wish: ItemRefundWish): ItemRefundResult
  chainHead(): ChainHead | undefined
  readonly work: WorkActs
  transact<T>(acts: () => T): T
  close(): void
}

/**
 * @param database where it is kept, for whoever looks at more of it than acts show
 * @param node names the chain that moves are written to
 */
export function openMemoryStore(
  database: DatabaseSync = openMemoryDatabase(),
  node = DEFAULT_NODE,
): MemoryStore {
  const { payments, owed, days, merchants, cards, work, ledger, tabs, ...journal } = journalOver(
    database,
    node,
  )
  return {
    begin: (intent) => payments.begin(intentRow(intent)),
    conclude: (merchant, id, outcome) => payments.conclude(merchant, id, outcomeRow(outcome)),
    find: payments.find,
    reverse: payments.reverse,
    expireHolds: payments.expireHolds,
    isReversedUnseen: payments.isReversedUnseen,
    capture: payments.capture,
    takeOwed: owed.take,
    numberOwed: owed.number,
    endAttempt: owed.endAttempt,
    raiseOverdue: owed.raiseOverdue,
    openDay: days.open,
    closeDays: days.close,
    leaseStans: journal.leaseStans,
    journalStray: (stray) => journal.journalStray(strayRow(stray)),
    recover: payments.recover,
    putMerchant: (merchant, by, atMs) => merchants.put({ merchant, by, atMs }),
    merchants: merchants.list,
    post: ledger.post,
    registerCard: cards.register,
    findRegistration: cards.findRegistration,
    findCard: cards.findCard,
    forgetCard: cards.forget,
    openTab: (opening) => tabs.open(tabOpeningRow(opening)),
    chargeTab: tabs.charge,
    postTab: tabs.post,
    takeDueTabs: tabs.takeDue,
    readReceipt: tabs.receipt,
    refundItem: tabs.refund,
    chainHead: journal.chainHead,
    work,
    transact: journal.transact,
    close: journal.close,
  }
}
