import type { DatabaseSync } from 'node:sqlite'
import { GRAINS_PER_MINOR, type PaymentState } from '#domain'
import type { StoredRow } from '../payment-row.ts'

/** What closed tabs of a card have left at a merchant, in one currency. */
export interface Residue {
  /** Its number in `tab_residues`. */
  readonly seq: number
  /** Below nothing, what the holder is due. */
  readonly grains: bigint
}

export interface Residues {
  /** That of a tab's card, with all the refunds counted whose outcome is known. */
  of(tab: number): Residue
  put(residue: number, grains: bigint): void
}

/** A refund of a charge counts once its payment is approved, never if that comes to nothing. */
export function createResidues(database: DatabaseSync): Residues {
  const insert = database.prepare(
    `INSERT INTO tab_residues (merchant, pan_hash, currency, grains)
     SELECT tabs.merchant, pan_hash, tabs.currency, 0
     FROM tabs JOIN payments ON payments.seq = tabs.payment WHERE tabs.seq = ?
     ON CONFLICT DO NOTHING`,
  )
  const select = database.prepare(
    `SELECT residues.seq, residues.grains
     FROM tabs JOIN payments ON payments.seq = tabs.payment
     JOIN tab_residues AS residues ON residues.merchant = tabs.merchant
       AND residues.pan_hash = payments.pan_hash AND residues.currency = tabs.currency
     WHERE tabs.seq = ?`,
  )
  const open = database.prepare(OPEN_REFUNDS.replace('$1', '?'))
  const end = database.prepare('UPDATE tab_refunds SET state = ? WHERE seq = ?')
  const put = database.prepare('UPDATE tab_residues SET grains = ? WHERE seq = ?')

  function endRefunds({ seq, grains }: Residue): Residue {
    const ended = endedRefunds(open.all(seq))
    for (const { refund, state } of ended) end.run(state, refund)
    const change = ended.reduce((sum, it) => sum + it.changeGrains, 0n)
    if (change !== 0n) put.run(Number(grains + change), seq)
    return { seq, grains: grains + change }
  }

  return {
    of(tab) {
      insert.run(tab)
      const row = select.get(tab)
      return endRefunds({ seq: Number(row?.['seq']), grains: BigInt(Number(row?.['grains'])) })
    },
    put: (residue, grains) => put.run(Number(grains), residue),
  }
}

/**
 * Refunds of charges that are open, each with the state of its payment; of the residue that is the
 * first parameter.
 */
export const OPEN_REFUNDS = `SELECT refunds.seq, refunds.grains, refunds.refunded_minor,
    payments.state
  FROM tab_refunds AS refunds JOIN tabs ON tabs.seq = refunds.tab
  JOIN payments AS originals ON originals.seq = tabs.payment
  JOIN payments ON payments.merchant = refunds.merchant AND payments.id = refunds.id
    AND payments.original_id = originals.id
  WHERE refunds.residue = $1 AND refunds.state = 'open'`

/** A refund whose outcome is known. */
interface EndedRefund {
  /** Its number in `tab_refunds`. */
  readonly refund: number
  readonly state: 'stands' | 'void'
  /** What the residue changes by. */
  readonly changeGrains: bigint
}

/** @param rows of {@link OPEN_REFUNDS} */
export function endedRefunds(rows: readonly StoredRow[]): readonly EndedRefund[] {
  return rows.flatMap((row) => {
    const state = itemRefundState('open', String(row['state']))
    if (state === 'open') return []
    const [grains, minor] = [BigInt(Number(row['grains'])), BigInt(Number(row['refunded_minor']))]
    const changeGrains = state === 'stands' ? minor * GRAINS_PER_MINOR - grains : 0n
    return [{ refund: Number(row['seq']), state, changeGrains }]
  })
}

/** How the refund of a charge stands: `open` while its payment may still end either way. */
export type ItemRefundState = 'open' | 'stands' | 'void'

/**
 * @param state as it is kept
 * @param payment how the payment stands by which it goes back; null, when it has not begun
 */
export function itemRefundState(state: string, payment: string | null): ItemRefundState {
  if (state !== 'open' || payment === null) return state as ItemRefundState
  return ENDS[payment as PaymentState] ?? 'open'
}

const ENDS: Readonly<Partial<Record<PaymentState, 'stands' | 'void'>>> = {
  approved: 'stands',
  declined: 'void',
  failed: 'void',
  reversed: 'void',
  reversed_not_found: 'void',
}
