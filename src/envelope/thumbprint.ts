import { hash } from 'node:crypto'

/** A public key as RFC 7517 has it: RSA (`n`, `e`) or EC P-256 (`crv`, `x`, `y`). */
export type PublicJwk = Readonly<Record<string, string>>

/**
 * RFC 7638 with SHA-256: 43 characters of base64url. Only `kty` and what makes up the key count.
 */
export function jwkThumbprint(jwk: PublicJwk): string {
  const members = jwk['kty'] === 'EC' ? ['crv', 'kty', 'x', 'y'] : ['e', 'kty', 'n']
  const required = members.map((name) => `${JSON.stringify(name)}:${JSON.stringify(jwk[name])}`)
  return hash('sha256', `{${required.join(',')}}`, 'base64url')
}

/** Every `kid` of this profile. */
export const KID_SHAPE = /^[A-Za-z0-9_-]{43}$/
