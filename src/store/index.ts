/**
 * The journal of payments and the registry of merchants, on disk.
 *
 * It speaks acts, not tables: each is durable when it resolves, or nothing changed. It is the only
 * module that knows there is SQL. It knows nothing of hosts, sockets or keys: what it is given is
 * already masked, hashed or sealed.
 */
export type { DayOpening } from './business-days.ts'
export type { CaptureResult, CaptureWish } from './capture-act.ts'
export type { CardSearch, PaymentReader } from './card-search.ts'
export type { Forgetting, FoundRegistration, RegistrationResult } from './card-tokens.ts'
export type { StoreSpace } from './commit-queue.ts'
export { StoreError, type StoreErrorCode } from './errors.ts'
export type { ChainHead } from './journal-chain.ts'
export type { Balance, LedgerMoment } from './ledger/balance-at.ts'
export type { LedgerDesk } from './ledger/ledger-desk.ts'
export type { SeenOfLedger } from './ledger/ledger-judge.ts'
export type { LedgerReader, PaymentPosting, PostedPayment } from './ledger/ledger-reader.ts'
export type { MerchantStatement } from './ledger/statement.ts'
export { STORE_LIMITS, type StoreLimits } from './limits.ts'
export { type MemoryStore, openMemoryStore } from './memory-store.ts'
export type { MerchantList } from './merchants.ts'
export type { Overdue, Taking } from './owed-messages.ts'
export type { BeginResult, OpenExchange, Recovery } from './payments.ts'
export {
  openLedgerDesk,
  openLedgerReader,
  openPaymentReader,
  openRegistry,
  openStore,
  openWorkDesk,
  type StorePlace,
  verifyLedger,
  verifyPlace,
} from './places.ts'
export { POSTGRES_LIMITS, type PostgresLimits } from './postgres/limits.ts'
export { type PostgresPlace, type PostgresTls, postgresAddressOf } from './postgres/place.ts'
export type { Registry } from './registry.ts'
export type { Expiry, ReversalResult, ReversalWish } from './reversal-act.ts'
export type { StanLease } from './stan-leases.ts'
export type { Store, StoreOptions } from './store.ts'
export type { Stray } from './strays.ts'
export type { ChargeResult, ChargeWish } from './tabs/charging.ts'
export type { OpeningResult } from './tabs/opening.ts'
export type { PostingResult, PostingWish } from './tabs/posting.ts'
export type { ReceiptWish } from './tabs/receipts.ts'
export type { ItemRefundResult, ItemRefundWish } from './tabs/refunding.ts'
export type { DueTaking, TabKey } from './tabs/tab-acts.ts'
export { type BackupResult, backUpStore } from './upkeep/backup.ts'
export { unmarkDamaged } from './upkeep/damage-mark.ts'
export type { StoreFault } from './upkeep/faults.ts'
export { type Inspection, type InspectionParts, startInspection } from './upkeep/inspection.ts'
export type { LedgerVerification } from './upkeep/ledger-verification.ts'
export { type Restored, type RestoreResult, restoreStore } from './upkeep/restore.ts'
export { type Restoration, type Verification, verifyStore } from './upkeep/verification.ts'
export type { WorkDesk, WorkItem } from './work-items.ts'
