import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { openDatabaseToRead } from '../database.ts'
import { storeErrorOf } from '../errors.ts'
import { refuseDamaged } from './damage-mark.ts'
import { corruptionOf, createFaultList } from './faults.ts'
import { checkSchema } from './structure.ts'
import { verifyRecent } from './verification.ts'

/**
 * What can be known of a store's soundness before the first payment: that nothing was found amiss
 * earlier, that its schema is ours, and that its last `rowsMax` events and payments fit. The rest
 * is for the inspection while the gateway runs. Nothing is written.
 *
 * @throws StoreError `STORE_CORRUPT`, and as `openPaymentReader` does
 */
export function checkAtStart(file: string, rowsMax: number): void {
  refuseDamaged(file)
  const database = existsSync(file) ? openIfCurrent(file) : undefined
  if (database === undefined) return
  const faults = createFaultList()
  try {
    checkSchema(database, faults)
    if (faults.count === 0) verifyRecent(database, faults, rowsMax)
  } catch (thrown) {
    throw storeErrorOf(thrown)
  } finally {
    database.close()
  }
  if (faults.count > 0) throw corruptionOf(faults)
}

/** What is empty, or of an older program, is first brought up to date. */
function openIfCurrent(file: string): DatabaseSync | undefined {
  try {
    return openDatabaseToRead(file)
  } catch (thrown) {
    if (storeErrorOf(thrown).code === 'STORE_TOO_OLD') return undefined
    throw thrown
  }
}
