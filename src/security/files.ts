import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KeyringError, type KeyringErrorCode } from './errors.ts'

/** Make a folder that only its owner may enter. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
}

/**
 * Write a new file that only its owner may read, and sync it: a key that seals data must outlive a
 * power cut that the data outlives.
 *
 * @throws KeyringError `KEYRING_EXISTS` when there is such a file: keys are never overwritten
 */
export function writePrivateFile(path: string, content: string | Uint8Array): void {
  writeNewFile(path, content, 0o600)
}

/** The same for what anyone may read. */
export function writePublicFile(path: string, content: string): void {
  writeNewFile(path, content, 0o644)
}

/**
 * Put a file that only its owner may read in another's place: whoever reads it, also after a power
 * cut, finds the one or the other whole. For what one program alone writes.
 */
export async function replacePrivateFile(path: string, content: string): Promise<void> {
  const next = await open(`${path}.new`, 'w', 0o600)
  try {
    await next.writeFile(content)
    await next.sync()
  } finally {
    await next.close()
  }
  await rename(`${path}.new`, path)
  const folder = await open(dirname(path))
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * Read a file that holds a secret.
 *
 * @param missing the code to throw when there is no such file
 * @throws KeyringError `missing`; `KEY_FILE_EXPOSED` when anyone but its owner may read or write it
 */
export function readPrivateFile(path: string, missing: KeyringErrorCode): Buffer {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new KeyringError(missing, `there is no ${path}`)
  if ((found.mode & 0o077) !== 0) {
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
    throw new KeyringError('KEY_FILE_EXPOSED', `${path} has mode ${mode}; it must be 0600 or less`)
  }
  return readFileSync(path)
}

function writeNewFile(path: string, content: string | Uint8Array, mode: number): void {
  const file = openNew(path, mode)
  try {
    writeSync(file, typeof content === 'string' ? Buffer.from(content) : content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function openNew(path: string, mode: number): number {
  try {
    return openSync(path, 'wx', mode)
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown
    throw new KeyringError('KEYRING_EXISTS', `there is a ${path} already`)
  }
}
