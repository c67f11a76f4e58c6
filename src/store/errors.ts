/**
 * Why the store did not do what was asked. Closed; specs/store.md says of each what to do about it.
 *
 * At opening: `STORE_IN_USE` to `STORE_NOT_DURABLE`. Of one act: `STAN_REUSED` to `STORE_CLOSED`,
 * which changed nothing, but for `COMMIT_UNKNOWN`, of which nobody knows. The rest break the store:
 * it takes no further act.
 */
export type StoreErrorCode =
  | 'STORE_IN_USE'
  | 'STORE_UNWRITABLE'
  | 'STORE_UNREADABLE'
  | 'STORE_UNREACHABLE'
  | 'STORE_UNFIT'
  | 'STORE_FOREIGN'
  | 'STORE_TOO_NEW'
  | 'STORE_TOO_OLD'
  | 'STORE_NOT_DURABLE'
  | 'STAN_REUSED'
  | 'MOVE_NOT_ALLOWED'
  | 'PAYMENT_NOT_FOUND'
  | 'WORK_NOT_OPEN'
  | 'POSTING_NOT_ALLOWED'
  | 'ACT_INVALID'
  | 'QUEUE_FULL'
  | 'WAL_FULL'
  | 'DISK_FULL'
  | 'STORE_BUSY'
  | 'STANS_TAKEN'
  | 'COMMIT_UNKNOWN'
  | 'STORE_CLOSED'
  | 'STORE_CORRUPT'
  | 'STORE_DISK_FULL'
  | 'STORE_IO'
  | 'STORE_FENCED'
  | 'STORE_FAULT'
  | 'STORE_BROKEN'

/** The store refused or could not do it. `message` holds no value of any payment. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** A StoreError as it crosses threads. */
export interface PlainError {
  readonly code: StoreErrorCode
  readonly message: string
}

export function plainOf({ code, message }: StoreError): PlainError {
  return { code, message }
}

export function errorOf({ code, message }: PlainError): StoreError {
  return new StoreError(code, message)
}

/** What an error thrown by SQLite means to the store; a StoreError stays what it is. */
export function storeErrorOf(thrown: unknown): StoreError {
  if (thrown instanceof StoreError) return thrown
  const result = sqliteResultOf(thrown)
  if (result === undefined) return new StoreError('STORE_FAULT', `unexpected ${kindOf(thrown)}`)
  const meaning = MEANINGS[result] ?? MEANINGS[result & 0xff]
  const [code, message] = meaning ?? ['STORE_FAULT', 'SQLite failed']
  return new StoreError(code, `${message} (SQLite result ${result})`)
}

/** Whether SQLite refused one statement because of a CHECK, NOT NULL, type or key of the table. */
export function isConstraint(thrown: unknown): boolean {
  const result = sqliteResultOf(thrown)
  return result !== undefined && (result & 0xff) === SQLITE_CONSTRAINT
}

/** Whether SQLite refused one statement because of a UNIQUE key. */
export function isUniqueConstraint(thrown: unknown): boolean {
  return sqliteResultOf(thrown) === SQLITE_CONSTRAINT_UNIQUE
}

// https://www.sqlite.org/rescode.html; the low byte is the primary result. Of the results that say
// more, 4874 (SQLITE_IOERR_SHMSIZE) is the index of the log that finds no room.
const SQLITE_CONSTRAINT = 19
const SQLITE_CONSTRAINT_UNIQUE = 2067

const MEANINGS: Readonly<Record<number, readonly [StoreErrorCode, string]>> = {
  3: ['STORE_UNWRITABLE', 'the store file may not be opened'],
  5: ['STORE_BUSY', 'another process held the store for too long'],
  6: ['STORE_BUSY', 'another connection held the store for too long'],
  8: ['STORE_UNWRITABLE', 'the store file or its folder cannot be written'],
  10: ['STORE_IO', 'the disk failed while the store read or wrote'],
  11: ['STORE_CORRUPT', 'the store file is damaged'],
  13: ['STORE_DISK_FULL', 'the disk is full'],
  14: ['STORE_UNWRITABLE', 'the store file or its folder cannot be opened for writing'],
  19: ['ACT_INVALID', 'a value does not fit its column'],
  26: ['STORE_CORRUPT', 'the store file is not a database, or its first page is damaged'],
  4874: ['STORE_DISK_FULL', 'the disk is full'],
}

function sqliteResultOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined
  return typeof thrown.errcode === 'number' ? thrown.errcode : undefined
}

const kindOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : typeof thrown)
