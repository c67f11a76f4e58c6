import { itemRefundVerdict } from '#domain'
import { FOLLOW_UP_MESSAGES, hostMessagesOf, ITEM_SELECT, itemOf } from '../tabs/receipts.ts'
import type { ItemRefundResult } from '../tabs/refunding.ts'
import { chargeOf } from '../tabs/tab-row.ts'
import type { ActOf } from './act.ts'
import type { Statement } from './connection.ts'
import { findPayments } from './find-payments.ts'
import { putResidue, residueOf } from './residues.ts'
import { findTab, holdOf, holdTab } from './tabs.ts'
import type { Transaction } from './transaction.ts'

export async function readReceipt(
  { at, wish }: ActOf<'readReceipt'>,
  { connection, answer }: Transaction,
): Promise<void> {
  const tab = (await findTab(connection, wish))?.tab
  if (tab === undefined) return answer(at, { value: undefined })
  const [items, [messages]] = await Promise.all([
    connection.rows(ITEMS, [tab.number, wish.after, wish.countMax]),
    connection.rows(MESSAGES, [tab.number]),
  ])
  const hostMessages = hostMessagesOf(tab, Number(messages?.['messages']))
  answer(at, { value: { tab, items: items.map(itemOf), hostMessages } })
}

const ITEMS: Statement = {
  name: 'tab-items',
  text: `${ITEM_SELECT} WHERE charges.tab = $1 AND charges.number > $2
    ORDER BY charges.number LIMIT $3`,
}

const MESSAGES: Statement = {
  name: 'tab-messages',
  text: `${FOLLOW_UP_MESSAGES} WHERE tabs.seq = $1 AND more.state <> 'failed'`,
}

export async function refundItem(
  { at, wish }: ActOf<'refundItem'>,
  { connection, answer }: Transaction,
): Promise<void> {
  const { merchant, charge: chargeId, refund, atMs } = wish
  const say = (value: ItemRefundResult) => answer(at, { value })
  const tab = (await holdTab(connection, wish))?.tab
  if (tab === undefined) return say({ kind: 'unseen', what: 'tab' })
  const [row] = await connection.rows(CHARGED, [tab.number, chargeId])
  if (row === undefined) return say({ kind: 'unseen', what: 'charge' })
  const [number, charge] = [Number(row['number']), chargeOf(row)]
  const [earlier] = await connection.rows(NAMED, [merchant, refund])
  if (earlier !== undefined) {
    const isSame = earlier['tab'] === tab.number && earlier['number'] === number
    const minor = BigInt(Number(earlier['refunded_minor']))
    return say(isSame ? { kind: 'due', tab, charge, minor } : { kind: 'conflict' })
  }
  const others = await findPayments(connection, [{ merchant, id: refund }])
  if (others.size > 0) return say({ kind: 'conflict' })
  const payment = await holdOf(connection, tab)
  const residue = await residueOf(connection, tab.number)
  const standing = await connection.rows(STANDING, [tab.number, number])
  const minor =
    standing.length > 0 ? 'refunded' : itemRefundVerdict({ tab, payment }, charge, residue.grains)
  if (typeof minor === 'string') return say({ kind: 'refused', why: minor, payment })
  const [state, grains] = [minor === 0n ? 'stands' : 'open', Number(charge.grains)]
  const place = [merchant, refund, tab.number, number, residue.seq]
  await connection.rows(ADD, [...place, grains, Number(minor), state, atMs])
  if (minor === 0n) await putResidue(connection, residue.seq, residue.grains - charge.grains)
  return say({ kind: 'due', tab, charge, minor })
}

const CHARGED: Statement = {
  name: 'charged',
  text: 'SELECT * FROM tab_charges WHERE tab = $1 AND id = $2',
}

const NAMED: Statement = {
  name: 'named-tab-refund',
  text: 'SELECT tab, number, refunded_minor FROM tab_refunds WHERE merchant = $1 AND id = $2',
}

const STANDING: Statement = {
  name: 'standing-tab-refund',
  text: `SELECT seq FROM tab_refunds WHERE tab = $1 AND number = $2 AND state <> 'void'`,
}

const ADD: Statement = {
  name: 'add-tab-refund',
  text: `INSERT INTO tab_refunds
      (merchant, id, tab, number, residue, grains, refunded_minor, state, asked_at_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
}
