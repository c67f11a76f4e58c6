import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { openDatabaseToRead } from '../database.ts'
import { type PlainError, plainOf, type StoreError, storeErrorOf } from '../errors.ts'
import { markDamaged } from './damage-mark.ts'
import { corruptionOf, createFaultList } from './faults.ts'
import { type Verification, verifyRecords } from './verification.ts'

/** The thread that reads a whole store while a gateway runs on it, a stretch for each `next`. */
export type InspectionOrder = 'next' | 'close'

export type InspectionReport =
  /** There is more to read. */
  | { readonly kind: 'stretch' }
  /** All was read; nothing is wrong with it. */
  | { readonly kind: 'sound'; readonly payments: number; readonly events: number }
  /** Damage was found, and the store is marked. */
  | { readonly kind: 'damaged'; readonly error: PlainError }
  /** It could not be read, for another reason than damage. */
  | { readonly kind: 'failed'; readonly error: PlainError }

const { file }: { readonly file: string } = workerData

if (parentPort !== null) {
  const port = parentPort
  const inspector = createInspector(file)
  port.on('message', (order: InspectionOrder) => {
    if (order === 'next') {
      port.postMessage(inspector.next())
    } else {
      inspector.close()
      port.close()
    }
  })
}

function createInspector(file: string) {
  const faults = createFaultList()
  let database: DatabaseSync | undefined
  let records: Generator<void, Verification> | undefined

  function readOn(): InspectionReport {
    database ??= openDatabaseToRead(file)
    records ??= verifyRecords(database, faults)
    const { done, value } = records.next()
    if (faults.count > 0) throw corruptionOf(faults)
    if (!done) return { kind: 'stretch' }
    return { kind: 'sound', payments: value.payments, events: value.events }
  }

  return {
    next(): InspectionReport {
      try {
        return readOn()
      } catch (thrown) {
        const error = storeErrorOf(thrown)
        if (error.code !== 'STORE_CORRUPT') return { kind: 'failed', error: plainOf(error) }
        mark(file, error)
        return { kind: 'damaged', error: plainOf(error) }
      }
    },
    close: () => database?.close(),
  }
}

/** Where the mark cannot be made, the damage is told all the same. */
function mark(file: string, error: StoreError): void {
  try {
    markDamaged(file, error)
  } catch {}
}
