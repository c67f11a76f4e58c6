import type { DatabaseSync } from 'node:sqlite'
import { type Account, accountName, type Entry } from '#ledger'
import { createTally, type DayTotals, type PostedAt } from './tally.ts'

/**
 * Balances and totals of days, added up in memory until the transaction ends: then each account
 * that was posted to is written once, however often it was.
 */
export interface Balances {
  /** Debits less credits of an account, with what this transaction has posted. */
  minorOf(account: Account): bigint
  /** @returns the account's `seq` */
  add(entry: Entry, at: PostedAt): number
  /** @throws StoreError `STORE_FAULT` when what is to be written is not zero in each currency */
  write(): void
  /** Of a transaction that is over nothing is kept. */
  forget(): void
}

export function createBalances(database: DatabaseSync): Balances {
  const find = database.prepare(
    `SELECT seq, balance_minor FROM ledger_accounts
     WHERE merchant = ? AND currency = ? AND purpose = ?`,
  )
  find.setReadBigInts(true)
  const make = database.prepare(
    'INSERT INTO ledger_accounts (merchant, currency, purpose) VALUES (?,?,?)',
  )
  const addToAccount = database.prepare(
    'UPDATE ledger_accounts SET balance_minor = balance_minor + ? WHERE seq = ?',
  )
  const addToDay = createDayTotals(database)
  const tally = createTally()
  const known = new Map<string, Known>()

  function load(account: Account): Known {
    const { merchant, currency, purpose } = account
    const row = find.get(merchant, currency, purpose)
    const loaded =
      row === undefined
        ? { seq: Number(make.run(merchant, currency, purpose).lastInsertRowid), minor: 0n }
        : { seq: Number(row.seq), minor: BigInt(String(row.balance_minor)) }
    known.set(accountName(account), loaded)
    return loaded
  }

  function knownOf(account: Account): Known {
    return known.get(accountName(account)) ?? load(account)
  }

  function forget(): void {
    tally.clear()
    known.clear()
  }

  return {
    minorOf: (account) => knownOf(account).minor + tally.changeOf(account),
    add(entry, at) {
      tally.add(entry, at)
      return knownOf(entry.account).seq
    },
    write() {
      for (const { account, change, days } of tally.changes()) {
        const { seq } = knownOf(account)
        if (change !== 0n) addToAccount.run(change, seq)
        for (const [date, totals] of days) addToDay(date, seq, totals)
      }
      forget()
    },
    forget,
  }
}

/** An account as this transaction found it. */
interface Known {
  readonly seq: number
  readonly minor: bigint
}

function createDayTotals(database: DatabaseSync) {
  const upsert = database.prepare(
    `INSERT INTO ledger_days (business_date, account, debit_minor, credit_minor, first_posting,
       last_posting, first_at_ms, last_at_ms) VALUES (?,?,?,?,?,?,?,?)
     ON CONFLICT DO UPDATE SET debit_minor = debit_minor + excluded.debit_minor,
       credit_minor = credit_minor + excluded.credit_minor, last_posting = excluded.last_posting,
       first_at_ms = min(first_at_ms, excluded.first_at_ms),
       last_at_ms = max(last_at_ms, excluded.last_at_ms)`,
  )
  return (date: string, account: number, totals: DayTotals): void => {
    const { debit, credit, firstPosting, lastPosting, firstAtMs, lastAtMs } = totals
    upsert.run(date, account, debit, credit, firstPosting, lastPosting, firstAtMs, lastAtMs)
  }
}
