import { type Payment, type Tab, tabObstacle } from '#domain'
import { StoreError } from '../errors.ts'
import { IS_HELD_INCREMENT } from '../reversal-act.ts'
import { firstDue, type OpeningResult } from '../tabs/opening.ts'
import { judgePosting, type PostingResult } from '../tabs/posting.ts'
import { repeatOrConflict } from '../tabs/tab-acts.ts'
import { tabStart } from '../tabs/tab-chain.ts'
import { TAB_SELECT, TAB_TERM_COLUMNS, tabOf, tabOpeningOf } from '../tabs/tab-row.ts'
import type { ActOf, PaymentKey } from './act.ts'
import { HOLD_PAYMENT, take } from './captures.ts'
import type { Connection, Statement, StoredRow } from './connection.ts'
import { findPayments } from './find-payments.ts'
import { putResidue, residueOf } from './residues.ts'
import { undo } from './reversals.ts'
import { paymentKey } from './rounds.ts'
import type { Transaction } from './transaction.ts'

export async function openTab(
  { at, opening: row }: ActOf<'openTab'>,
  { connection, answer }: Transaction,
): Promise<void> {
  const say = (value: OpeningResult) => answer(at, { value })
  const opening = tabOpeningOf(row)
  const { merchant, id, payment: held, fingerprint } = opening
  const [before] = await connection.rows(HOLD_PAYMENT, [merchant, held])
  const earlier = (await findTab(connection, { merchant, id }))?.tab
  if (earlier !== undefined) return say(repeatOrConflict(earlier, fingerprint))
  const payment = await findPayment(connection, { merchant, id: held })
  if (before === undefined || payment === undefined) return say({ kind: 'unseen' })
  const [other] = await connection.rows(TAB_OF, [Number(before['seq'])])
  const why = other === undefined ? tabObstacle(payment, opening) : 'tab-before'
  if (why !== undefined) return say({ kind: 'refused', why, payment })
  const [seq, terms, due] = [Number(before['seq']), row.slice(1), firstDue(opening)]
  const own = [seq, payment.exchange.host, tabStart(seq, terms), due.dueAtMs, due.dayDue]
  await connection.rows(INSERT, [...own, ...terms])
  const opened = await findTab(connection, { merchant, id })
  // Another node has opened one under this id on another payment, which nobody held off.
  if (opened === undefined) throw new StoreError('STORE_FAULT', 'a tab was not opened')
  const { tab } = opened
  return say(tab.payment === held ? { kind: 'opened', tab } : repeatOrConflict(tab, fingerprint))
}

const TAB_OF: Statement = { name: 'tab-of', text: 'SELECT seq FROM tabs WHERE payment = $1' }

const INSERT: Statement = {
  name: 'open-tab',
  text: `INSERT INTO tabs (payment, host, head, due_at_ms, day_due, ${TAB_TERM_COLUMNS.join()})
    VALUES ($1, $2, decode($3, 'hex'), $4, $5,
      ${TAB_TERM_COLUMNS.map((_, index) => `$${index + 6}`).join()})
    ON CONFLICT (merchant, id) DO NOTHING`,
}

interface FoundTab {
  readonly tab: Tab
  readonly row: StoredRow
}

export async function findTab(
  connection: Connection,
  { merchant, id }: PaymentKey,
): Promise<FoundTab | undefined> {
  const [row] = await connection.rows(FIND, [merchant, id])
  return row && { tab: tabOf(row), row }
}

const FIND: Statement = {
  name: 'find-tab',
  text: `${TAB_SELECT} WHERE tabs.merchant = $1 AND tabs.id = $2`,
}

/** In a statement of its own: what it waited for is seen by the next. */
export async function holdTab(
  connection: Connection,
  { merchant, id }: PaymentKey,
): Promise<FoundTab | undefined> {
  await connection.rows(HOLD_TAB, [merchant, id])
  return findTab(connection, { merchant, id })
}

const HOLD_TAB: Statement = {
  name: 'hold-tab',
  text: 'SELECT seq FROM tabs WHERE merchant = $1 AND id = $2 FOR UPDATE',
}

/** The authorization of a tab, which nothing moves meanwhile. */
export async function holdOf(connection: Connection, { merchant, payment: id }: Tab) {
  await connection.rows(HOLD_PAYMENT, [merchant, id])
  const hold = await findPayment(connection, { merchant, id })
  if (hold === undefined) throw new StoreError('STORE_CORRUPT', 'a tab has no authorization')
  return hold
}

async function findPayment(connection: Connection, key: PaymentKey): Promise<Payment | undefined> {
  return (await findPayments(connection, [key])).get(paymentKey(key))
}

export async function postTab(
  { at, wish }: ActOf<'postTab'>,
  transaction: Transaction,
): Promise<void> {
  const { connection } = transaction
  const say = (value: PostingResult) => transaction.answer(at, { value })
  const found = await holdTab(connection, wish)
  if (found === undefined) return say({ kind: 'unseen' })
  const { tab, row } = found
  const payment = await holdOf(connection, tab)
  if (tab.state !== 'open') return say({ kind: 'closed', tab, state: payment.state })
  const residue = await residueOf(connection, tab.number)
  const posting = judgePosting(wish, { tab, payment }, residue.grains)
  if (posting.kind !== 'due') return say(posting)
  const { because, broughtGrains, postedMinor, carriedGrains, atMs } = posting.closing
  const grains = [Number(broughtGrains), Number(postedMinor), Number(carriedGrains)]
  const to = postedMinor === 0n ? 'released' : 'posted'
  await connection.rows(CLOSE, [to, because, ...grains, atMs, tab.number])
  await putResidue(connection, residue.seq, carriedGrains)
  const capture = { amountMinor: postedMinor, businessDate: wish.openDate, askedAtMs: atMs }
  const head = row['head'] instanceof Uint8Array ? row['head'] : null
  const { state } =
    to === 'posted'
      ? await take({ at, transaction }, payment, { ...capture, tab: [tab.id, head] })
      : await undo({ at, transaction }, await heldWith(connection, payment), { payment, atMs })
  return say({ kind: 'closed', tab: { ...tab, state: to, closing: posting.closing }, state })
}

const CLOSE: Statement = {
  name: 'close-tab',
  text: `UPDATE tabs SET state = $1, closed_because = $2, brought_grains = $3, posted_minor = $4,
      carried_grains = $5, closed_at_ms = $6, due_at_ms = NULL, day_due = NULL WHERE seq = $7`,
}

/** The payment itself and the increments that are held with it. */
function heldWith(connection: Connection, { merchant, id }: Payment) {
  return connection.rows(HELD, [merchant, id])
}

const HELD: Statement = {
  name: 'held-with',
  text: `SELECT seq, state, host, business_date FROM payments
    WHERE merchant = $1 AND (id = $2 OR (original_id = $2 AND ${IS_HELD_INCREMENT}))
    ORDER BY id <> $2, seq FOR UPDATE`,
}

export async function takeDueTabs(
  { at, taking }: ActOf<'takeDueTabs'>,
  { connection, answer }: Transaction,
): Promise<void> {
  const { host, openDate, nowMs, leaseUntilMs, countMax } = taking
  await connection.rows(END_DAY, [nowMs, host, openDate])
  const rows = await connection.rows(TAKE, [host, nowMs, countMax, leaseUntilMs])
  const keys = rows.map(({ merchant, id }) => ({ merchant: String(merchant), id: String(id) }))
  answer(at, { value: keys })
}

const END_DAY: Statement = {
  name: 'end-tab-day',
  text: `UPDATE tabs SET due_at_ms = least(due_at_ms, $1), day_due = NULL
    WHERE seq IN (SELECT seq FROM tabs WHERE host = $2 AND day_due < $3
      ORDER BY seq FOR UPDATE SKIP LOCKED)`,
}

const TAKE: Statement = {
  name: 'take-due-tabs',
  text: `WITH due AS (
      SELECT seq, due_at_ms FROM tabs WHERE host = $1 AND due_at_ms <= $2
      ORDER BY due_at_ms, seq LIMIT $3 FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE tabs SET due_at_ms = $4 FROM due WHERE tabs.seq = due.seq
    )
    SELECT merchant, id FROM due JOIN tabs ON tabs.seq = due.seq
    ORDER BY due.due_at_ms, due.seq`,
}
