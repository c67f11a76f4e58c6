import type { Tab, TabCharge } from '#domain'
import { StoreError } from '../errors.ts'
import {
  type ChargeResult,
  type ChargeWish,
  type Charging,
  chargeWishOf,
  judgeCharges,
} from '../tabs/charging.ts'
import { CHARGE_COLUMNS, chargeOf, hexOf, TAB_SELECT, tabOf } from '../tabs/tab-row.ts'
import type { ActOf } from './act.ts'
import type { Connection, Statement, StoredRow } from './connection.ts'
import { byKey, keyColumns, keyTextIn } from './find-payments.ts'
import { paymentKey } from './rounds.ts'
import type { Transaction } from './transaction.ts'

/**
 * Charge tabs, however many acts that are: their tabs are read by one statement, what was charged
 * before by another, and all that is new is written by two.
 */
export async function chargeTabs(
  given: readonly ActOf<'chargeTab'>[],
  transaction: Transaction,
): Promise<void> {
  const acts = given.flatMap((act) => wishIn(act, transaction))
  const tabs = await holdTabs(transaction.connection, acts)
  const standing = await earlierOn(transaction.connection, tabs, acts)
  const written = new Set<Standing>()
  for (const { at, wish } of acts) {
    const it = standing.get(paymentKey(wish))
    const charged = it ? charge(it, wish) : UNSEEN
    if (it && it.taken.length > 0) written.add(it)
    transaction.answer(at, { value: charged })
  }
  if (written.size > 0) await write(transaction.connection, [...written])
}

const UNSEEN: ChargeResult = Object.freeze({ kind: 'unseen' })

interface Asked {
  readonly at: number
  readonly wish: ChargeWish
}

/** One that asks for what cannot be is refused, and the others stand. */
function wishIn({ at, wish }: ActOf<'chargeTab'>, { refuse }: Transaction): Asked[] {
  try {
    return [{ at, wish: chargeWishOf(wish) }]
  } catch (thrown) {
    if (!(thrown instanceof StoreError)) throw thrown
    refuse(at, thrown)
    return []
  }
}

/** A tab as it stands while acts charge it one after the other, and what they have put on it. */
interface Standing {
  tab: Tab
  head: string
  readonly known: Map<string, TabCharge>
  readonly taken: Charging['taken'][number][]
  dueAtMs: number | null
}

async function holdTabs(connection: Connection, acts: readonly Asked[]) {
  const keys = [...new Map(acts.map(({ wish }) => [paymentKey(wish), wish])).values()]
  const sorted = keyColumns(keys.toSorted(byKey((key) => key)))
  await connection.rows(HOLD, sorted)
  return connection.rows(FIND, sorted)
}

/** In a statement of its own: what it waited for is seen by the next. */
const HOLD: Statement = {
  name: 'hold-tabs',
  text: `SELECT tabs.seq FROM unnest($1::text[], $2::text[]) AS given (merchant, id)
    JOIN tabs ON tabs.merchant = given.merchant AND tabs.id = given.id
    ORDER BY tabs.seq FOR UPDATE OF tabs`,
}

const FIND: Statement = {
  name: 'find-tabs',
  text: `${TAB_SELECT} JOIN unnest($1::text[], $2::text[]) AS given (merchant, id)
    ON tabs.merchant = given.merchant AND tabs.id = given.id`,
}

async function earlierOn(
  connection: Connection,
  rows: readonly StoredRow[],
  acts: readonly Asked[],
): Promise<ReadonlyMap<string, Standing>> {
  const standing = new Map(rows.map((row) => [keyTextIn(row), standingOf(row)]))
  const asked = acts.flatMap(({ wish }) => {
    const number = standing.get(paymentKey(wish))?.tab.number
    return number === undefined ? [] : wish.charges.map(({ id }) => ({ number, id }))
  })
  const found = await connection.rows(EARLIER, [
    asked.map(({ number }) => number),
    asked.map(({ id }) => id),
  ])
  const byNumber = new Map([...standing.values()].map((it) => [it.tab.number, it]))
  for (const row of found) {
    byNumber.get(Number(row['tab']))?.known.set(String(row['id']), chargeOf(row))
  }
  return standing
}

function standingOf(row: StoredRow): Standing {
  return { tab: tabOf(row), head: hexOf(row['head']), known: new Map(), taken: [], dueAtMs: null }
}

const EARLIER: Statement = {
  name: 'earlier-charges',
  text: `SELECT DISTINCT charges.tab, charges.id, charges.grains, charges.quantity, charges.item
    FROM unnest($1::bigint[], $2::text[]) AS given (tab, id)
    JOIN tab_charges AS charges ON charges.tab = given.tab AND charges.id = given.id`,
}

function charge(it: Standing, wish: ChargeWish): ChargeResult {
  const { tab, head, taken, refused, isDue } = judgeCharges(wish, it, it.known.values())
  for (const { row } of taken) {
    const columns = CHARGE_COLUMNS.map((column, at) => [column, row[at] ?? null])
    it.known.set(row[1], chargeOf(Object.fromEntries(columns)))
  }
  it.taken.push(...taken)
  Object.assign(it, { tab, head })
  if (isDue) it.dueAtMs = wish.atMs
  return { kind: 'charged', tab, refused }
}

async function write(connection: Connection, charged: readonly Standing[]): Promise<void> {
  const rows = charged.flatMap(({ tab, taken }) =>
    taken.map(({ row, hash }) => [tab.number, hash, ...row]),
  )
  const lists = ['tab', 'hash', ...CHARGE_COLUMNS].map((_, at) =>
    rows.map((row) => row[at] ?? null),
  )
  await Promise.all([
    connection.rows(INSERT, lists),
    connection.rows(UPDATE, [
      charged.map(({ tab }) => tab.number),
      charged.map(({ tab }) => Number(tab.chargedGrains)),
      charged.map(({ tab }) => tab.chargeCount),
      charged.map(({ head }) => head),
      charged.map(({ dueAtMs }) => dueAtMs),
    ]),
  ])
}

const INSERT: Statement = {
  name: 'charge-tabs',
  text: `INSERT INTO tab_charges (tab, hash, ${CHARGE_COLUMNS.join()})
    SELECT tab, decode(hash, 'hex'), ${CHARGE_COLUMNS.join()}
    FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[],
      $7::text[], $8::bigint[]) AS given (tab, hash, ${CHARGE_COLUMNS.join()})`,
}

const UPDATE: Statement = {
  name: 'update-charged-tabs',
  text: `UPDATE tabs SET charged_grains = given.charged, charge_count = given.count,
      head = decode(given.head, 'hex'), due_at_ms = least(due_at_ms, given.due)
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])
      AS given (seq, charged, count, head, due)
    WHERE tabs.seq = given.seq`,
}
