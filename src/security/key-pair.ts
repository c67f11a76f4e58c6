import { createPrivateKey, generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { Secret } from '#domain'
import { type PublicJwk, publicJwkOf, thumbprintOf } from './jwk.ts'

/** What a pair of the envelope is for, by its JOSE algorithm. */
export type KeyPairAlgorithm = 'RSA-OAEP-256' | 'PS256' | 'ES256'

export interface KeyPair {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string
  readonly use: 'enc' | 'sig'
  readonly algorithm: KeyPairAlgorithm
  readonly jwk: PublicJwk
  /** PKCS #8. */
  readonly privateKeyPem: Secret<string>
}

/** @param rsaBits modulus length of an RSA key; an ES256 key is on P-256 */
export async function createKeyPair(
  algorithm: KeyPairAlgorithm,
  rsaBits: RsaBits = 3072,
): Promise<KeyPair> {
  return keyPairOf(algorithm, algorithm === 'ES256' ? ecKey() : await rsaKey(rsaBits))
}

export type RsaBits = 2048 | 3072 | 4096

/** The pair that a private key is half of. @param privateKey a KeyObject, or PKCS #8 in DER */
export function keyPairOf(algorithm: KeyPairAlgorithm, privateKey: KeyObject | Buffer): KeyPair {
  const key = Buffer.isBuffer(privateKey)
    ? createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' })
    : privateKey
  const jwk = publicJwkOf(key)
  return {
    kid: thumbprintOf(jwk),
    use: algorithm === 'RSA-OAEP-256' ? 'enc' : 'sig',
    algorithm,
    jwk,
    privateKeyPem: new Secret(String(key.export({ format: 'pem', type: 'pkcs8' }))),
  }
}

/** An RSA key with the exponent 65537. */
export function rsaKey(modulusLength: RsaBits): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength, publicExponent: 65_537 }, (error, _public, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
