import type { Merchant, Payment, PaymentIntent, PaymentOutcome } from '#domain'
import { openMemoryDatabase } from './database.ts'
import { journalOver } from './journal.ts'
import type { MerchantList } from './merchants.ts'
import { intentRow, outcomeRow } from './payment-row.ts'
import type { BeginResult, Recovery } from './payments.ts'
import type { StanLease } from './stan-leases.ts'
import { type Stray, strayRow } from './strays.ts'

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
  leaseStans(host: string, count: number): StanLease
  journalStray(stray: Stray): void
  recover(nowMs: number, openSinceMs: number): Recovery
  putMerchant(merchant: Merchant, by: string, atMs: number): void
  merchants(): MerchantList
  transact<T>(acts: () => T): T
  close(): void
}

export function openMemoryStore(): MemoryStore {
  const { payments, merchants, ...journal } = journalOver(openMemoryDatabase())
  return {
    begin: (intent) => payments.begin(intentRow(intent)),
    conclude: (merchant, id, outcome) => payments.conclude(merchant, id, outcomeRow(outcome)),
    find: payments.find,
    leaseStans: journal.leaseStans,
    journalStray: (stray) => journal.journalStray(strayRow(stray)),
    recover: payments.recover,
    putMerchant: (merchant, by, atMs) => merchants.put({ merchant, by, atMs }),
    merchants: merchants.list,
    transact: journal.transact,
    close: journal.close,
  }
}
