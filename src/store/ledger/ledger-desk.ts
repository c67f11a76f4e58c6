import type { Clock } from '#platform'
import { openJournal } from '../journal.ts'
import { STORE_LIMITS } from '../limits.ts'

/** The ledger of a store, for an operator, beside the gateway that may be running on it. */
export interface LedgerDesk {
  /** Post the mirror of a posting. @throws StoreError `POSTING_NOT_ALLOWED` */
  correct(posting: number, by: string): Promise<void>
  close(): Promise<void>
}

/** @throws StoreError as `openFileRegistry` does */
export function openFileLedgerDesk(file: string, { clock }: { readonly clock: Clock }): LedgerDesk {
  const journal = openJournal(file, STORE_LIMITS, { lockHeld: false })
  return {
    async correct(posting, by) {
      journal.transact(() => journal.ledger.correct({ posting, by, atMs: clock.nowMs() }))
    },
    close: async () => journal.close(),
  }
}
