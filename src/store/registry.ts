import type { Merchant } from '#domain'
import type { Clock } from '#platform'
import { openJournal } from './journal.ts'
import { STORE_LIMITS } from './limits.ts'
import type { MerchantList } from './merchants.ts'

/** The merchants of a store, beside the gateway that may be running on it. */
export interface Registry {
  /** Durable when it resolves; a running gateway sees it in its next `merchantsVersion`. */
  putMerchant(merchant: Merchant, by: string): Promise<void>
  merchants(): Promise<MerchantList>
  close(): Promise<void>
}

/**
 * It takes no instance lock: each act is one short transaction, and waits its turn.
 *
 * @throws StoreError as `openFileStore` does; `STORE_IN_USE` only when the schema is older than
 *   this program and a gateway runs on it
 */
export function openFileRegistry(file: string, { clock }: { readonly clock: Clock }): Registry {
  const journal = openJournal(file, STORE_LIMITS, { lockHeld: false })
  return {
    async putMerchant(merchant, by) {
      journal.transact(() => journal.merchants.put({ merchant, by, atMs: clock.nowMs() }))
    },
    merchants: async () => journal.read(journal.merchants.list),
    close: async () => journal.close(),
  }
}
