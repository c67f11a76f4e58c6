import { KeyringError } from '../errors.ts'
import type { KeyringOptions } from '../keyring.ts'
import type { Environment } from '../keyring-document.ts'
import { openWrapping } from '../master-key.ts'
import type { Wrapping } from '../wrapping.ts'
import type { WorkingKeyEntry } from './documents.ts'
import { hostKeyName, readHostKeys } from './host-key-file.ts'
import { CIPHER_OF, createKeyTransport, type KeyTransport } from './transport.ts'
import {
  createWorkingKey,
  isWhole,
  randomKey,
  type WorkingKey,
  type WorkingKeyKind,
} from './working-key.ts'
import { openWorkingKeyFile } from './working-key-file.ts'

/** A working key with what was said of it; times are wall time, milliseconds since 1970. */
export interface KeptWorkingKey {
  readonly key: WorkingKey
  /** The number that the host gave it. */
  readonly index?: string
  readonly sinceMs: number
  /** Until when a key that another has followed still verifies. */
  readonly untilMs?: number
}

/** Why what a host sent is not taken as a key. */
export type UnusableKey = 'malformed' | 'check-value-wrong' | 'weak' | 'used-before'

/** The working keys of one host. No key leaves it but under the key-encrypting key. */
export interface HostKeys {
  /** What was live when it was last kept, the newest first. */
  readonly kept: readonly KeptWorkingKey[]
  /** Make a key for the host: what carries it there is in upper-case hexadecimal. */
  create(): { readonly key: WorkingKey; readonly cryptogram: string; readonly checkValue: string }
  /** Open what the host sent, in hexadecimal. */
  open(
    cryptogram: string,
    checkValue: string,
  ):
    | { readonly kind: 'opened'; readonly key: WorkingKey }
    | { readonly kind: 'unusable'; readonly reason: UnusableKey }
  /** Put these on disk, and only these, wrapped under the master key. */
  keep(keys: readonly KeptWorkingKey[]): Promise<void>
}

export interface HostKeysOptions extends KeyringOptions {
  readonly host: string
  readonly kind: WorkingKeyKind
}

/**
 * Open the keys of a host that has entered its key-encrypting key.
 *
 * @throws KeyringError `HOST_KEY_MISSING` when none was entered, or one of another cipher;
 *   `MASTER_KEY_MISSING`, `MASTER_KEY_MALFORMED`, `MASTER_KEY_WRONG`, `KEYRING_MALFORMED`,
 *   `KEY_FILE_EXPOSED`, `TEST_KEYS_REFUSED`
 */
export function openHostKeys(folder: string, options: HostKeysOptions): HostKeys {
  const { environment, host, kind, random } = options
  const wrapping = openWrapping(folder, options)
  const transport = transportOf(folder, wrapping, options)
  const file = openWorkingKeyFile(folder, options)
  const wrapped = new WeakMap<WorkingKey, string>()
  const nameOf = (checkValue: string) => workingKeyName(environment, host, checkValue)

  function hold(secret: Uint8Array): WorkingKey {
    const key = createWorkingKey(secret, kind)
    wrapped.set(key, wrapping.wrap(secret, nameOf(key.checkValue)))
    return key
  }

  /** A key of another length was for a method that the host no longer has. */
  function keptOf({ wrapped, checkValue, ...said }: WorkingKeyEntry): KeptWorkingKey[] {
    const secret = wrapping.unwrap(wrapped, nameOf(checkValue))
    return secret.byteLength === kind.keyBytes ? [{ ...said, key: hold(secret) }] : []
  }

  function entryOf({ key, ...said }: KeptWorkingKey): WorkingKeyEntry {
    return { ...said, checkValue: key.checkValue, wrapped: wrapped.get(key) ?? '' }
  }

  return {
    kept: file.live.flatMap(keptOf),
    create() {
      const secret = randomKey(kind, random)
      const key = hold(secret)
      const cryptogram = transport.wrap(secret).toString('hex').toUpperCase()
      return { key, cryptogram, checkValue: sentCheckValue(key, kind) }
    },
    open(cryptogram, checkValue) {
      const secret = transport.unwrap(Buffer.from(cryptogram, 'hex'))
      if (secret?.byteLength !== kind.keyBytes) return { kind: 'unusable', reason: 'malformed' }
      const key = hold(secret)
      const reason = reasonAgainst(key, { secret, checkValue, kind, isFormer: file.isFormer })
      return reason === undefined ? { kind: 'opened', key } : { kind: 'unusable', reason }
    },
    keep: (keys) => file.keep(keys.map(entryOf)),
  }
}

function transportOf(folder: string, wrapping: Wrapping, options: HostKeysOptions): KeyTransport {
  const { environment, host, kind } = options
  const cipher = CIPHER_OF[kind.wrapping]
  const entry = readHostKeys(folder, options).keys.find((it) => it.host === host)
  if (entry?.cipher !== cipher) {
    const message = `there is no ${cipher} key of the host ${host}: \`sallyport host-key add\``
    throw new KeyringError('HOST_KEY_MISSING', message)
  }
  const keyEncryptingKey = wrapping.unwrap(entry.wrapped, hostKeyName(environment, host))
  return createKeyTransport(kind.wrapping, keyEncryptingKey)
}

/** What a working key is bound to where it is wrapped under the master key. */
function workingKeyName(environment: Environment, host: string, checkValue: string): string {
  return `sallyport key 1 ${environment} host-mac ${host} ${checkValue}`
}

function sentCheckValue({ checkValue }: WorkingKey, { checkBytes }: WorkingKeyKind): string {
  return checkValue.slice(0, 2 * checkBytes)
}

interface Candidate {
  readonly secret: Uint8Array
  readonly checkValue: string
  readonly kind: WorkingKeyKind
  isFormer(checkValue: string): boolean
}

function reasonAgainst(key: WorkingKey, candidate: Candidate): UnusableKey | undefined {
  const { secret, checkValue, kind, isFormer } = candidate
  if (sentCheckValue(key, kind) !== checkValue) return 'check-value-wrong'
  if (!isWhole(secret, kind)) return 'weak'
  return isFormer(key.checkValue) ? 'used-before' : undefined
}
