import { type Account, accountName, type Entry } from '#ledger'
import { StoreError } from '../errors.ts'

/** When a set of entries is posted. */
export interface PostedAt {
  /** `seq` in `ledger_postings`. */
  readonly posting: number
  readonly businessDate: string
  readonly atMs: number
}

/** What one transaction posts, added up by account and by day. */
export interface Tally {
  add(entry: Entry, at: PostedAt): void
  /** Debits less credits of an account so far. */
  changeOf(account: Account): bigint
  /** All that were posted to. @throws StoreError `STORE_FAULT` when they are not zero together */
  changes(): readonly AccountChange[]
  clear(): void
}

export interface AccountChange {
  readonly account: Account
  /** Debits less credits, minor units. */
  readonly change: bigint
  /** By business date. */
  readonly days: ReadonlyMap<string, DayTotals>
}

export interface DayTotals {
  readonly debit: bigint
  readonly credit: bigint
  readonly firstPosting: number
  readonly lastPosting: number
  readonly firstAtMs: number
  readonly lastAtMs: number
}

export function createTally(): Tally {
  const counted = new Map<string, Counted>()
  return {
    add({ account, minor }, at) {
      const name = accountName(account)
      const known = counted.get(name)
      const it = known ?? { account, change: 0n, days: new Map() }
      it.change += minor
      it.days.set(at.businessDate, totalsWith(it.days.get(at.businessDate), minor, at))
      if (known === undefined) counted.set(name, it)
    },
    changeOf: (account) => counted.get(accountName(account))?.change ?? 0n,
    changes() {
      const changes = [...counted.values()]
      checkZero(changes)
      return changes
    },
    clear: () => counted.clear(),
  }
}

interface Counted {
  readonly account: Account
  change: bigint
  readonly days: Map<string, DayTotals>
}

function totalsWith(
  day: DayTotals | undefined,
  minor: bigint,
  { posting, atMs }: PostedAt,
): DayTotals {
  return {
    debit: (day?.debit ?? 0n) + (minor > 0n ? minor : 0n),
    credit: (day?.credit ?? 0n) - (minor < 0n ? minor : 0n),
    firstPosting: day?.firstPosting ?? posting,
    lastPosting: posting,
    firstAtMs: Math.min(day?.firstAtMs ?? atMs, atMs),
    lastAtMs: Math.max(day?.lastAtMs ?? atMs, atMs),
  }
}

/** Every set was; what is about to be written must be, too. */
function checkZero(changes: readonly AccountChange[]): void {
  const sums = new Map<string, bigint>()
  for (const { account, change } of changes) {
    sums.set(account.currency, (sums.get(account.currency) ?? 0n) + change)
  }
  if ([...sums.values()].every((sum) => sum === 0n)) return
  throw new StoreError('STORE_FAULT', 'what was to be posted is not zero')
}
