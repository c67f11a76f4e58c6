import type { DatabaseSync } from 'node:sqlite'
import type { JournalChain } from '../../src/store/journal-chain.ts'

/**
 * Stands in for `src/store/journal-chain.ts` (without-chain.ts): events as they would be without
 * their chain.
 */
export * from '../../src/store/journal-chain.ts'

export function createJournalChain(database: DatabaseSync): JournalChain {
  const insert = database.prepare(
    'INSERT INTO payment_events (payment, from_state, to_state, reason, at_ms) VALUES (?,?,?,?,?)',
  )
  return {
    append({ payment, from, to, reason, atMs }) {
      insert.run(payment, from, to, reason, atMs)
    },
    forget() {},
    head: () => undefined,
  }
}
