import { isJsonObject, type JsonObject, type JsonValue } from '#domain'
import { KeyringError } from '../errors.ts'
import type { Environment } from '../keyring-document.ts'

/** `host-keys.json`: the key-encrypting keys that custodians have entered, one a host. */
export interface HostKeysDocument {
  readonly environment: Environment
  readonly keys: readonly HostKeyEntry[]
}

export interface HostKeyEntry {
  readonly host: string
  readonly cipher: KeyEncryptingCipher
  readonly checkValue: string
  /** Wall time, milliseconds since 1970. */
  readonly enteredAtMs: number
  readonly wrapped: string
}

export type KeyEncryptingCipher = 'tdes' | 'aes'

/** `working-keys.json`: what hosts and the gateway have exchanged, by the host's name. */
export interface WorkingKeysDocument {
  readonly environment: Environment
  readonly hosts: ReadonlyMap<string, HostWorkingKeys>
}

export interface HostWorkingKeys {
  /** The newest first. */
  readonly live: readonly WorkingKeyEntry[]
  /** Check values of keys that were live once, the latest last. */
  readonly former: readonly string[]
}

export interface WorkingKeyEntry {
  readonly checkValue: string
  /** The number that the host gave it. */
  readonly index?: string
  /** Wall time, as that until which a former key verifies. */
  readonly sinceMs: number
  readonly untilMs?: number
  readonly wrapped: string
}

/** @throws KeyringError `KEYRING_MALFORMED` */
export function parseHostKeys(text: string): HostKeysDocument {
  const { environment, members } = documentIn(text, 'host-keys.json')
  const { keys } = members
  if (!Array.isArray(keys)) malformed('host-keys.json')
  return { environment, keys: keys.map(hostKeyOf) }
}

/** @throws KeyringError `KEYRING_MALFORMED` */
export function parseWorkingKeys(text: string): WorkingKeysDocument {
  const { environment, members } = documentIn(text, 'working-keys.json')
  const { hosts } = members
  if (!isJsonObject(hosts)) malformed('working-keys.json')
  const entries = Object.entries(hosts).map(([host, keys]) => [host, workingKeysOf(keys)] as const)
  return { environment, hosts: new Map(entries) }
}

export function hostKeysText({ environment, keys }: HostKeysDocument): string {
  return `${JSON.stringify({ format: 1, environment, keys }, undefined, 2)}\n`
}

export function workingKeysText({ environment, hosts }: WorkingKeysDocument): string {
  const document = { format: 1, environment, hosts: Object.fromEntries(hosts) }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function hostKeyOf(value: JsonValue): HostKeyEntry {
  if (!isJsonObject(value)) malformed('host-keys.json')
  const { host, cipher, checkValue, enteredAtMs, wrapped } = value
  if (typeof host !== 'string' || typeof checkValue !== 'string' || typeof wrapped !== 'string') {
    malformed('host-keys.json')
  }
  if (cipher !== 'tdes' && cipher !== 'aes') malformed('host-keys.json')
  if (typeof enteredAtMs !== 'number') malformed('host-keys.json')
  return { host, cipher, checkValue, enteredAtMs, wrapped }
}

function workingKeysOf(value: JsonValue): HostWorkingKeys {
  if (!isJsonObject(value)) malformed('working-keys.json')
  const { live, former } = value
  if (!Array.isArray(live) || !Array.isArray(former)) malformed('working-keys.json')
  return { live: live.map(workingKeyOf), former: former.map(String) }
}

function workingKeyOf(value: JsonValue): WorkingKeyEntry {
  if (!isJsonObject(value)) malformed('working-keys.json')
  const { checkValue, index, sinceMs, untilMs, wrapped } = value
  if (typeof checkValue !== 'string' || typeof wrapped !== 'string') malformed('working-keys.json')
  if (typeof sinceMs !== 'number') malformed('working-keys.json')
  return {
    ...{ checkValue, sinceMs, wrapped },
    ...(typeof index === 'string' ? { index } : {}),
    ...(typeof untilMs === 'number' ? { untilMs } : {}),
  }
}

/** What every file of keys begins with, and the rest of it. @throws KeyringError */
export function documentIn(text: string, file: string) {
  const members = objectIn(text)
  if (members?.['format'] !== 1) malformed(file)
  const { environment } = members
  if (environment !== 'sandbox' && environment !== 'production') malformed(file)
  return { environment, members } as const
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function malformed(file: string): never {
  throw new KeyringError('KEYRING_MALFORMED', `${file} of the keys folder cannot be read`)
}
