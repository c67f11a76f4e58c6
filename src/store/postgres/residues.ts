import { endedRefunds, OPEN_REFUNDS, type Residue } from '../tabs/residues.ts'
import type { Connection, Statement } from './connection.ts'

/** What a tab's card has left, held, with all the refunds counted whose outcome is known. */
export async function residueOf(connection: Connection, tab: number): Promise<Residue> {
  await connection.rows(ADD, [tab])
  const [row] = await connection.rows(HOLD, [tab])
  const [seq, before] = [Number(row?.['seq']), BigInt(Number(row?.['grains']))]
  const ended = endedRefunds(await connection.rows(OPEN, [seq]))
  for (const { refund, state } of ended) await connection.rows(END, [state, refund])
  const grains = ended.reduce((sum, it) => sum + it.changeGrains, before)
  if (grains !== before) await putResidue(connection, seq, grains)
  return { seq, grains }
}

export async function putResidue(connection: Connection, seq: number, grains: bigint) {
  await connection.rows(PUT, [Number(grains), seq])
}

const ADD: Statement = {
  name: 'add-residue',
  text: `INSERT INTO tab_residues (merchant, pan_hash, currency, grains)
    SELECT tabs.merchant, pan_hash, tabs.currency, 0
    FROM tabs JOIN payments ON payments.seq = tabs.payment WHERE tabs.seq = $1
    ON CONFLICT DO NOTHING`,
}

const HOLD: Statement = {
  name: 'hold-residue',
  text: `SELECT residues.seq, residues.grains
    FROM tabs JOIN payments ON payments.seq = tabs.payment
    JOIN tab_residues AS residues ON residues.merchant = tabs.merchant
      AND residues.pan_hash = payments.pan_hash AND residues.currency = tabs.currency
    WHERE tabs.seq = $1 FOR UPDATE OF residues`,
}

const OPEN: Statement = { name: 'open-tab-refunds', text: OPEN_REFUNDS }

const END: Statement = {
  name: 'end-tab-refund',
  text: 'UPDATE tab_refunds SET state = $1 WHERE seq = $2',
}

const PUT: Statement = {
  name: 'put-residue',
  text: 'UPDATE tab_residues SET grains = $1 WHERE seq = $2',
}
