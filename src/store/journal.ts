import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { createDayActs, type DayActs } from './business-days.ts'
import { createCaptures } from './captures.ts'
import { type CardActs, createCardActs } from './card-tokens.ts'
import { type ConnectionLimits, openDatabase } from './database.ts'
import { storeErrorOf } from './errors.ts'
import { type ChainHead, createJournalChain } from './journal-chain.ts'
import { createLedger, type Ledger } from './ledger/ledger.ts'
import { createMerchantActs, type MerchantActs } from './merchants.ts'
import { createMoves } from './moves.ts'
import { createOwedActs, type OwedActs } from './owed-messages.ts'
import type { Row } from './payment-row.ts'
import { createPaymentActs, type PaymentActs } from './payments.ts'
import { createStanLeases, type StanLease } from './stan-leases.ts'
import { createStrayJournal } from './strays.ts'
import { createTabActs, type TabActs } from './tabs/tab-acts.ts'
import { createWorkActs, type WorkActs } from './work-items.ts'

/**
 * The acts of the store on one connection, synchronous and on rows: what the worker runs, and what
 * the store in memory is made of.
 *
 * Every act is called inside {@link Journal.transact}, or {@link Journal.read} if it only reads. It
 * decides completely before it writes: one that throws StoreError has changed nothing, so the
 * others of its transaction stand.
 */
export interface Journal {
  readonly payments: PaymentActs
  readonly owed: OwedActs
  readonly days: DayActs
  readonly work: WorkActs
  readonly merchants: MerchantActs
  readonly cards: CardActs
  readonly ledger: Pick<Ledger, 'post' | 'correct'>
  readonly tabs: TabActs
  leaseStans(host: string, count: number): StanLease
  journalStray(stray: Row): void
  /** The last event of this node's chain; nothing, before its first. */
  chainHead(): ChainHead | undefined
  /**
   * Run `acts` as one transaction: committed and synced on return, or nothing of it changed.
   *
   * @throws StoreError when the transaction could not begin (`STORE_BUSY`) or could not be
   *   committed
   */
  transact<T>(acts: () => T): T
  /**
   * Run `acts`, which only read, on one state of the store: no lock is taken that a writer needs,
   * nothing is synced.
   *
   * @throws StoreError when the store could not be read
   */
  read<T>(acts: () => T): T
  /**
   * Copy the write-ahead log into the file and cut it to nothing, unless a reader is in the way.
   */
  cutLog(): void
  close(): void
}

/** @throws StoreError of opening; see {@link openDatabase} */
export function openJournal(
  file: string,
  limits: ConnectionLimits,
  writer: JournalWriter,
): Journal {
  return journalOver(openDatabase(file, limits, writer.lockHeld), writer.node)
}

export interface JournalWriter {
  /** Whether it has the instance lock. */
  readonly lockHeld: boolean
  /** Names the chain that its moves are written to. */
  readonly node?: string
}

/** Who writes the journal, when nobody says otherwise. */
export const DEFAULT_NODE = 'main'

/** The acts on a connection that is open and up to date. */
export function journalOver(database: DatabaseSync, node = DEFAULT_NODE): Journal {
  const beginToWrite = database.prepare('BEGIN IMMEDIATE')
  const beginToRead = database.prepare('BEGIN DEFERRED')
  const commit = database.prepare('COMMIT')
  const chain = createJournalChain(database, node)
  const ledger = createLedger(database)
  const moves = createMoves(database, { chain, ledger })
  const captures = createCaptures(database)
  const owed = createOwedActs(database, { moves, captures })

  function within<T>(begin: StatementSync, acts: () => T): T {
    try {
      begin.run()
      const result = acts()
      commit.run()
      return result
    } catch (thrown) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw storeErrorOf(thrown)
    }
  }

  return {
    payments: createPaymentActs(database, { moves, captures, owed }),
    owed,
    days: createDayActs(database, ledger),
    work: createWorkActs(database, { moves, captures }),
    merchants: createMerchantActs(database),
    cards: createCardActs(database),
    ledger,
    tabs: createTabActs(database, { moves, captures, owed }),
    leaseStans: createStanLeases(database),
    journalStray: createStrayJournal(database),
    chainHead: chain.head,
    transact(acts) {
      return within(beginToWrite, () => {
        chain.forget()
        ledger.begin()
        const result = acts()
        ledger.end()
        return result
      })
    },
    read: (acts) => within(beginToRead, acts),
    cutLog() {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    close: () => database.close(),
  }
}
