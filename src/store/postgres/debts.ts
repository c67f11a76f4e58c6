import type { Owing } from '../owed-messages.ts'
import type { Connection, Statement } from './connection.ts'

/** What came to be owed in one round of a transaction. */
export interface Debts {
  /** @param at the place of its act: debts are numbered in the order of acts */
  owe(at: number, owing: Owing): void
  /** Write them; the next round sees them. */
  write(): Promise<void>
  /** Of an act that is undone nothing is owed. */
  forget(): void
}

export function collectDebts(connection: Connection): Debts {
  let debts: { readonly at: number; readonly owing: Owing }[] = []

  return {
    owe: (at, owing) => debts.push({ at, owing }),
    async write() {
      if (debts.length === 0) return
      const sorted = debts.toSorted((a, b) => a.at - b.at).map(({ owing }) => owing)
      debts = []
      await connection.rows(INSERT, [
        sorted.map(({ payment }) => payment),
        sorted.map(({ kind }) => kind),
        sorted.map(({ host }) => host),
        sorted.map(({ cause }) => cause),
        sorted.map(({ atMs }) => atMs),
      ])
    },
    forget() {
      debts = []
    },
  }
}

const INSERT: Statement = {
  name: 'owe',
  text: `INSERT INTO owed_messages (payment, kind, host, cause, owed_at_ms, due_at_ms)
    SELECT *, at_ms FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
      AS given (payment, kind, host, cause, at_ms)`,
}
