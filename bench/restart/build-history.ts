import { openDatabase } from '../../src/store/database.ts'
import { journalOver } from '../../src/store/journal.ts'
import { STORE_LIMITS } from '../../src/store/limits.ts'
import { intentRow, outcomeRow } from '../../src/store/payment-row.ts'
import { pastIntent, pastOutcome } from '../rig/history.ts'

/**
 * Write so many approved payments into a journal by the store's own acts, without waiting for the
 * disk.
 */
export function buildHistory(file: string, payments: number): void {
  const database = openDatabase(file, { ...STORE_LIMITS, cacheBytesMax: CACHE_BYTES }, true)
  database.exec('PRAGMA synchronous = OFF')
  const journal = journalOver(database)
  for (let from = 0; from < payments; from += BATCH) {
    journal.transact(() => {
      for (let index = from; index < Math.min(payments, from + BATCH); index++) {
        const intent = pastIntent(index)
        journal.payments.begin(intentRow(intent))
        journal.payments.conclude(intent.merchant, intent.id, outcomeRow(pastOutcome(intent)))
      }
    })
  }
  journal.close()
}

const BATCH = 5_000
const CACHE_BYTES = 256 * 2 ** 20
