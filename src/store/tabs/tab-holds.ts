import type { DatabaseSync } from 'node:sqlite'

/** Says what of payments is a tab's, so that nobody else takes it or puts it back. */
export function createTabHolds(database: DatabaseSync) {
  const open = database.prepare(
    `SELECT 1 FROM payments JOIN tabs ON tabs.payment = payments.seq
     WHERE payments.merchant = ? AND payments.id = ? AND tabs.state = 'open'`,
  )
  const item = database.prepare(
    `SELECT 1 FROM tab_refunds WHERE merchant = ? AND id = ? AND state <> 'void'`,
  )
  return {
    /** Whether a tab is open on an authorization. */
    isOnOpenTab: (merchant: string, payment: string) => open.get(merchant, payment) !== undefined,
    /** Whether a refund gives back a charge of a tab. */
    isItemRefund: (merchant: string, refund: string) => item.get(merchant, refund) !== undefined,
  }
}
