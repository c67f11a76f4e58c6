import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

/** A public key as RFC 7517 writes it: members of its key type only, without `kid` and `use`. */
export type PublicJwk = Readonly<Record<string, string>>

/** @param key a public or private key, as a KeyObject or in PEM */
export function publicJwkOf(key: KeyObject | string): PublicJwk {
  const publicKey = typeof key !== 'string' && key.type === 'public' ? key : createPublicKey(key)
  const members = Object.entries(publicKey.export({ format: 'jwk' }))
  return Object.fromEntries(members.map(([name, value]) => [name, String(value)]))
}

/**
 * RFC 7638: SHA-256 over the required members in lexicographic order, base64url.
 *
 * @throws TypeError when the key type is neither RSA nor EC, or a required member is missing
 */
export function thumbprintOf(jwk: PublicJwk): string {
  const names = REQUIRED_MEMBERS[jwk.kty ?? '']
  if (names?.every((name) => jwk[name] !== undefined) !== true) {
    throw new TypeError('a JWK of type RSA or EC with its required members is needed')
  }
  const canonical = JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]])))
  return createHash('sha256').update(canonical).digest('base64url')
}

/** RFC 7638 section 3.2, each in lexicographic order. */
const REQUIRED_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  RSA: ['e', 'kty', 'n'],
}
