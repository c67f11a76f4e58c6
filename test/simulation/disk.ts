import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { PaymentOperation, PaymentState } from '#domain'
import { type MemoryStore, openMemoryStore } from '#store'
import { openMemoryDatabase } from '../../src/store/database.ts'
import { createFaultList } from '../../src/store/upkeep/faults.ts'
import { checkLedger } from '../../src/store/upkeep/ledger-check.ts'
import { MERCHANT } from './site.ts'

/** The real acts, to be called inside a transaction. */
export type Acts = Omit<MemoryStore, 'close'>

/** One step of a payment, as the journal has it. */
export interface JournalledMove {
  readonly seq: number
  readonly payment: number
  readonly from: PaymentState | null
  readonly to: PaymentState
  readonly reason: string | null
}

/** What of a payment was on disk from its first moment on. */
export interface JournalledIntent {
  readonly id: string
  readonly operation: PaymentOperation
  /** The id of the payment that it follows up. */
  readonly original: string | undefined
  readonly stan: number
  readonly amountMinor: bigint
  readonly businessDate: string
  readonly sealedImage: Uint8Array
}

/** What is taken of an authorization, from when that was decided on. */
export interface JournalledCapture {
  readonly minor: bigint
  readonly businessDate: string
  /** Once the host has acknowledged it. */
  readonly settlementDate: string | undefined
}

/** What survives every crash: the real tables in memory, and whatever is looked for in them. */
export interface Disk {
  readonly acts: Acts
  readonly database: DatabaseSync
  movesAfter(seq: number): readonly JournalledMove[]
  intentOf(payment: number): JournalledIntent
  /** What the host approved, where that was less than was asked; when it settles. */
  findingsOf(payment: number): {
    readonly approvedMinor: bigint | undefined
    readonly settlementDate: string | undefined
  }
  captureOf(payment: number): JournalledCapture | undefined
  /** Whether what is owed of a payment last, its reversal or its capture, has its number. */
  isNumbered(payment: number): boolean
  isAnythingOwed(): boolean
  /** Whether anything is begun, owed, or open for an operator. */
  isAnythingOpen(): boolean
  /** Whether a day was closed in which a payment still moved after the next had begun. */
  hasDayClosedLate(): boolean
  /** What the host owes by the ledger, minor units of whatever currency. */
  settlementMinor(): bigint
  /** What is wrong in the ledger. */
  ledgerFaults(): readonly string[]
  /** Every value of every row of every table. */
  cells(): readonly unknown[]
  /** Whether a day that is over is not closed yet. */
  isAnyDayClosing(): boolean
  /** As good as new. */
  wipe(): void
}

export function openDisk(): Disk {
  const database = openMemoryDatabase()
  letWipe(database)
  const listing = (sql: string) => {
    const select = database.prepare(sql)
    select.setReturnArrays(true)
    return select
  }
  const moves = listing(
    'SELECT seq, payment, from_state, to_state, reason FROM payment_events WHERE seq > ?',
  )
  const intent = listing(
    `SELECT id, operation, original_id, stan, amount_minor, business_date, sealed_image
     FROM payments WHERE seq = ?`,
  )
  const findings = listing('SELECT approved_minor, settlement_date FROM payments WHERE seq = ?')
  const capture = listing(
    `SELECT captured_minor, capture_business_date, capture_settlement_date FROM captures
     WHERE payment = ?`,
  )
  const number = listing('SELECT stan FROM owed_messages WHERE payment = ? ORDER BY seq DESC')
  const owed = listing("SELECT 1 FROM owed_messages WHERE state = 'due' LIMIT 1")
  const begun = listing("SELECT 1 FROM payments WHERE state = 'begun' LIMIT 1")
  const work = listing('SELECT 1 FROM work_items WHERE closed_at_ms IS NULL LIMIT 1')
  const closing = listing("SELECT 1 FROM business_days WHERE state = 'closing'")
  const dayClosedLate = listing(DAY_CLOSED_LATE)
  const settlement = listing(
    "SELECT coalesce(sum(balance_minor), 0) FROM ledger_accounts WHERE purpose = 'host-settlement'",
  )
  const tables = TABLES.map((table) => listing(`SELECT * FROM ${table}`))
  const acts = openMemoryStore(database)
  acts.transact(() => acts.putMerchant(MERCHANT, 'simulation', 0))
  const deletes = TABLES.map((table) => database.prepare(`DELETE FROM ${table}`))

  return {
    acts,
    database,
    movesAfter: (seq) => listOf(moves, seq).map(moveOf),
    intentOf(payment) {
      const [id, operation, original, ...others] = listOf(intent, payment)[0] ?? []
      const [stan, minor, businessDate, sealedImage] = others
      return {
        id: String(id),
        operation: operation as PaymentOperation,
        original: typeof original === 'string' ? original : undefined,
        stan: Number(stan),
        amountMinor: BigInt(Number(minor)),
        businessDate: String(businessDate),
        sealedImage: sealedImage as Uint8Array,
      }
    },
    findingsOf(payment) {
      const [minor, date] = listOf(findings, payment)[0] ?? []
      return {
        approvedMinor: typeof minor === 'number' ? BigInt(minor) : undefined,
        settlementDate: typeof date === 'string' ? date : undefined,
      }
    },
    captureOf(payment) {
      const [minor, businessDate, settled] = listOf(capture, payment)[0] ?? []
      if (minor === undefined) return undefined
      const settlementDate = typeof settled === 'string' ? settled : undefined
      return { minor: BigInt(Number(minor)), businessDate: String(businessDate), settlementDate }
    },
    isNumbered: (payment) => typeof listOf(number, payment)[0]?.[0] === 'number',
    isAnythingOwed: () => owed.get() !== undefined,
    isAnythingOpen: () => [owed, begun, work].some((select) => select.get() !== undefined),
    hasDayClosedLate: () => dayClosedLate.get() !== undefined,
    settlementMinor: () => BigInt(Number(listOf(settlement)[0]?.[0])),
    ledgerFaults() {
      const faults = createFaultList()
      const check = checkLedger(database, faults, (read) => read())
      while (!check.next().done);
      return faults.first.map(({ place, reason }) => `${place} ${reason}`)
    },
    cells: () => tables.flatMap((table) => listOf(table).flat()),
    isAnyDayClosing: () => closing.get() !== undefined,
    wipe() {
      acts.transact(() => {
        for (const clear of deletes) clear.run()
      })
    },
  }
}

/** Nothing may be deleted from a journal, but one story follows another on the same disk. */
function letWipe(database: DatabaseSync): void {
  const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`)
}

/** The rows of a statement that was made to give them as lists. */
function listOf(select: StatementSync, ...values: number[]): readonly (readonly unknown[])[] {
  return select.all(...values) as unknown as unknown[][]
}

function moveOf([seq, payment, from, to, reason]: readonly unknown[]): JournalledMove {
  return {
    seq: Number(seq),
    payment: Number(payment),
    from: from as PaymentState | null,
    to: to as PaymentState,
    reason: reason as string | null,
  }
}

/** Whatever refers to a row comes before it. */
const TABLES = [
  'ledger_entries',
  'ledger_days',
  'ledger_closings',
  'ledger_postings',
  'ledger_accounts',
  'work_items',
  'expectations',
  'owed_messages',
  'payment_events',
  'captures',
  'payments',
  'strays',
  'tombstones',
  'business_days',
  'stan_leases',
]

const DAY_CLOSED_LATE = `SELECT 1 FROM business_days AS day
  JOIN payments ON payments.business_date = day.date
  JOIN payment_events AS event ON event.payment = payments.seq
  WHERE day.state = 'closed' AND event.at_ms >
    (SELECT min(opened_at_ms) FROM business_days AS next WHERE next.date > day.date)`
