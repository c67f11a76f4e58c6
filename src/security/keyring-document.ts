import { isJsonObject, type JsonObject, type JsonValue } from '#domain'
import { KeyringError } from './errors.ts'

/** What keys are made for: `production` refuses the sandbox's. */
export type Environment = 'sandbox' | 'production'

const PURPOSES = [
  'image-sealing',
  'pan-hash',
  'fingerprint',
  'envelope-encryption',
  'envelope-signing',
] as const

export type KeyPurpose = (typeof PURPOSES)[number]

/** `active` is used for new things, `retiring` only to open and verify older ones. */
const STATES = ['active', 'retiring'] as const

/** One wrapped key of the ring. */
export interface KeyEntry {
  /** 8 hexadecimal digits of a data key; the RFC 7638 thumbprint of a pair. */
  readonly id: string
  readonly purpose: KeyPurpose
  readonly state: (typeof STATES)[number]
  readonly wrapped: string
}

/** `keyring.json`. */
export interface KeyringDocument {
  readonly format: 1
  readonly environment: Environment
  readonly keys: readonly KeyEntry[]
}

/** @throws KeyringError `KEYRING_MALFORMED` */
export function parseKeyringDocument(text: string): KeyringDocument {
  const document = parseJson(text)
  if (!isJsonObject(document) || document.format !== 1) malformed('its format is not 1')
  const { environment, keys } = document
  if (environment !== 'sandbox' && environment !== 'production') malformed('environment')
  if (!Array.isArray(keys)) malformed('keys')
  return { format: 1, environment, keys: keys.map((key) => entryOf(key)) }
}

function entryOf(value: JsonValue): KeyEntry {
  if (!isJsonObject(value)) malformed('a key')
  const { id, wrapped } = value
  const purpose = PURPOSES.find((it) => it === value.purpose)
  const state = STATES.find((it) => it === value.state)
  if (typeof id !== 'string' || typeof wrapped !== 'string') malformed('a key')
  if (purpose === undefined || state === undefined) malformed('purpose or state of a key')
  return { id, purpose, state, wrapped }
}

function parseJson(text: string): JsonObject | JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    return malformed('it is not JSON')
  }
}

function malformed(what: string): never {
  throw new KeyringError('KEYRING_MALFORMED', `the key ring cannot be read: ${what}`)
}
