import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { type CardState, cardStateOf } from './cards.ts'

/** What an exchange has done to its card, and whether that still stands. */
export type Effect =
  | 'held'
  | 'posted'
  | 'captured'
  | 'refunded'
  | 'none'
  | 'lapsed'
  | 'reversed'
  | 'reversed-unseen'

/** A payment in the book. Amounts in minor units. */
export interface Exchange {
  /** What names it, by the host's conduct: for meridian DE7, DE11 and DE32 (interface.md 3.3). */
  readonly key: string
  readonly mti: string
  readonly pan: string
  readonly amountMinor: bigint
  readonly approvedMinor: bigint
  readonly currency: string
  readonly rrn: string
  readonly terminal: string
  readonly responseCode: string
  readonly approvalCode: string
  /** The key of what an increment or a refund follows up; empty of anything else. */
  readonly original: string
  readonly effect: Effect
  /** What was taken of a hold and its increments; 0 of anything that is not captured. */
  readonly capturedMinor: bigint
  /** When a hold lapses, wall time in milliseconds; 0 for anything else. */
  readonly lapsesAtMs: number
  /** How often the request came. */
  readonly arrivals: number
}

/** A working key for MACs, in clear: no key of a sandbox is a secret. */
export interface BookedKey {
  readonly key: Uint8Array
  /** The number it goes by; empty where keys have none. */
  readonly index: string
  /** Until when it still verifies, wall time in milliseconds; undefined for the one that makes. */
  readonly untilMs: number | undefined
}

/** A card with its account, as the book knows them now. Amounts in minor units. */
export interface BookedCard {
  readonly pan: string
  /** As messages have it; empty for an account that is kept in any. */
  readonly currency: string
  /** YYMM. */
  readonly expiry: string
  readonly state: CardState
  readonly partialApprovals: boolean
  readonly cvv2: string | undefined
  readonly street: string | undefined
  readonly postalCode: string | undefined
  readonly pinHash: Uint8Array | undefined
  /** Wrong PINs in a row. */
  readonly pinTries: number
  readonly openingMinor: bigint
  /** What may still be spent: the ledger balance less the open holds. */
  readonly availableMinor: bigint
  readonly ledgerMinor: bigint
}

/**
 * Open the SQLite file of a book, `:memory:` for one that is not kept.
 *
 * A commit is in the operating system's hands when it returns: it survives the end of this process
 * however it comes, not the loss of power.
 */
export function openBookFile(file: string): BookFile {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 5000')
  database.exec(SCHEMA)
  takeUpOriginals(database)
  return prepare(database)
}

/** A book of before there were increments and refunds has no room for what they follow up. */
function takeUpOriginals(database: DatabaseSync): void {
  const columns = database.prepare('PRAGMA table_info(exchange)').all()
  if (columns.every(({ name }) => name !== 'original')) {
    database.exec("ALTER TABLE exchange ADD COLUMN original TEXT NOT NULL DEFAULT ''")
  }
  database.exec("CREATE INDEX IF NOT EXISTS follow_up ON exchange (original) WHERE original <> ''")
}

/** The book's statements. Rows come with money as bigint. */
export interface BookFile {
  readonly database: DatabaseSync
  readonly addCard: StatementSync
  readonly cards: StatementSync
  readonly keepCard: StatementSync
  readonly addExchange: StatementSync
  readonly exchange: StatementSync
  readonly exchanges: StatementSync
  readonly followUps: StatementSync
  readonly countArrival: StatementSync
  readonly setEffect: StatementSync
  readonly addCapture: StatementSync
  readonly lapsing: StatementSync
  readonly nextLapse: StatementSync
  readonly day: StatementSync
  readonly setDay: StatementSync
  readonly workingKeys: StatementSync
  readonly addWorkingKey: StatementSync
  readonly dropWorkingKeys: StatementSync
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS card (
    pan TEXT PRIMARY KEY,
    currency TEXT NOT NULL,
    expiry TEXT NOT NULL,
    state TEXT NOT NULL,
    partial_approvals INTEGER NOT NULL,
    cvv2 TEXT,
    street TEXT,
    postal_code TEXT,
    pin_hash BLOB,
    pin_tries INTEGER NOT NULL DEFAULT 0,
    opening_minor INTEGER NOT NULL,
    available_minor INTEGER NOT NULL,
    ledger_minor INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS exchange (
    key TEXT PRIMARY KEY,
    mti TEXT NOT NULL,
    pan TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    approved_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    rrn TEXT NOT NULL,
    terminal TEXT NOT NULL,
    response_code TEXT NOT NULL,
    approval_code TEXT NOT NULL,
    effect TEXT NOT NULL,
    lapses_at_ms INTEGER NOT NULL,
    arrivals INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS capture (
    key TEXT PRIMARY KEY REFERENCES exchange (key),
    captured_minor INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS open_hold ON exchange (lapses_at_ms) WHERE effect = 'held';
  CREATE TABLE IF NOT EXISTS day (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    business_date TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS working_key (
    place INTEGER PRIMARY KEY,
    key BLOB NOT NULL,
    number TEXT NOT NULL,
    until_ms INTEGER
  ) STRICT;
`

const EXCHANGE = `
  SELECT key, mti, pan, amount_minor AS amountMinor, approved_minor AS approvedMinor,
    currency, rrn, terminal, response_code AS responseCode, approval_code AS approvalCode,
    original, effect, coalesce(captured_minor, 0) AS capturedMinor, lapses_at_ms AS lapsesAtMs,
    arrivals
  FROM exchange LEFT JOIN capture USING (key)`

function prepare(database: DatabaseSync): BookFile {
  const statement = (sql: string): StatementSync => {
    const prepared = database.prepare(sql)
    prepared.setReadBigInts(true)
    return prepared
  }
  return {
    database,
    addCard: statement(
      `INSERT INTO card (pan, currency, expiry, state, partial_approvals, cvv2, street, postal_code,
         pin_hash, opening_minor, available_minor, ledger_minor)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?10, ?10, ?10) ON CONFLICT DO NOTHING`,
    ),
    cards: statement('SELECT * FROM card'),
    keepCard: statement(
      'UPDATE card SET available_minor = ?, ledger_minor = ?, pin_tries = ? WHERE pan = ?',
    ),
    addExchange: statement(
      `INSERT INTO exchange VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)
       ON CONFLICT DO NOTHING`,
    ),
    exchange: statement(`${EXCHANGE} WHERE key = ?`),
    exchanges: statement(`${EXCHANGE} ORDER BY key`),
    followUps: statement(
      `${EXCHANGE} WHERE original = ? AND original <> '' AND effect IN ('held', 'refunded')`,
    ),
    countArrival: statement('UPDATE exchange SET arrivals = arrivals + 1 WHERE key = ?'),
    setEffect: statement('UPDATE exchange SET effect = ? WHERE key = ?'),
    addCapture: statement('INSERT INTO capture VALUES (?, ?)'),
    lapsing: statement(`${EXCHANGE} WHERE effect = 'held' AND lapses_at_ms <= ?`),
    nextLapse: statement("SELECT min(lapses_at_ms) AS at FROM exchange WHERE effect = 'held'"),
    day: statement('SELECT business_date AS businessDate FROM day'),
    setDay: statement(
      `INSERT INTO day VALUES (1, ?)
       ON CONFLICT DO UPDATE SET business_date = excluded.business_date`,
    ),
    workingKeys: statement('SELECT * FROM working_key ORDER BY place'),
    addWorkingKey: statement('INSERT INTO working_key VALUES (NULL, ?, ?, ?)'),
    dropWorkingKeys: statement('DELETE FROM working_key'),
  }
}

type Row = Readonly<Record<string, SQLOutputValue>>

export function exchangeOf(row: Row): Exchange {
  return {
    key: text(row, 'key'),
    mti: text(row, 'mti'),
    pan: text(row, 'pan'),
    amountMinor: whole(row, 'amountMinor'),
    approvedMinor: whole(row, 'approvedMinor'),
    currency: text(row, 'currency'),
    rrn: text(row, 'rrn'),
    terminal: text(row, 'terminal'),
    responseCode: text(row, 'responseCode'),
    approvalCode: text(row, 'approvalCode'),
    original: text(row, 'original'),
    effect: effectOf(text(row, 'effect')),
    capturedMinor: whole(row, 'capturedMinor'),
    lapsesAtMs: Number(whole(row, 'lapsesAtMs')),
    arrivals: Number(whole(row, 'arrivals')),
  }
}

export function cardOf(row: Row): BookedCard {
  const pinHash = row['pin_hash']
  return {
    pan: text(row, 'pan'),
    currency: text(row, 'currency'),
    expiry: text(row, 'expiry'),
    state: cardStateOf(text(row, 'state')),
    partialApprovals: whole(row, 'partial_approvals') === 1n,
    cvv2: optional(row, 'cvv2'),
    street: optional(row, 'street'),
    postalCode: optional(row, 'postal_code'),
    pinHash: pinHash instanceof Uint8Array ? pinHash : undefined,
    pinTries: Number(whole(row, 'pin_tries')),
    openingMinor: whole(row, 'opening_minor'),
    availableMinor: whole(row, 'available_minor'),
    ledgerMinor: whole(row, 'ledger_minor'),
  }
}

export function workingKeyOf(row: Row): BookedKey {
  const { key, until_ms: untilMs } = row
  return {
    key: key instanceof Uint8Array ? key : new Uint8Array(0),
    index: text(row, 'number'),
    untilMs: untilMs === null ? undefined : Number(untilMs),
  }
}

const EFFECTS: readonly Effect[] = [
  'held',
  'posted',
  'captured',
  'refunded',
  'none',
  'lapsed',
  'reversed',
  'reversed-unseen',
]

function effectOf(word: string): Effect {
  const effect = EFFECTS.find((it) => it === word)
  if (effect === undefined) throw new TypeError('the book holds an effect that nobody writes')
  return effect
}

function text(row: Row, column: string): string {
  return String(row[column])
}

function optional(row: Row, column: string): string | undefined {
  const value = row[column]
  return typeof value === 'string' ? value : undefined
}

function whole(row: Row, column: string): bigint {
  const value = row[column]
  if (typeof value !== 'bigint') throw new TypeError(`${column} in the book is no whole number`)
  return value
}
