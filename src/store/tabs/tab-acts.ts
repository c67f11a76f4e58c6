import type { DatabaseSync } from 'node:sqlite'
import { itemRefundVerdict, type Payment, type Tab, type TabReceipt, tabObstacle } from '#domain'
import { createTaking } from '../capture-act.ts'
import type { Captures } from '../captures.ts'
import { StoreError } from '../errors.ts'
import { createFind } from '../find-payment.ts'
import type { Moves } from '../moves.ts'
import type { OwedActs } from '../owed-messages.ts'
import type { Row, StoredRow } from '../payment-row.ts'
import { createUndoing } from '../reversal-act.ts'
import { createCharge } from './charge-act.ts'
import type { ChargeResult, ChargeWish } from './charging.ts'
import { firstDue, type OpeningResult } from './opening.ts'
import { judgePosting, type PostingResult, type PostingWish } from './posting.ts'
import {
  FOLLOW_UP_MESSAGES,
  hostMessagesOf,
  ITEM_SELECT,
  itemOf,
  type ReceiptWish,
} from './receipts.ts'
import type { ItemRefundResult, ItemRefundWish } from './refunding.ts'
import { createResidues } from './residues.ts'
import { tabStart } from './tab-chain.ts'
import { chargeOf, hexOf, TAB_SELECT, TAB_TERM_COLUMNS, tabOf, tabOpeningOf } from './tab-row.ts'

/** Which tabs to post, and for how long to have them. */
export interface DueTaking {
  readonly host: string
  /** The business day that is open now, `YYYY-MM-DD`. */
  readonly openDate: string
  readonly nowMs: number
  /** Until then nobody else takes them. */
  readonly leaseUntilMs: number
  readonly countMax: number
}

/** What a tab is known by. */
export interface TabKey {
  readonly merchant: string
  readonly id: string
}

/** Acts on tabs, to be called inside a transaction; one that throws StoreError changed nothing. */
export interface TabActs {
  /** @param opening as `tabOpeningRow` wrote it */
  open(opening: Row): OpeningResult
  charge(wish: ChargeWish): ChargeResult
  /** Capture what a tab comes to, or let go of what is held for it. */
  post(wish: PostingWish): PostingResult
  /** Take tabs that are due to be posted, the longest due first. */
  takeDue(taking: DueTaking): readonly TabKey[]
  receipt(wish: ReceiptWish): TabReceipt | undefined
  refund(wish: ItemRefundWish): ItemRefundResult
}

/** What acts on tabs write besides the tabs themselves. */
interface Journals {
  readonly moves: Moves
  readonly captures: Captures
  readonly owed: OwedActs
}

export function createTabActs(database: DatabaseSync, journals: Journals): TabActs {
  const find = createFinds(database)
  return {
    open: createOpening(database, find),
    charge: createCharge(database),
    post: createPosting(database, journals, find),
    takeDue: createTakingDue(database),
    receipt: createReceipt(database, find),
    refund: createItemRefund(database, find),
  }
}

/** A row of a tab, read as what it is. */
interface FoundTab {
  readonly row: StoredRow
  readonly tab: Tab
}

function createFinds(database: DatabaseSync) {
  const select = database.prepare(`${TAB_SELECT} WHERE tabs.merchant = ? AND tabs.id = ?`)
  const findPayment = createFind(database)
  return {
    tab(merchant: string, id: string): FoundTab | undefined {
      const row = select.get(merchant, id)
      return row && { row, tab: tabOf(row) }
    },
    payment: findPayment,
    /** The authorization of a tab, which is there as long as the tab is. */
    holdOf({ merchant, payment }: Tab): Payment {
      const hold = findPayment(merchant, payment)
      if (hold === undefined) throw new StoreError('STORE_CORRUPT', 'a tab has no authorization')
      return hold
    },
  }
}

type Finds = ReturnType<typeof createFinds>

function createOpening(database: DatabaseSync, find: Finds): TabActs['open'] {
  const before = database.prepare(
    `SELECT payments.seq, tabs.seq AS tab FROM payments
     LEFT JOIN tabs ON tabs.payment = payments.seq WHERE payments.merchant = ? AND payments.id = ?`,
  )
  const insert = database.prepare(
    `INSERT INTO tabs (payment, host, head, due_at_ms, day_due, ${TAB_TERM_COLUMNS.join()})
     VALUES (?,?,unhex(?),?,?,${TAB_TERM_COLUMNS.map(() => '?').join()})`,
  )
  return (row) => {
    const opening = tabOpeningOf(row)
    const { merchant, id, payment: held, fingerprint } = opening
    const earlier = find.tab(merchant, id)?.tab
    if (earlier !== undefined) return repeatOrConflict(earlier, fingerprint)
    const payment = find.payment(merchant, held)
    if (payment === undefined) return { kind: 'unseen' }
    const found = before.get(merchant, held)
    const why = found?.tab === null ? tabObstacle(payment, opening) : 'tab-before'
    if (why !== undefined) return { kind: 'refused', why, payment }
    const [seq, terms, due] = [Number(found?.seq), row.slice(1), firstDue(opening)]
    const { host } = payment.exchange
    insert.run(seq, host, tabStart(seq, terms), due.dueAtMs, due.dayDue, ...terms)
    const opened = find.tab(merchant, id)
    if (opened === undefined) throw new StoreError('STORE_FAULT', 'a tab was not opened')
    return { kind: 'opened', tab: opened.tab }
  }
}

/** Whether an id that is taken was taken by the same request. */
export function repeatOrConflict(tab: Tab, fingerprint: Uint8Array): OpeningResult {
  const isSame = Buffer.compare(tab.fingerprint, fingerprint) === 0
  return isSame ? { kind: 'repeat', tab } : { kind: 'conflict' }
}

function createPosting(database: DatabaseSync, journals: Journals, find: Finds): TabActs['post'] {
  const residues = createResidues(database)
  const take = createTaking(database, journals)
  const undo = createUndoing(database, journals)
  const close = database.prepare(
    `UPDATE tabs SET state = ?, closed_because = ?, brought_grains = ?, posted_minor = ?,
       carried_grains = ?, closed_at_ms = ?, due_at_ms = NULL, day_due = NULL WHERE seq = ?`,
  )
  return (wish) => {
    const found = find.tab(wish.merchant, wish.id)
    if (found === undefined) return { kind: 'unseen' }
    const { tab, row } = found
    const payment = find.holdOf(tab)
    if (tab.state !== 'open') return { kind: 'closed', tab, state: payment.state }
    const residue = residues.of(tab.number)
    const posting = judgePosting(wish, { tab, payment }, residue.grains)
    if (posting.kind !== 'due') return posting
    const { because, broughtGrains, postedMinor, carriedGrains, atMs } = posting.closing
    const grains = [Number(broughtGrains), Number(postedMinor), Number(carriedGrains)]
    const to = postedMinor === 0n ? 'released' : 'posted'
    close.run(to, because, ...grains, atMs, tab.number)
    residues.put(residue.seq, carriedGrains)
    const capture = { amountMinor: postedMinor, businessDate: wish.openDate, askedAtMs: atMs }
    const head = { id: tab.id, head: Buffer.from(hexOf(row['head']), 'hex') }
    const { state } = to === 'posted' ? take(payment, capture, head) : undo(payment, atMs)
    return { kind: 'closed', tab: { ...tab, state: to, closing: posting.closing }, state }
  }
}

function createTakingDue(database: DatabaseSync): TabActs['takeDue'] {
  const endDay = database.prepare(
    `UPDATE tabs SET due_at_ms = min(due_at_ms, ?), day_due = NULL
     WHERE host = ? AND day_due < ?`,
  )
  const due = database.prepare(
    `SELECT seq, merchant, id FROM tabs WHERE host = ? AND due_at_ms <= ?
     ORDER BY due_at_ms, seq LIMIT (? + 0)`,
  )
  const lease = database.prepare('UPDATE tabs SET due_at_ms = ? WHERE seq = ?')
  return ({ host, openDate, nowMs, leaseUntilMs, countMax }) => {
    endDay.run(nowMs, host, openDate)
    const taken = due.all(host, nowMs, countMax)
    for (const { seq } of taken) lease.run(leaseUntilMs, Number(seq))
    return taken.map(({ merchant, id }) => ({ merchant: String(merchant), id: String(id) }))
  }
}

function createReceipt(database: DatabaseSync, find: Finds): TabActs['receipt'] {
  const items = database.prepare(
    `${ITEM_SELECT} WHERE charges.tab = ? AND charges.number > ?
     ORDER BY charges.number LIMIT (? + 0)`,
  )
  const messages = database.prepare(
    `${FOLLOW_UP_MESSAGES} WHERE tabs.seq = ? AND more.state <> 'failed'`,
  )
  return ({ merchant, id, after, countMax }) => {
    const tab = find.tab(merchant, id)?.tab
    if (tab === undefined) return undefined
    const followUps = Number(messages.get(tab.number)?.messages)
    return {
      tab,
      items: items.all(tab.number, after, countMax).map(itemOf),
      hostMessages: hostMessagesOf(tab, followUps),
    }
  }
}

function createItemRefund(database: DatabaseSync, find: Finds): TabActs['refund'] {
  const residues = createResidues(database)
  const charged = database.prepare('SELECT * FROM tab_charges WHERE tab = ? AND id = ?')
  const named = database.prepare('SELECT * FROM tab_refunds WHERE merchant = ? AND id = ?')
  const standing = database.prepare(
    `SELECT 1 FROM tab_refunds WHERE tab = ? AND number = ? AND state <> 'void'`,
  )
  const insert = database.prepare(
    `INSERT INTO tab_refunds
       (merchant, id, tab, number, residue, grains, refunded_minor, state, asked_at_ms)
     VALUES (?,?,?,?,?,?,?,?,?)`,
  )

  return ({ merchant, id, charge: chargeId, refund, atMs }) => {
    const tab = find.tab(merchant, id)?.tab
    if (tab === undefined) return { kind: 'unseen', what: 'tab' }
    const row = charged.get(tab.number, chargeId)
    if (row === undefined) return { kind: 'unseen', what: 'charge' }
    const [number, charge] = [Number(row.number), chargeOf(row)]
    const earlier = named.get(merchant, refund)
    if (earlier !== undefined) {
      const isSame = earlier.tab === tab.number && earlier.number === number
      if (!isSame) return { kind: 'conflict' }
      return { kind: 'due', tab, charge, minor: BigInt(Number(earlier.refunded_minor)) }
    }
    if (find.payment(merchant, refund) !== undefined) return { kind: 'conflict' }
    const [payment, residue] = [find.holdOf(tab), residues.of(tab.number)]
    const isRefunded = standing.get(tab.number, number) !== undefined
    const minor = isRefunded
      ? 'refunded'
      : itemRefundVerdict({ tab, payment }, charge, residue.grains)
    if (typeof minor === 'string') return { kind: 'refused', why: minor, payment }
    const state = minor === 0n ? 'stands' : 'open'
    const grains = Number(charge.grains)
    insert.run(
      ...[merchant, refund, tab.number, number, residue.seq],
      ...[grains, Number(minor), state, atMs],
    )
    if (minor === 0n) residues.put(residue.seq, residue.grains - charge.grains)
    return { kind: 'due', tab, charge, minor }
  }
}
