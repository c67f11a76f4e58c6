import type { ActOf } from './act.ts'
import type { Statement } from './connection.ts'
import type { Transaction } from './transaction.ts'

export async function journalStray(
  { at, stray }: ActOf<'journalStray'>,
  { connection, answer }: Transaction,
): Promise<void> {
  await connection.rows(INSERT, stray)
  answer(at, 0)
}

const INSERT: Statement = {
  name: 'journal-stray',
  text: `INSERT INTO strays
      (kind, host, mti, stan, transmitted_at, response_code, at_ms, sealed_image)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
}
