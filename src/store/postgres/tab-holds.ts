import type { Connection, Statement } from './connection.ts'

/** Whether a tab is open on an authorization, which is held: nobody else takes what it holds. */
export async function isOnOpenTab(
  connection: Connection,
  merchant: string,
  payment: string,
): Promise<boolean> {
  return (await connection.rows(OPEN, [merchant, payment])).length > 0
}

const OPEN: Statement = {
  name: 'on-open-tab',
  text: `SELECT tabs.seq FROM payments JOIN tabs ON tabs.payment = payments.seq
    WHERE payments.merchant = $1 AND payments.id = $2 AND tabs.state = 'open'`,
}

/** Whether a refund gives back a charge of a tab. */
export async function isItemRefund(
  connection: Connection,
  merchant: string,
  refund: string,
): Promise<boolean> {
  return (await connection.rows(ITEM, [merchant, refund])).length > 0
}

const ITEM: Statement = {
  name: 'is-item-refund',
  text: `SELECT seq FROM tab_refunds WHERE merchant = $1 AND id = $2 AND state <> 'void'`,
}
