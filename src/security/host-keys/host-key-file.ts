import { existsSync } from 'node:fs'
import { KeyringError } from '../errors.ts'
import { readPrivateFile, replacePrivateFile } from '../files.ts'
import type { KeyringOptions } from '../keyring.ts'
import type { Environment } from '../keyring-document.ts'
import { type HostKeysDocument, hostKeysText, parseHostKeys } from './documents.ts'

/** A key-encrypting key as anyone may see it. */
export interface EnteredHostKey {
  readonly host: string
  readonly cipher: 'tdes' | 'aes'
  readonly checkValue: string
  /** Wall time, milliseconds since 1970. */
  readonly enteredAtMs: number
}

/** What a key-encrypting key of a host is bound to where it is wrapped under the master key. */
export function hostKeyName(environment: Environment, host: string): string {
  return `sallyport key 1 ${environment} host-key-encrypting ${host}`
}

/**
 * The key-encrypting keys of a keys folder, wrapped; none when none was ever entered.
 *
 * @throws KeyringError `KEYRING_MALFORMED`, `KEY_FILE_EXPOSED`, `TEST_KEYS_REFUSED`
 */
export function readHostKeys(folder: string, { environment }: KeyringOptions): HostKeysDocument {
  const file = fileIn(folder)
  if (!existsSync(file)) return { environment, keys: [] }
  const document = parseHostKeys(readPrivateFile(file, 'KEYRING_MISSING').toString('utf8'))
  checkEnvironment(document.environment, environment, file)
  return document
}

export function writeHostKeys(folder: string, document: HostKeysDocument): Promise<void> {
  return replacePrivateFile(fileIn(folder), hostKeysText(document))
}

/** The key-encrypting keys that were entered, without the keys. @throws KeyringError */
export function enteredHostKeys(
  folder: string,
  options: KeyringOptions,
): readonly EnteredHostKey[] {
  return readHostKeys(folder, options).keys.map(({ wrapped: _, ...key }) => key)
}

/** Keys were made for one environment; a wrapped key is bound to it besides. */
export function checkEnvironment(made: Environment, wanted: Environment, file: string): void {
  if (made === wanted) return
  throw new KeyringError('TEST_KEYS_REFUSED', `${file} was made for another environment`)
}

const fileIn = (folder: string) => `${folder}/host-keys.json`
