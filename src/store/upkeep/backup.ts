import { closeSync, openSync, rmSync, statSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { openDatabaseToRead } from '../database.ts'
import { removeStoreFile, renameStoreFile, sync } from './store-file.ts'
import { type Verification, verifyStore } from './verification.ts'

export type BackupResult =
  | { readonly kind: 'made'; readonly bytes: number; readonly found: Verification }
  /** There is such a file, and it stays as it is. */
  | { readonly kind: 'exists' }
  /** The copy has faults, and is gone again. */
  | { readonly kind: 'unsound'; readonly found: Verification }
  /** The gateway wrote so much meanwhile that payments would soon have been put off. */
  | { readonly kind: 'overtaken' }

/**
 * Copy a store as it is at one moment, beside the gateway that may be running on it.
 *
 * The copy is one file, for its owner alone; it is verified and synced before it has its name.
 * While it is made the store's log cannot be cut, so it gives up when that is half as long as it
 * may be.
 *
 * @param walBytesMax the gateway's own limit
 * @throws StoreError as `openPaymentReader` does, or the system's error when `target` cannot be
 *   written
 */
export async function backUpStore(
  file: string,
  target: string,
  { walBytesMax }: { readonly walBytesMax: number },
): Promise<BackupResult> {
  const source = openDatabaseToRead(file)
  try {
    if (!claim(target)) return { kind: 'exists' }
    const logIsLong = () => bytesIn(`${file}-wal`) > walBytesMax / 2
    return await makeInClaimed(target, (partial) => copy(source, partial, logIsLong))
  } finally {
    source.close()
  }
}

/** An empty file holds the name, so that nobody else's is written over. */
function claim(target: string): boolean {
  try {
    closeSync(openSync(target, 'wx', 0o600))
    return true
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false
    throw thrown
  }
}

async function makeInClaimed(
  target: string,
  copyTo: (partial: string) => Promise<boolean>,
): Promise<BackupResult> {
  const partial = `${target}.partial`
  let isKept = false
  try {
    // What an earlier attempt has left would be read as part of this one.
    removeStoreFile(partial)
    closeSync(openSync(partial, 'wx', 0o600))
    if (!(await copyTo(partial))) return { kind: 'overtaken' }
    makeOneFile(partial)
    const found = verifyStore(partial)
    if (found.faultCount > 0) return { kind: 'unsound', found }
    renameStoreFile(partial, target)
    isKept = true
    return { kind: 'made', bytes: bytesIn(target), found }
  } finally {
    removeStoreFile(partial)
    if (!isKept) rmSync(target, { force: true })
  }
}

/**
 * The open transaction holds one state of the store for all steps; without it each commit of the
 * gateway would make SQLite begin again.
 *
 * @returns whether it was not stopped on the way
 */
async function copy(
  source: DatabaseSync,
  partial: string,
  mustStop: () => boolean,
): Promise<boolean> {
  let isStopped = false
  const progress = () => {
    isStopped = mustStop()
    if (isStopped) throw new Error('the log is too long')
  }
  source.exec('BEGIN')
  source.prepare('SELECT count FROM openings').get()
  try {
    await backup(source, partial, { rate: STEP_PAGES, progress })
    return true
  } catch (thrown) {
    if (isStopped) return false
    throw thrown
  } finally {
    source.exec('COMMIT')
  }
}

/** 8 MiB: some ten milliseconds. */
const STEP_PAGES = 2_048

/** Without the mark of a log, so that reading it makes no other files. */
function makeOneFile(partial: string): void {
  const database = new DatabaseSync(partial)
  database.exec('PRAGMA journal_mode = DELETE')
  database.close()
  sync(partial)
}

function bytesIn(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
