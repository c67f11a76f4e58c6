import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { EnvelopeError } from './errors.ts'
import { hasRocaMark } from './roca.ts'
import { jwkThumbprint, type PublicJwk } from './thumbprint.ts'

/** `enc`: what is encrypted to its owner. `sig`: what its owner signs. Never both. */
export type KeyUse = 'enc' | 'sig'
export type SignatureAlgorithm = 'PS256' | 'ES256'

/** A key that passed every rule of specs/envelope.md. */
export interface CheckedKey {
  readonly kid: string
  readonly use: KeyUse
  readonly key: KeyObject
  /** The one algorithm it signs with; absent on `enc`. */
  readonly algorithm?: SignatureAlgorithm
  /** Bytes of an RSA modulus, hence of what RSA makes with it; 0 for EC. */
  readonly modulusBytes: number
}

/**
 * Check and import a public key.
 *
 * RSA of 2048 to 4096 bits with exponent 65537, or (only to sign) EC P-256; nothing in the JWK but
 * the key, its thumbprint as `kid`, `use`, `alg` and `key_ops`; everything in its one spelling.
 *
 * @throws EnvelopeError `KEY_REFUSED`
 */
export function importPublicJwk(jwk: PublicJwk, use: KeyUse): CheckedKey {
  const key = importedJwk(jwk)
  const only = publicJwkOf(key)
  for (const name of Object.keys(jwk)) {
    if (TELLING_MEMBERS.has(name)) continue
    if (jwk[name] !== only[name]) refuse(`${name} in a JWK is not allowed or not spelt canonically`)
  }
  const checked = checkedKey(key, { kid: String(only['kid']), use })
  const { algorithm = 'RSA-OAEP-256' } = checked
  const told = [jwk['use'] ?? use, jwk['alg'] ?? algorithm]
  if (told[0] !== use || told[1] !== algorithm) refuse(`a JWK for ${algorithm} says otherwise`)
  if (only['n'] !== undefined) refuseRoca(only['n'])
  return checked
}

/**
 * Import a private key (PKCS #8 PEM), by the same rules as its public half.
 *
 * @throws EnvelopeError `KEY_REFUSED`
 */
export function importPrivatePem(pem: string, use: KeyUse): CheckedKey {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    return refuse('a private key that is not PEM')
  }
  return checkedKey(key, { kid: thumbprintOf(key), use })
}

/** The RFC 7638 thumbprint of a key pair, from either half. */
export function thumbprintOf(key: KeyObject): string {
  return jwkThumbprint(publicJwkOf(key))
}

/** The public half as a JWK with `kid` and nothing else beside the key. */
export function publicJwkOf(key: KeyObject): PublicJwk {
  const half = key.type === 'private' ? createPublicKey(key) : key
  const jwk = Object.entries(half.export({ format: 'jwk' })).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )
  const bare = Object.fromEntries(jwk)
  return { ...bare, kid: jwkThumbprint(bare) }
}

function checkedKey(key: KeyObject, { kid, use }: { kid: string; use: KeyUse }): CheckedKey {
  const { modulusLength, publicExponent, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'ec') {
    if (namedCurve !== 'prime256v1') refuse('an EC key that is not on P-256')
    if (use !== 'sig') refuse('an EC key for encryption')
    return { kid, use, key, algorithm: 'ES256', modulusBytes: 0 }
  }
  if (key.asymmetricKeyType !== 'rsa') return refuse('a key that is neither RSA nor EC')
  if (modulusLength === undefined || modulusLength < RSA_BITS_MIN || modulusLength > RSA_BITS_MAX) {
    return refuse(`an RSA key outside ${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits`)
  }
  if (publicExponent !== 65_537n) refuse('an RSA key whose exponent is not 65537')
  const modulusBytes = Math.ceil(modulusLength / 8)
  return { kid, use, key, modulusBytes, ...(use === 'sig' ? { algorithm: 'PS256' as const } : {}) }
}

const RSA_BITS_MIN = 2_048
const RSA_BITS_MAX = 4_096
const TELLING_MEMBERS = new Set(['use', 'alg', 'key_ops'])

function importedJwk(jwk: PublicJwk): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' })
  } catch {
    return refuse('a JWK that is not a public key')
  }
}

function refuseRoca(modulus: string): void {
  const number = BigInt(`0x${Buffer.from(modulus, 'base64url').toString('hex')}`)
  if (hasRocaMark(number)) refuse('an RSA key with the ROCA weakness (CVE-2017-15361)')
}

function refuse(detail: string): never {
  throw new EnvelopeError('KEY_REFUSED', detail)
}
