import { createPublicKey, type KeyObject } from 'node:crypto'
import { type PublicJwk, publicJwkOf, thumbprintOf } from './jwk.ts'
import type { Environment } from './keyring-document.ts'
import { PUBLISHED_KEYS } from './published-keys.ts'

/** A public key that a merchant may be registered with, or every reason why it may not. */
export type Enrolment =
  | { readonly kind: 'fit'; readonly kid: string; readonly jwk: PublicJwk }
  | { readonly kind: 'unfit'; readonly reasons: readonly string[] }

/**
 * Judge a merchant's public key before it is registered.
 *
 * RSA of 2048 to 4096 bits with the exponent 65537 signs or encrypts; EC on P-256 signs. In
 * production, a key whose private half is published is refused.
 *
 * @param key the public key as a JWK, or in PEM
 */
export function enrolmentOf(
  key: PublicJwk | string,
  use: 'sig' | 'enc',
  environment: Environment,
): Enrolment {
  const publicKey = publicKeyOf(key)
  if (publicKey === undefined) return { kind: 'unfit', reasons: ['it is not a public key'] }
  const reasons = reasonsAgainst(publicKey, use)
  if (reasons.length > 0) return { kind: 'unfit', reasons }
  const jwk = publicJwkOf(publicKey)
  const kid = thumbprintOf(jwk)
  if (environment === 'production' && PUBLISHED_KEYS.has(kid)) {
    return { kind: 'unfit', reasons: ['its private key is published'] }
  }
  return { kind: 'fit', kid, jwk }
}

/**
 * The keys that one merchant is to be registered with for both uses, by `kid`; there must be none,
 * because a key has one use (specs/envelope.md, "Keys"). {@link enrolmentOf} sees one key alone.
 */
export function keysOfTwoUses(
  keys: readonly { readonly kid: string; readonly use: 'sig' | 'enc' }[],
): string[] {
  const signing = new Set(keys.filter(({ use }) => use === 'sig').map(({ kid }) => kid))
  const twice = keys.filter(({ kid, use }) => use === 'enc' && signing.has(kid))
  return [...new Set(twice.map(({ kid }) => kid))]
}

function publicKeyOf(key: PublicJwk | string): KeyObject | undefined {
  try {
    if (typeof key === 'string') {
      return key.includes('PRIVATE KEY') ? undefined : createPublicKey(key)
    }
    return 'd' in key ? undefined : createPublicKey({ key: { ...key }, format: 'jwk' })
  } catch {
    return undefined
  }
}

function reasonsAgainst(key: KeyObject, use: 'sig' | 'enc'): string[] {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return rsaReasons(key)
    case 'ec':
      return ecReasons(key, use)
    default:
      return ['it is neither an RSA nor an EC key']
  }
}

function rsaReasons(key: KeyObject): string[] {
  const { modulusLength = 0, publicExponent } = key.asymmetricKeyDetails ?? {}
  const reasons = []
  if (modulusLength < RSA_BITS_MIN || modulusLength > RSA_BITS_MAX) {
    reasons.push(`its modulus has ${modulusLength} bits, not ${RSA_BITS_MIN} to ${RSA_BITS_MAX}`)
  }
  if (publicExponent !== RSA_EXPONENT) reasons.push('its public exponent is not 65537')
  return reasons
}

function ecReasons(key: KeyObject, use: 'sig' | 'enc'): string[] {
  const reasons = []
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') reasons.push('its curve is not P-256')
  if (use === 'enc') reasons.push('an EC key cannot be encrypted to; an RSA key can')
  return reasons
}

const RSA_BITS_MIN = 2048
const RSA_BITS_MAX = 4096
const RSA_EXPONENT = 65_537n
