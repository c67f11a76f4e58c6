import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemClock } from '#platform'
import { openStore, type Store } from '#store'
import { approved, intent } from '../store/sample.ts'

export interface SoldFolder {
  /** The configuration's file. */
  readonly config: string
  readonly folder: string
  readonly journal: string
}

/** A folder with a journal that `fill` has written. */
export async function soldFolder(
  t: { teardown(end: () => void): void },
  fill: (store: Store) => Promise<void>,
): Promise<SoldFolder> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sold-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const journal = join(folder, 'journal.db')
  const store = await openStore(journal, { clock: createSystemClock(), onFault() {} })
  await fill(store)
  await store.close()
  const config = join(folder, 'sallyport.json')
  const host = { profile: 'meridian', connect: [{ port: 7000 }] }
  const acquirer = { institution: '12345', country: '840' }
  writeFileSync(config, JSON.stringify({ environment: 'sandbox', acquirer, host }))
  return { config, folder, journal }
}

/** A sale of USD 12.50 by `acme-books`, approved. */
export async function sell(store: Store, index: number, businessDate: string): Promise<void> {
  await store.begin(intent(index, { businessDate }))
  const atMs = Date.parse(`${businessDate}T12:00:00Z`)
  await store.conclude('acme-books', `order-${index}`, { ...approved, decidedAtMs: atMs })
}
