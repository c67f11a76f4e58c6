import { constants, type KeyObject } from 'node:crypto'

/**
 * RSA keys that carry their padding.
 *
 * Node takes padding from the object that it is given as the key. Given options around a KeyObject,
 * Node 24 throws and catches two exceptions inside each call, which doubles the cost of verifying a
 * signature; given a KeyObject that has the options as members, it does not. The members are set
 * anew at each use, so that no key can be used without them.
 */

/** PS256 (RFC 7518 section 3.5): a salt of exactly 32 bytes; the hash is also that of MGF1. */
export function forPss(key: KeyObject): KeyObject {
  return Object.assign(key, PSS)
}

/** RSA-OAEP-256 (RFC 7518 section 4.3): SHA-256 for both hashes. */
export function forOaep(key: KeyObject): KeyObject {
  return Object.assign(key, OAEP)
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
