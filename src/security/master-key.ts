import type { Random } from '#platform'
import { KeyringError } from './errors.ts'
import { readPrivateFile, writePrivateFile } from './files.ts'
import { createWrapping, MASTER_KEY_BYTES, type Wrapping } from './wrapping.ts'

/** Where the master key is, and what is drawn from. */
export interface MasterKeyOptions {
  readonly random: Random
  /** Another file than the folder's `master.key`, such as one on a volume of its own. */
  readonly masterKeyFile?: string
}

/**
 * What wraps the keys of a folder.
 *
 * @throws KeyringError `MASTER_KEY_MISSING`, `MASTER_KEY_MALFORMED`, `KEY_FILE_EXPOSED`
 */
export function openWrapping(folder: string, options: MasterKeyOptions): Wrapping {
  const masterKey = readPrivateFile(fileOf(folder, options), 'MASTER_KEY_MISSING')
  return createWrapping(masterKey, options.random)
}

/** The same for a new folder: a master key file that is there is used, else one is made. */
export function prepareWrapping(folder: string, options: MasterKeyOptions): Wrapping {
  try {
    return openWrapping(folder, options)
  } catch (thrown) {
    if (!(thrown instanceof KeyringError && thrown.code === 'MASTER_KEY_MISSING')) throw thrown
  }
  writePrivateFile(fileOf(folder, options), options.random.bytes(MASTER_KEY_BYTES))
  return openWrapping(folder, options)
}

function fileOf(folder: string, { masterKeyFile }: MasterKeyOptions): string {
  return masterKeyFile ?? `${folder}/master.key`
}
