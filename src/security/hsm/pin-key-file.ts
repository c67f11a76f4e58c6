import { existsSync, statSync } from 'node:fs'
import { isJsonObject, type JsonValue } from '#domain'
import { readPrivateFile, replacePrivateFile } from '../files.ts'
import { documentIn, malformed } from '../host-keys/documents.ts'
import { checkEnvironment } from '../host-keys/host-key-file.ts'
import type { Environment } from '../keyring-document.ts'
import type { HsmKey, KeyPurpose } from './hsm.ts'

/** A key of `pin-keys.json`, as the HSM has wrapped it. */
export interface EnteredPinKey extends HsmKey {
  /** Wall time, milliseconds since 1970. */
  readonly enteredAtMs: number
}

/** What became of a key that was to be kept. */
export type Keeping = 'kept' | 'taken' | 'full'

/** Of all terminals that one gateway serves; they are in memory, wrapped. */
const PIN_KEYS_MAX = 16_384

/** Whose a terminal's key is: of one terminal of a merchant, or of all of them. */
export interface TerminalKeyOwner {
  readonly merchant: string
  /** By which requests name it. */
  readonly name: string
  readonly terminal?: string
}

/** Neither merchants nor names have spaces; what a terminal has comes last. */
export function ownerOfTerminalKey({ merchant, name, terminal }: TerminalKeyOwner): string {
  return [merchant, name, ...(terminal === undefined ? [] : [terminal])].join(' ')
}

/**
 * The keys for PINs of a keys folder, the first entered first; none when none was ever entered.
 *
 * @throws KeyringError `KEYRING_MALFORMED`, `KEY_FILE_EXPOSED`, `TEST_KEYS_REFUSED`
 */
export function readPinKeys(
  folder: string,
  { environment }: { readonly environment: Environment },
): readonly EnteredPinKey[] {
  const file = fileIn(folder)
  if (!existsSync(file)) return []
  const text = readPrivateFile(file, 'KEYRING_MISSING').toString('utf8')
  const document = documentIn(text, FILE)
  checkEnvironment(document.environment, environment, file)
  const { keys } = document.members
  if (!Array.isArray(keys)) malformed(FILE)
  return keys.map(pinKeyOf)
}

/** Another whenever the keys of a folder are; says nothing else. */
export function pinKeysVersion(folder: string): string {
  const found = statSync(fileIn(folder), { throwIfNoEntry: false })
  return found === undefined ? '' : [found.ino, found.size, found.mtimeMs].join(' ')
}

/** Put a key into the folder; on disk when it resolves. In another's place on purpose only. */
export async function keepPinKey(
  folder: string,
  key: EnteredPinKey,
  { environment, replace }: { readonly environment: Environment; readonly replace: boolean },
): Promise<Keeping> {
  const keys = readPinKeys(folder, { environment })
  const others = keys.filter((it) => !isInPlaceOf(it, key))
  if (others.length < keys.length && !replace) return 'taken'
  if (others.length >= PIN_KEYS_MAX) return 'full'
  await write(folder, environment, [...others, key])
  return 'kept'
}

/** Take a key out of the folder. @returns whether there was one */
export async function dropPinKey(
  folder: string,
  key: Pick<HsmKey, 'purpose' | 'owner'>,
  { environment }: { readonly environment: Environment },
): Promise<boolean> {
  const keys = readPinKeys(folder, { environment })
  const others = keys.filter((it) => !isInPlaceOf(it, key))
  if (others.length === keys.length) return false
  await write(folder, environment, others)
  return true
}

function pinKeyOf(value: JsonValue): EnteredPinKey {
  if (!isJsonObject(value)) malformed(FILE)
  const { purpose, owner, cipher, checkValue, enteredAtMs, wrapped } = value
  if (typeof owner !== 'string' || typeof checkValue !== 'string') malformed(FILE)
  if (typeof wrapped !== 'string' || typeof enteredAtMs !== 'number') malformed(FILE)
  if (cipher !== 'tdes' && cipher !== 'aes') malformed(FILE)
  const known = PURPOSES.find((it) => it === purpose)
  if (known === undefined) malformed(FILE)
  return { purpose: known, owner, cipher, checkValue, enteredAtMs, wrapped }
}

const PURPOSES: readonly KeyPurpose[] = ['protection', 'terminal-pin', 'terminal-base', 'host-pin']

function isInPlaceOf(one: HsmKey, other: Pick<HsmKey, 'purpose' | 'owner'>): boolean {
  return one.purpose === other.purpose && one.owner === other.owner
}

function write(
  folder: string,
  environment: Environment,
  keys: readonly EnteredPinKey[],
): Promise<void> {
  const document = { format: 1, environment, keys }
  return replacePrivateFile(fileIn(folder), `${JSON.stringify(document, undefined, 2)}\n`)
}

const FILE = 'pin-keys.json'

const fileIn = (folder: string) => `${folder}/${FILE}`
