import { DatabaseSync } from 'node:sqlite'
import { StoreError, storeErrorOf } from './errors.ts'

export interface InstanceLock {
  release(): void
}

/**
 * Claim a store file for this process alone.
 *
 * Node has no file lock of its own, so the claim is an open exclusive transaction on an empty
 * database beside the store, `FILE-lock`: the kernel lets go of it whichever way the process ends.
 *
 * @throws StoreError `STORE_IN_USE` when another process, or this one, holds the claim
 */
export function takeInstanceLock(file: string): InstanceLock {
  const database = new DatabaseSync(`${file}-lock`, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (thrown) {
    database.close()
    const error = storeErrorOf(thrown)
    if (error.code !== 'STORE_BUSY') throw error
    throw new StoreError('STORE_IN_USE', 'another instance is running on this store')
  }
  return { release: () => database.close() }
}
