import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { StoreError } from '../errors.ts'

/**
 * Damage in the middle of a store would be met again only when somebody reads there. So whoever
 * finds it leaves a file beside the store, FILE-damaged, and no gateway starts until it is gone.
 */
export function markDamaged(file: string, { message }: StoreError): void {
  writeFileSync(markOf(file), `${message}\n`, { mode: 0o600, flush: true })
}

/** @throws StoreError `STORE_CORRUPT` */
export function refuseDamaged(file: string): void {
  if (!existsSync(markOf(file))) return
  throw new StoreError('STORE_CORRUPT', readFileSync(markOf(file), 'utf8').trim())
}

/** The store was found sound, or replaced. @returns whether there was a mark */
export function unmarkDamaged(file: string): boolean {
  const isMarked = existsSync(markOf(file))
  rmSync(markOf(file), { force: true })
  return isMarked
}

const markOf = (file: string): string => `${file}-damaged`
