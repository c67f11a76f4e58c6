import { createPublicKey, type KeyObject } from 'node:crypto'
import { EnvelopeError } from './errors.ts'
import {
  type CheckedKey,
  importPrivatePem,
  importPublicJwk,
  type KeyUse,
  type SignatureAlgorithm,
} from './keys.ts'
import type { PublicJwk } from './thumbprint.ts'

/** Every key that the gateway's side of the envelope works with. */
export interface EnvelopeKeys {
  /** Its own. The first of each use is the newest: it signs; all of `enc` decrypt. */
  readonly gateway: readonly GatewayKey[]
  readonly merchants: readonly EnvelopeMerchant[]
}

export interface GatewayKey {
  readonly kid: string
  readonly use: KeyUse
  /** PKCS #8. RSA to decrypt, EC P-256 to sign. */
  readonly privateKeyPem: string
}

/** What the envelope needs of a merchant's record. */
export interface EnvelopeMerchant {
  readonly merchant: string
  readonly active: boolean
  readonly answerEncryption: 'registered-key' | 'request-key'
  readonly keys: readonly { readonly kid: string; readonly use: KeyUse; readonly jwk: PublicJwk }[]
}

/** {@link EnvelopeKeys} checked, imported and ready to be looked up. */
export interface KeyTable {
  readonly decryption: ReadonlyMap<string, CheckedKey>
  readonly signing: CheckedKey
  readonly signers: ReadonlyMap<string, RegisteredSigner>
  /** Stands in for a merchant's key that is not there, so that its absence takes as long. */
  readonly decoys: Readonly<Record<SignatureAlgorithm, CheckedKey>>
}

export interface RegisteredSigner {
  readonly key: CheckedKey
  readonly merchant: string
  readonly active: boolean
  /**
   * The key that answers are encrypted to; absent when the merchant takes them under its request's
   * key.
   */
  readonly answerKey: CheckedKey | undefined
}

/**
 * @param before the table that this one replaces: keys that stay are not imported again
 * @throws EnvelopeError `KEY_REFUSED`: a weak or misnamed key, one `kid` twice, a merchant whose
 *   answers are to be encrypted to a key that it never registered, no gateway key for one of the
 *   uses
 */
export function createKeyTable(keys: EnvelopeKeys, before?: KeyTable): KeyTable {
  const own = keys.gateway.map(importGatewayKey)
  const signing = own.find((key) => key.use === 'sig')
  const decrypting = own.filter((key) => key.use === 'enc')
  const newest = decrypting[0]
  if (signing?.algorithm !== 'ES256') return refuse('no EC key for the gateway to sign with')
  if (newest === undefined) return refuse('no RSA key for the gateway to decrypt with')
  const signers = new Map<string, RegisteredSigner>()
  for (const merchant of keys.merchants) {
    for (const signer of signersOf(merchant, before)) {
      if (signers.has(signer.key.kid)) refuse(`key ${signer.key.kid} is registered twice`)
      signers.set(signer.key.kid, signer)
    }
  }
  return {
    decryption: new Map(decrypting.map((key) => [key.kid, key])),
    signing,
    signers,
    decoys: {
      PS256: { ...newest, use: 'sig', algorithm: 'PS256', key: publicHalf(newest.key) },
      ES256: { ...signing, key: publicHalf(signing.key) },
    },
  }
}

function importGatewayKey({ kid, use, privateKeyPem }: GatewayKey): CheckedKey {
  const key = importPrivatePem(privateKeyPem, use)
  return key.kid === kid ? key : refuse(`gateway key ${kid} has another thumbprint`)
}

function signersOf(merchant: EnvelopeMerchant, before?: KeyTable): RegisteredSigner[] {
  const imported = merchant.keys.map(({ kid, use, jwk }) => {
    const known = before?.signers.get(kid)?.key
    const key = known !== undefined && use === 'sig' ? known : importPublicJwk(jwk, use)
    return key.kid === kid ? key : refuse(`a key of ${merchant.merchant} has another thumbprint`)
  })
  const registered = imported.find((key) => key.use === 'enc')
  const wantsRegistered = merchant.answerEncryption === 'registered-key'
  if (wantsRegistered && merchant.active && registered === undefined) {
    refuse(`${merchant.merchant} has no key for its answers`)
  }
  return imported
    .filter((key) => key.use === 'sig')
    .map((key) => ({
      key,
      merchant: merchant.merchant,
      active: merchant.active,
      answerKey: wantsRegistered ? registered : undefined,
    }))
}

function publicHalf(key: KeyObject): KeyObject {
  return createPublicKey(key)
}

function refuse(detail: string): never {
  throw new EnvelopeError('KEY_REFUSED', detail)
}
