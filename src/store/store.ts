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
import type { Clock, Log } from '#platform'
import type { DayOpening } from './business-days.ts'
import type { CaptureResult, CaptureWish } from './capture-act.ts'
import type { Forgetting, FoundRegistration, RegistrationResult } from './card-tokens.ts'
import { type CommitQueue, openCommitQueue, type StoreSpace } from './commit-queue.ts'
import type { StoreError } from './errors.ts'
import { DEFAULT_NODE } from './journal.ts'
import type { ChainHead } from './journal-chain.ts'
import type { FreeOrder } from './ledger/posting-order.ts'
import { STORE_LIMITS, type StoreLimits } from './limits.ts'
import type { MerchantList } from './merchants.ts'
import type { Overdue, Taking } from './owed-messages.ts'
import type { BeginResult, Recovery } from './payments.ts'
import type { PostgresLimits } from './postgres/limits.ts'
import type { Expiry, ReversalResult, ReversalWish } from './reversal-act.ts'
import type { StanLease } from './stan-leases.ts'
import type { Stray } from './strays.ts'
import type { ChargeResult, ChargeWish } from './tabs/charging.ts'
import type { OpeningResult } from './tabs/opening.ts'
import type { PostingResult, PostingWish } from './tabs/posting.ts'
import type { ReceiptWish } from './tabs/receipts.ts'
import type { ItemRefundResult, ItemRefundWish } from './tabs/refunding.ts'
import type { DueTaking, TabKey } from './tabs/tab-acts.ts'
import type { WorkerTask } from './worker.ts'

/**
 * The journal and the registry of one gateway. Every act is durable when it resolves, or nothing
 * changed.
 *
 * An act rejects with {@link StoreError}; specs/store.md lists which.
 */
export interface Store {
  /** Put a payment on disk before its host message leaves: one act, whoever else asks at once. */
  begin(intent: PaymentIntent): Promise<BeginResult>
  /**
   * Record how the exchange ended, and what is owed when it is unknown. Never refused for a full
   * queue: its payment was let in.
   */
  conclude(merchant: string, id: string, outcome: PaymentOutcome): Promise<void>
  find(merchant: string, id: string): Promise<Payment | undefined>
  /**
   * Owe the reversal of what is approved or captured; any payment is given back as it stands. An id
   * that was never seen is kept, so that its payment is refused when it comes.
   */
  reverse(wish: ReversalWish): Promise<ReversalResult>
  /** Let go what was authorized too long ago and never captured. @returns how many there were */
  expireHolds(expiry: Expiry): Promise<number>
  /** Whether a merchant reversed this id before its payment came. */
  isReversedUnseen(merchant: string, id: string): Promise<boolean>
  /**
   * Capture an approved authorization, once: the host is owed the advice from then on. The same
   * wish again gets the payment as it stands.
   */
  capture(wish: CaptureWish): Promise<CaptureResult>
  /** Take what the host is owed and is due, the longest due first, for the time of a lease. */
  takeOwed(taking: Taking): Promise<readonly OwedMessage[]>
  /** Number and date what is owed, before it is first sent. */
  numberOwed(seq: number, numbered: OwedNumber): Promise<void>
  /** Record how an attempt to tell the host ended, and what becomes of the payment by it. */
  endAttempt(seq: number, end: AttemptEnd): Promise<void>
  /** Open a work item for whatever has been owed for too long. @returns how many are new */
  raiseOverdue(overdue: Overdue): Promise<number>
  /** Begin a host's next business day. @returns the day that is open now, which may be later */
  openDay(opening: DayOpening): Promise<string>
  /** Close the days of a host that are over and have no open payment. @returns how many have */
  closeDays(host: string, atMs: number): Promise<number>
  /**
   * Take `count` trace numbers of `host` that no other lease holds, in this run or an earlier one.
   */
  leaseStans(host: string, count: number): Promise<StanLease>
  /** Keep a host answer that reached no payment. */
  journalStray(stray: Stray): Promise<void>
  /**
   * At start, before the first payment: what was begun in an earlier run is unknown now, its
   * reversal is owed, and everything owed is due.
   *
   * @param openSinceMs exchanges that ended as unknown at or after this wall time count as open
   */
  recover(nowMs: number, openSinceMs: number): Promise<Recovery>
  /** Register or change a merchant; `by` says who does it. */
  putMerchant(merchant: Merchant, by: string): Promise<void>
  merchants(): Promise<MerchantList>
  /** The version of {@link Store.merchants} alone: cheap enough to ask every second. */
  merchantsVersion(): Promise<number>
  /**
   * Post what has happened to a merchant's money otherwise than by a move of a payment, which posts
   * for itself. @throws StoreError also `POSTING_NOT_ALLOWED`: more than there is
   */
  post(order: FreeOrder): Promise<void>
  /**
   * Keep a card, sealed, under the token that this merchant has for it, or else under the one that
   * comes along. @throws StoreError as `begin` does
   */
  registerCard(registration: CardRegistration): Promise<RegistrationResult>
  findRegistration(merchant: string, id: string): Promise<FoundRegistration | undefined>
  /** What stands behind a token of this merchant; nothing, when it has none such or forgot it. */
  findCard(merchant: string, token: string): Promise<KeptCard | undefined>
  /** End a token and erase the card behind it. @returns nothing when the merchant had none such */
  forgetCard(forgetting: Forgetting): Promise<RegisteredCard | undefined>
  /** Open a tab on an approved authorization, one for each; the same request again is told it. */
  openTab(opening: TabOpening): Promise<OpeningResult>
  /**
   * Charge a tab: each charge is on disk, there before, or refused, and none is in the way of
   * another. Nothing goes to the host.
   */
  chargeTab(wish: ChargeWish): Promise<ChargeResult>
  /** Capture what a tab comes to, or owe the reversal of its hold when it comes to nothing. */
  postTab(wish: PostingWish): Promise<PostingResult>
  /** Take tabs that are due to be posted, the longest due first, for the time of a lease. */
  takeDueTabs(taking: DueTaking): Promise<readonly TabKey[]>
  /** A tab as it stands, and a page of what was charged to it. */
  readReceipt(wish: ReceiptWish): Promise<TabReceipt | undefined>
  /** Decide how much goes back for a charge of a posted tab, and keep that it does. */
  refundItem(wish: ItemRefundWish): Promise<ItemRefundResult>
  /** The last event of this node's chain; nothing, before its first. */
  chainHead(): Promise<ChainHead | undefined>
  /**
   * Whether this gateway may put something to the host just now: nobody else can have declared it
   * dead. To be asked at the very moment.
   */
  isInCharge(): boolean
  /** Wait for every act under way, then let go of the file. */
  close(): Promise<void>
}

export interface StoreOptions {
  readonly clock: Clock
  readonly limits?: Partial<StoreLimits & PostgresLimits>
  /** Names this gateway in the journal's chain; `main` when absent. */
  readonly node?: string
  /** Hears of what comes and goes without breaking the store. */
  readonly log?: Log
  /** Called once, when the store has broken and takes no further act. */
  readonly onFault: (error: StoreError) => void
  /**
   * Called when the disk runs short or full, and when it has room again: nothing new is begun
   * meanwhile.
   */
  readonly onSpace?: (space: StoreSpace) => void
}

/**
 * Open the store of this gateway in a file, making it when the file does not exist.
 *
 * @throws StoreError `STORE_IN_USE` when another instance runs on it; `STORE_UNWRITABLE`,
 *   `STORE_FOREIGN`, `STORE_TOO_NEW`, `STORE_CORRUPT`, `STORE_NOT_DURABLE`
 */
export async function openFileStore(file: string, options: StoreOptions): Promise<Store> {
  const limits = { ...STORE_LIMITS, ...options.limits }
  const { node = DEFAULT_NODE, onFault, onSpace = () => {} } = options
  const { queueActsMax } = limits
  const worker = new URL('./worker.ts', import.meta.url)
  const task = { file, limits, node } satisfies WorkerTask
  const queue = await openCommitQueue({ worker, task, queueActsMax, onFault, onSpace })
  return { ...storeOver(queue, options.clock), isInCharge: () => true }
}

/** The acts of a store on the way to its thread. */
export function storeOver(queue: CommitQueue, clock: Clock): Omit<Store, 'isInCharge'> {
  /** What starts new work, and may be refused because too much is waiting. */
  async function admitted<T>(write: WriteAct, usual?: T): Promise<T> {
    queue.admitWork()
    write(queue.acts)
    return queue.answer(usual)
  }

  /** What is asked again when it is refused, but must not wait for a queue to have room. */
  async function repeated<T>(write: WriteAct): Promise<T> {
    queue.admitUnlessAway()
    write(queue.acts)
    return queue.answer<T>()
  }

  /** What ends or secures work that was let in: it waits for a store that is away. */
  async function owed<T>(write: WriteAct): Promise<T> {
    queue.admit()
    write(queue.acts)
    return queue.answer<T>()
  }

  return {
    begin: (intent) => admitted((acts) => acts.begin(intent), BEGUN),
    conclude: (...outcome) => owed((acts) => acts.conclude(...outcome)),
    find: (merchant, id) => admitted((acts) => acts.find(merchant, id)),
    reverse: (wish) => repeated((acts) => acts.reverse(wish)),
    expireHolds: (expiry) => repeated((acts) => acts.expireHolds(expiry)),
    isReversedUnseen: (merchant, id) => admitted((acts) => acts.isReversedUnseen(merchant, id)),
    capture: (wish) => admitted((acts) => acts.capture(wish)),
    takeOwed: (taking) => repeated((acts) => acts.takeOwed(taking)),
    numberOwed: (seq, numbered) => owed((acts) => acts.numberOwed(seq, numbered)),
    endAttempt: (seq, end) => owed((acts) => acts.endAttempt(seq, end)),
    raiseOverdue: (overdue) => repeated((acts) => acts.raiseOverdue(overdue)),
    openDay: (opening) => repeated((acts) => acts.openDay(opening)),
    closeDays: (host, atMs) => repeated((acts) => acts.closeDays(host, atMs)),
    leaseStans: (host, count) => owed((acts) => acts.leaseStans(host, count)),
    journalStray: (stray) => admitted((acts) => acts.journalStray(stray)),
    recover: (nowMs, openSinceMs) => owed((acts) => acts.recover(nowMs, openSinceMs)),
    putMerchant(merchant, by) {
      const change = { merchant, by, atMs: clock.nowMs() }
      return admitted((acts) => acts.putMerchant(change))
    },
    merchants: () => admitted((acts) => acts.listMerchants()),
    merchantsVersion: () => admitted((acts) => acts.merchantsVersion()),
    post: (order) => admitted((acts) => acts.post(order)),
    registerCard: (registration) => admitted((acts) => acts.registerCard(registration)),
    findRegistration: (...key) => admitted((acts) => acts.findRegistration(...key)),
    findCard: (...key) => admitted((acts) => acts.findCard(...key)),
    forgetCard: (forgetting) => repeated((acts) => acts.forgetCard(forgetting)),
    openTab: (opening) => admitted((acts) => acts.openTab(opening)),
    chargeTab: (wish) => admitted((acts) => acts.chargeTab(wish)),
    postTab: (wish) => repeated((acts) => acts.postTab(wish)),
    takeDueTabs: (taking) => repeated((acts) => acts.takeDueTabs(taking)),
    readReceipt: (wish) => admitted((acts) => acts.readReceipt(wish)),
    refundItem: (wish) => admitted((acts) => acts.refundItem(wish)),
    chainHead: () => admitted((acts) => acts.chainHead()),
    close: queue.close,
  }
}

type WriteAct = (acts: CommitQueue['acts']) => void

const BEGUN: BeginResult = Object.freeze({ kind: 'begun' })
