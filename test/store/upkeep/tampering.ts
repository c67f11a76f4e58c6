import { DatabaseSync } from 'node:sqlite'
import { openDatabase } from '../../../src/store/database.ts'
import { DEFAULT_NODE, type Journal, journalOver } from '../../../src/store/journal.ts'
import { createJournalChain, type Move } from '../../../src/store/journal-chain.ts'
import { createLedger } from '../../../src/store/ledger/ledger.ts'
import { STORE_LIMITS } from '../../../src/store/limits.ts'
import { createMoves } from '../../../src/store/moves.ts'
import { intentRow, outcomeRow } from '../../../src/store/payment-row.ts'
import { approved, intent } from '../sample.ts'

/** Make a store of payments 1 to `count`, each approved, and close it. */
export function makeStore(file: string, count: number): void {
  writeTo(file, (journal) => fill(journal, count))
}

/** Payments 1 to `count`, each begun and approved. */
export function fill({ payments }: Journal, count: number): void {
  for (let index = 1; index <= count; index++) {
    payments.begin(intentRow(intent(index)))
    payments.conclude('acme-books', `order-${index}`, outcomeRow(approved))
  }
}

/** One transaction of acts on a store that no gateway has open. */
export function writeTo(file: string, acts: (journal: Journal) => void): void {
  const journal = journalOver(openDatabase(file, STORE_LIMITS, true))
  journal.transact(() => acts(journal))
  journal.close()
}

/** A move as the store would chain it, and no act would make it. */
export function move(file: string, unheard: Move): void {
  const database = openDatabase(file, STORE_LIMITS, true)
  const ledger = createLedger(database)
  const chain = createJournalChain(database, DEFAULT_NODE)
  createMoves(database, { chain, ledger }).carryOut(unheard)
  ledger.end()
  database.close()
}

/** What somebody does who can write the file; the triggers are there again afterwards. */
export function tamper(file: string, sql: string): void {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false, defensive: false })
  const triggers = dropTriggers(database)
  database.exec(sql)
  for (const trigger of triggers) database.exec(trigger)
  database.close()
}

/** @returns what makes them again */
export function dropTriggers(database: DatabaseSync): string[] {
  const triggers = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all()
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`)
  return triggers.map(({ sql }) => String(sql))
}
