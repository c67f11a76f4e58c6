import { openDatabaseToRead } from '../database.ts'
import type { SeenOfLedger } from '../ledger/ledger-judge.ts'
import { createFaultList, type StoreFault } from './faults.ts'
import { checkLedger } from './ledger-check.ts'
import { within } from './verification.ts'

/** What there is in a ledger, and what is wrong with it. */
export interface LedgerVerification {
  readonly ledger: SeenOfLedger
  /** The first of them. */
  readonly faults: readonly StoreFault[]
  readonly faultCount: number
}

/**
 * The part of `verifyStore` that is about the ledger.
 *
 * @throws StoreError `STORE_UNREADABLE`, `STORE_FOREIGN`, `STORE_TOO_NEW`, `STORE_TOO_OLD`,
 *   `STORE_CORRUPT`
 */
export function verifyFileLedger(file: string): LedgerVerification {
  const faults = createFaultList()
  const database = openDatabaseToRead(file)
  try {
    const check = checkLedger(database, faults, (read) => within(database, read))
    for (let step = check.next(); ; step = check.next()) {
      if (!step.done) continue
      return { ledger: step.value, faults: faults.first, faultCount: faults.count }
    }
  } finally {
    database.close()
  }
}
