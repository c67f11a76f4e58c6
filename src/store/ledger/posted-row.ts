import { ACCOUNT_OF, type Funds, PARTIES, type Parts, type Posted, type Purpose } from '#ledger'
import type { StoredRow } from '../payment-row.ts'
import type { PostingOrder } from './posting-order.ts'

/**
 * A payment's entries summed by purpose, and by whether they took money or gave it back; a
 * correction is of the side of what it corrects. It begins a statement that says `WHERE`.
 */
export const SELECT_POSTED = `SELECT post.payment, post.refund, purpose,
  coalesce(wrong.kind, post.kind) IN ('sold', 'captured') AS takes,
  CAST(sum(minor) AS text) AS minor
  FROM ledger_postings AS post
  LEFT JOIN ledger_postings AS wrong ON wrong.seq = post.corrects
  JOIN ledger_entries AS entry ON entry.posting = post.seq
  JOIN ledger_accounts AS account ON account.seq = entry.account`

export const GROUP_POSTED = 'GROUP BY post.payment, post.refund, purpose, takes'

/**
 * What was posted of what an order is about.
 *
 * @param rows of {@link SELECT_POSTED}, of its payment at least
 */
export function postedOf(rows: readonly StoredRow[], order: PostingOrder): Posted {
  const { kind, payment, refund, currency } = order
  const own = rows.filter(
    (row) => row.payment === payment && (kind !== 'refund-reversed' || row.refund === refund),
  )
  return { currency: currency.code, taken: partsOf(own, true), unwound: partsOf(own, false) }
}

/** The merchant's part is what the host's leaves of the others'; where it went is no matter. */
function partsOf(rows: readonly StoredRow[], takes: boolean): Parts {
  const sign = takes ? 1n : -1n
  const minorOf = (purpose: Purpose): bigint =>
    rows
      .filter((row) => row.purpose === purpose && Boolean(row.takes) === takes)
      .reduce((sum, { minor }) => sum + sign * BigInt(String(minor)), 0n)
  const parts = { merchant: 0n, gateway: 0n, schemes: 0n, platform: 0n, creator: 0n }
  let left = minorOf('host-settlement')
  for (const party of PARTIES) {
    if (party === 'merchant') continue
    parts[party] = -minorOf(ACCOUNT_OF[party])
    left -= parts[party]
  }
  return { ...parts, merchant: left }
}

/** The accounts that {@link fundsOf} reads. */
export const FUNDS_PURPOSES = ['pending', 'available', 'reserve', 'negative'] as const

/** @param minorOf debits less credits of an account of the merchant */
export function fundsOf(minorOf: (purpose: keyof Funds) => bigint): Funds {
  return {
    pending: -minorOf('pending'),
    available: -minorOf('available'),
    reserve: -minorOf('reserve'),
    negative: minorOf('negative'),
  }
}
