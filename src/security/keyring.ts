import { createPrivateKey } from 'node:crypto'
import type { Secret } from '#domain'
import type { Random } from '#platform'
import { KeyringError } from './errors.ts'
import { makePrivateFolder, readPrivateFile, writePrivateFile } from './files.ts'
import type { PublicJwk } from './jwk.ts'
import {
  createKeyPair,
  type KeyPair,
  type KeyPairAlgorithm,
  keyPairOf,
  type RsaBits,
} from './key-pair.ts'
import {
  type Environment,
  type KeyEntry,
  type KeyPurpose,
  type KeyringDocument,
  parseKeyringDocument,
} from './keyring-document.ts'
import { type MasterKeyOptions, openWrapping, prepareWrapping } from './master-key.ts'
import { createVault, type Vault } from './vault.ts'
import type { Wrapping } from './wrapping.ts'

/** The gateway's own keys, unwrapped in memory. */
export interface Keyring {
  readonly vault: Vault
  /** Private keys of the envelope, the retiring ones among them. */
  readonly envelopeKeys: readonly EnvelopeKey[]
  /**
   * The JWK set (RFC 7517 section 5) of the active public keys, for discovery and for merchants.
   */
  readonly publicKeys: { readonly keys: readonly PublicJwk[] }
}

export interface EnvelopeKey {
  readonly kid: string
  readonly use: 'enc' | 'sig'
  readonly privateKeyPem: Secret<string>
}

export interface KeyringOptions extends MasterKeyOptions {
  readonly environment: Environment
}

/**
 * Make the keys of a new gateway: a master key, three data keys, an RSA encryption key and an EC
 * signing key, each wrapped under the master key.
 *
 * A master key file that exists is used, so that an operator may bring one along.
 *
 * @param options.rsaBits modulus length of the encryption key, 3072 unless said
 * @throws KeyringError `KEYRING_EXISTS`: a ring is never overwritten
 */
export async function createKeyring(
  folder: string,
  options: KeyringOptions & { readonly rsaBits?: RsaBits },
): Promise<void> {
  const { random, environment, rsaBits } = options
  makePrivateFolder(folder)
  const wrapping = prepareWrapping(folder, options)
  const entries = [
    ...DATA_PURPOSES.map((purpose) => wrapDataKey({ purpose, random, environment, wrapping })),
    wrapPair(await createKeyPair('RSA-OAEP-256', rsaBits), environment, wrapping),
    wrapPair(await createKeyPair('ES256'), environment, wrapping),
  ]
  const document: KeyringDocument = { format: 1, environment, keys: entries }
  writePrivateFile(`${folder}/${RING_FILE}`, `${JSON.stringify(document, undefined, 2)}\n`)
}

/**
 * Read and unwrap the keys.
 *
 * In production, a ring that was made for the sandbox is refused.
 *
 * @throws KeyringError `KEYRING_MISSING`, `KEYRING_MALFORMED`, `MASTER_KEY_MISSING`,
 *   `MASTER_KEY_MALFORMED`, `MASTER_KEY_WRONG`, `KEY_FILE_EXPOSED`, `TEST_KEYS_REFUSED`
 */
export async function openKeyring(folder: string, options: KeyringOptions): Promise<Keyring> {
  const { random } = options
  const ring = readPrivateFile(`${folder}/${RING_FILE}`, 'KEYRING_MISSING')
  const document = parseKeyringDocument(ring.toString('utf8'))
  const wrapping = openWrapping(folder, options)
  if (options.environment === 'production' && document.environment !== 'production') {
    throw new KeyringError('TEST_KEYS_REFUSED', 'this key ring was made for the sandbox')
  }
  return unwrapRing(document, wrapping, random)
}

const DATA_PURPOSES = ['image-sealing', 'pan-hash', 'fingerprint'] as const
const DATA_KEY_BYTES = 32
const ID_BYTES = 4

const RING_FILE = 'keyring.json'

function wrapDataKey(given: {
  purpose: (typeof DATA_PURPOSES)[number]
  random: Random
  environment: Environment
  wrapping: Wrapping
}): KeyEntry {
  const { purpose, random, environment, wrapping } = given
  const id = Buffer.from(random.bytes(ID_BYTES)).toString('hex')
  const wrapped = wrapping.wrap(random.bytes(DATA_KEY_BYTES), wrappedName(environment, purpose, id))
  return { id, purpose, state: 'active', wrapped }
}

function wrapPair(pair: KeyPair, environment: Environment, wrapping: Wrapping): KeyEntry {
  const purpose = pair.use === 'enc' ? 'envelope-encryption' : 'envelope-signing'
  const der = createPrivateKey(pair.privateKeyPem.reveal()).export({ format: 'der', type: 'pkcs8' })
  const wrapped = wrapping.wrap(der, wrappedName(environment, purpose, pair.kid))
  return { id: pair.kid, purpose, state: 'active', wrapped }
}

/**
 * What a wrapped key is bound to: neither its place, its purpose nor the environment can be edited.
 */
const wrappedName = (environment: Environment, purpose: KeyPurpose, id: string) =>
  `sallyport key 1 ${environment} ${purpose} ${id}`

function unwrapRing(
  { environment, keys }: KeyringDocument,
  wrapping: Wrapping,
  random: Random,
): Keyring {
  const of = (purpose: KeyPurpose) =>
    keys
      .filter((entry) => entry.purpose === purpose)
      .map(({ id, state, wrapped }) => {
        return {
          id,
          state,
          secret: wrapping.unwrap(wrapped, wrappedName(environment, purpose, id)),
        }
      })
  const active = (purpose: KeyPurpose) => onlyActive(of(purpose), purpose)
  const opening = of('image-sealing')
  const pairs = [
    ...of('envelope-encryption').map((key) => pairOf('RSA-OAEP-256', key)),
    ...of('envelope-signing').map((key) => pairOf('ES256', key)),
  ]
  return {
    vault: createVault(
      {
        sealing: onlyActive(opening, 'image-sealing'),
        opening,
        panHash: active('pan-hash').secret,
        fingerprint: active('fingerprint').secret,
      },
      random,
    ),
    envelopeKeys: pairs.map(({ pair: { kid, use, privateKeyPem } }) => ({
      kid,
      use,
      privateKeyPem,
    })),
    publicKeys: {
      keys: pairs.filter((it) => it.state === 'active').map((it) => publicJwk(it.pair)),
    },
  }
}

interface UnwrappedKey {
  readonly id: string
  readonly state: KeyEntry['state']
  readonly secret: Buffer
}

function onlyActive(keys: readonly UnwrappedKey[], purpose: KeyPurpose): UnwrappedKey {
  const [first, ...others] = keys.filter((key) => key.state === 'active')
  if (first !== undefined && others.length === 0) return first
  throw new KeyringError('KEYRING_MALFORMED', `the key ring must have one active ${purpose} key`)
}

function pairOf(algorithm: KeyPairAlgorithm, { id, state, secret }: UnwrappedKey) {
  const pair = keyPairOf(algorithm, secret)
  if (pair.kid !== id) throw new KeyringError('KEYRING_MALFORMED', 'a key has the id of another')
  return { pair, state }
}

function publicJwk({ kid, use, algorithm, jwk }: KeyPair): PublicJwk {
  return { ...jwk, kid, use, alg: algorithm }
}
