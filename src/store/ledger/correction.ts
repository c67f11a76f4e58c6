import type { DatabaseSync } from 'node:sqlite'
import { type Entry, type PostingSet, postingsOf } from '#ledger'
import { StoreError } from '../errors.ts'
import type { StoredRow } from '../payment-row.ts'
import { entryOf, SELECT_ENTRIES } from './entry-row.ts'
import type { WritePosting } from './writing.ts'

/** A posting was wrong. */
export interface CorrectionOrder {
  /** Its number in `ledger_postings`. */
  readonly posting: number
  /** Who says so: a person's or an account's name. */
  readonly by: string
  readonly atMs: number
}

interface CorrectionParts {
  readonly openDate: (date: string) => string
  readonly write: WritePosting
}

/** The act that posts the mirror of a posting. */
export function createCorrection(database: DatabaseSync, { openDate, write }: CorrectionParts) {
  const select = database.prepare(`${SELECT_CORRECTABLE} WHERE post.seq = ?`)
  const entriesOf = database.prepare(`${SELECT_ENTRIES} WHERE posting = ? ORDER BY place`)
  return ({ posting, by, atMs }: CorrectionOrder): void => {
    const wrong = correctable(select.get(posting))
    const set = mirrorOf(entriesOf.all(posting).map(entryOf))
    const businessDate = openDate(String(wrong.business_date))
    write(set, { ...correctionFacts(wrong, posting), by, businessDate, atMs })
  }
}

/** It begins a statement that says which posting. */
export const SELECT_CORRECTABLE = `SELECT kind, merchant, payment, refund, business_date,
  EXISTS (SELECT 1 FROM ledger_postings AS other WHERE other.corrects = post.seq) AS is_corrected
  FROM ledger_postings AS post`

/** @throws StoreError `POSTING_NOT_ALLOWED` */
export function correctable(wrong: StoredRow | undefined): StoredRow {
  if (wrong === undefined) throw refused('there is no such posting')
  if (wrong.kind === 'corrected') throw refused('it is a correction itself')
  if (wrong.is_corrected) throw refused('it is corrected already')
  return wrong
}

function refused(reason: string): StoreError {
  return new StoreError('POSTING_NOT_ALLOWED', reason)
}

export function mirrorOf(wrong: readonly Entry[]): PostingSet {
  const [merchant = ''] = wrong.map(({ account }) => account.merchant)
  const set = postingsOf({ kind: 'corrected', merchant, wrong }, NO_TERMS)
  if (set === undefined) throw refused('it has no entries')
  return set
}

/** A mirror asks for none. */
const NO_TERMS = {
  fees: () => undefined,
  posted: () => ({ currency: '', taken: NOTHING, unwound: NOTHING }),
  funds: () => ({ pending: 0n, available: 0n, reserve: 0n, negative: 0n }),
}

const NOTHING = { merchant: 0n, gateway: 0n, schemes: 0n, platform: 0n, creator: 0n }

/** What is written of it beside its entries, who, and when. */
export function correctionFacts({ merchant, payment, refund }: StoredRow, posting: number) {
  return {
    kind: 'corrected',
    merchant: String(merchant),
    corrects: posting,
    ...(payment === null ? {} : { payment: Number(payment) }),
    ...(refund === null ? {} : { refund: Number(refund) }),
  }
}
