import type { DatabaseSync } from 'node:sqlite'
import type { FeePlan, FeeTerms } from '#domain'
import { termsOn } from '#ledger'
import { isTaking, type PostingOrder } from './posting-order.ts'

/** The terms by which a taking is divided, and the merchant's record that has them. */
export interface TermsInForce {
  /** `seq` in `merchant_changes`. */
  readonly record: number
  readonly terms: FeeTerms
}

export interface FeePlans {
  termsFor(order: PostingOrder): TermsInForce | undefined
  /** See, at the beginning of a transaction, whether another process has changed a merchant. */
  refresh(): void
}

/** Plans are kept in memory until any merchant's record changes. */
export function createFeePlans(database: DatabaseSync): FeePlans {
  const version = database.prepare('SELECT max(seq) AS version FROM merchant_changes')
  const select = database.prepare(
    `SELECT seq, json_extract(record, '$.feePlan') AS plan FROM merchant_changes
     WHERE merchant = ? ORDER BY seq DESC LIMIT 1`,
  )
  const known = new Map<string, PlanInForce>()
  let knownVersion: unknown

  function planOf(merchant: string): PlanInForce {
    const earlier = known.get(merchant)
    if (earlier !== undefined) return earlier
    const row = select.get(merchant)
    const plan = planInForce(row?.seq, row?.plan)
    known.set(merchant, plan)
    return plan
  }

  return {
    termsFor: (order) => termsIn(planOf(order.merchant), order),
    refresh() {
      const found = version.get()?.version
      if (found !== knownVersion) known.clear()
      knownVersion = found
    },
  }
}

/** A merchant's plan, and the record that has it. */
export interface PlanInForce {
  readonly record: number
  readonly plan: FeePlan | undefined
}

/** @param plan as its record has it, JSON; only what was checked is ever put there */
export function planInForce(record: unknown, plan: unknown): PlanInForce {
  const isThere = typeof plan === 'string'
  return { record: Number(record), plan: isThere ? (JSON.parse(plan) as FeePlan) : undefined }
}

export function termsIn(
  { record, plan }: PlanInForce,
  order: PostingOrder,
): TermsInForce | undefined {
  if (plan === undefined || !isTaking(order)) return undefined
  const terms = termsOn(plan, order.currency.code, order.businessDate)
  return terms && { record, terms }
}
