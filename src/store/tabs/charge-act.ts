import type { DatabaseSync } from 'node:sqlite'
import type { ChargeResult, ChargeWish, Charging } from './charging.ts'
import { judgeCharges } from './charging.ts'
import { CHARGE_COLUMNS, chargeOf, hexOf, TAB_SELECT, tabOf } from './tab-row.ts'

/** The act that charges a tab: a few statements and one row a charge, and nothing else. */
export function createCharge(database: DatabaseSync) {
  const select = database.prepare(`${TAB_SELECT} WHERE tabs.merchant = ? AND tabs.id = ?`)
  const earlier = database.prepare(
    `SELECT id, grains, quantity, item FROM tab_charges
     WHERE tab = ? AND id IN (SELECT value FROM json_each(?))`,
  )
  const earlierOne = database.prepare(
    'SELECT id, grains, quantity, item FROM tab_charges WHERE tab = ? AND id = ?',
  )
  const insert = database.prepare(
    `INSERT INTO tab_charges (tab, hash, ${CHARGE_COLUMNS.join()}) VALUES (?,unhex(?),?,?,?,?,?,?)`,
  )
  const update = database.prepare(
    'UPDATE tabs SET charged_grains = ?, charge_count = ?, head = unhex(?) WHERE seq = ?',
  )
  const setDue = database.prepare('UPDATE tabs SET due_at_ms = ? WHERE seq = ? AND due_at_ms > ?')

  function chargesAmong(tab: number, ids: readonly string[]) {
    const [id, ...more] = ids
    if (id === undefined) return []
    const rows = more.length === 0 ? earlierOne.all(tab, id) : earlier.all(tab, JSON.stringify(ids))
    return rows.map(chargeOf)
  }

  function write({ tab, head, taken, isDue }: Charging, atMs: number): void {
    for (const { row, hash } of taken) insert.run(tab.number, hash, ...row)
    update.run(Number(tab.chargedGrains), tab.chargeCount, head, tab.number)
    if (isDue) setDue.run(atMs, tab.number, atMs)
  }

  return (wish: ChargeWish): ChargeResult => {
    const row = select.get(wish.merchant, wish.id)
    if (row === undefined) return UNSEEN
    const before = { tab: tabOf(row), head: hexOf(row['head']) }
    const ids = wish.charges.map(({ id }) => id)
    const charging = judgeCharges(wish, before, chargesAmong(before.tab.number, ids))
    if (charging.taken.length > 0) write(charging, wish.atMs)
    return { kind: 'charged', tab: charging.tab, refused: charging.refused }
  }
}

const UNSEEN: ChargeResult = Object.freeze({ kind: 'unseen' })
