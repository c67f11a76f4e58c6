import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * What SQLite may keep beside a database. The log belongs to its file: beside another one it would
 * be written into that.
 */
const COMPANIONS = ['', '-wal', '-shm', '-journal']

/** Remove a database and all that is beside it, if it is there. */
export function removeStoreFile(file: string): void {
  for (const suffix of COMPANIONS) rmSync(`${file}${suffix}`, { force: true })
}

/** Give a database, with all that is beside it, another name in its folder. */
export function renameStoreFile(file: string, to: string): void {
  for (const suffix of COMPANIONS) {
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${to}${suffix}`)
  }
  sync(dirname(to))
}

/** Wait until what was written to a file, or what was named in a folder, is on the disk. */
export function sync(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
