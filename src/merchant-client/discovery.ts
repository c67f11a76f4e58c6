import { get } from 'node:https'
import { isJsonObject } from '#domain'
import { type CheckedKey, importPublicJwk, type KeyUse, type PublicJwk } from '#envelope'
import { type GatewayAddress, tlsOptions } from './gateway-address.ts'
import { readBody } from './https-transport.ts'
import { type ClientParts, systemParts } from './system.ts'

/**
 * The gateway's public keys as `GET /v1/keys` gives them: a JWK set (RFC 7517) with `kid` and
 * `use`.
 */
export interface GatewayKeySet {
  readonly keys: readonly PublicJwk[]
}

/** What a merchant's client needs of them: the first to encrypt to, and all that sign. */
export interface GatewayKeys {
  readonly encryption: CheckedKey
  readonly signing: readonly CheckedKey[]
}

/** Why a merchant's client cannot begin: no key set came, or it holds no keys that may be used. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError'
  readonly code: 'KEYS_NOT_FETCHED' | 'KEYS_UNUSABLE'

  constructor(code: DiscoveryError['code'], detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options)
    this.code = code
  }
}

/**
 * Ask an HTTPS listener for the gateway's keys, trusted as far as its certificate is.
 *
 * @throws DiscoveryError
 */
export async function fetchGatewayKeys(
  gateway: GatewayAddress,
  { timeoutMs = 10_000, clock = systemParts().clock }: DiscoveryOptions = {},
): Promise<GatewayKeySet> {
  const body = await new Promise<Buffer | undefined>((resolve) => {
    const asked = get({ ...tlsOptions(gateway), path: '/v1/keys', agent: false })
    const cancel = clock.after(timeoutMs, () => asked.destroy())
    const end = (bytes: Buffer | undefined) => {
      cancel()
      resolve(bytes)
    }
    asked.on('error', () => end(undefined))
    asked.on('response', (response) => readBody(response, KEY_SET_BYTES_MAX, end))
  })
  if (body === undefined) throw new DiscoveryError('KEYS_NOT_FETCHED', 'no answer to GET /v1/keys')
  return keySetOf(body.toString('utf8'))
}

export interface DiscoveryOptions {
  readonly timeoutMs?: number
  readonly clock?: ClientParts['clock']
}

/** @throws DiscoveryError `KEYS_UNUSABLE` */
export function importGatewayKeys({ keys }: GatewayKeySet): GatewayKeys {
  const imported = keys.map(importGatewayKey)
  const encryption = imported.find(({ use }) => use === 'enc')
  const signing = imported.filter(({ use }) => use === 'sig')
  if (encryption === undefined || signing.length === 0) {
    throw new DiscoveryError('KEYS_UNUSABLE', 'one key to encrypt to and one that signs are needed')
  }
  return { encryption, signing }
}

const KEY_SET_BYTES_MAX = 65_536

function importGatewayKey(jwk: PublicJwk): CheckedKey {
  const use: KeyUse = jwk['use'] === 'enc' ? 'enc' : 'sig'
  try {
    return importPublicJwk(jwk, use)
  } catch (cause) {
    throw new DiscoveryError('KEYS_UNUSABLE', 'a key of the gateway breaks a rule', { cause })
  }
}

function keySetOf(text: string): GatewayKeySet {
  try {
    const set: unknown = JSON.parse(text)
    if (isJsonObject(set) && Array.isArray(set['keys'])) return { keys: set['keys'].map(flatJwk) }
  } catch {}
  throw new DiscoveryError('KEYS_NOT_FETCHED', 'the answer to GET /v1/keys is no JWK set')
}

/**
 * Only members that are text; `key_ops` is the one list a JWK may have, and `use` says the same.
 */
function flatJwk(jwk: unknown): PublicJwk {
  const members = isJsonObject(jwk) ? Object.entries(jwk) : []
  return Object.fromEntries(
    members.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
}
