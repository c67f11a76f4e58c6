import {
  constants,
  createCipheriv,
  createPublicKey,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  sign,
} from 'node:crypto'
import { algorithmOf, gatewayEnc, type TestKey } from './parties.ts'

/**
 * Every part of a request that a forger can choose. Made with node:crypto alone, so that what we
 * refuse was not made by what refuses it.
 */
export interface Forgery {
  jwsHeader: object | string
  payload: string | Uint8Array
  signature: (signed: string, key: TestKey) => Uint8Array | string
  /** The text that is encrypted, from the finished JWS. */
  inner: (jws: string) => string
  jweHeader: object | string
  contentKey: Uint8Array
  encryptedKey: (contentKey: Uint8Array) => Uint8Array
  iv: Uint8Array
  tagBytes: number
  /** The finished token, from its five parts. */
  token: (parts: readonly string[]) => string
}

/** A good request by `key`, but for what `change` says. */
export function forge(key: TestKey, change: Partial<Forgery> = {}): Buffer {
  const forgery: Forgery = { ...honest(key), ...change }
  const signed = `${encoded(forgery.jwsHeader)}.${base64url(forgery.payload)}`
  const signature = forgery.signature(signed, key)
  const jws = `${signed}.${typeof signature === 'string' ? signature : base64url(signature)}`
  const header = encoded(forgery.jweHeader)
  const cipher = createCipheriv('aes-256-gcm', forgery.contentKey, forgery.iv, {
    authTagLength: forgery.tagBytes,
  })
  cipher.setAAD(Buffer.from(header))
  const ciphertext = Buffer.concat([cipher.update(forgery.inner(jws)), cipher.final()])
  const encryptedKey = forgery.encryptedKey(forgery.contentKey)
  const rest = [encryptedKey, forgery.iv, ciphertext, cipher.getAuthTag()].map(base64url)
  return Buffer.from(forgery.token([header, ...rest]))
}

export const honestJws = (key: TestKey) => ({
  alg: algorithmOf(key) as string,
  kid: key.kid,
  aud: gatewayEnc.kid,
})

export const honestJwe = () => ({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: gatewayEnc.kid })

export const oaep = (contentKey: Uint8Array, oaepHash = 'sha256', key: KeyObject = gatewayPublic) =>
  publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, contentKey)

export const pkcs1 = (contentKey: Uint8Array) =>
  publicEncrypt({ key: gatewayPublic, padding: constants.RSA_PKCS1_PADDING }, contentKey)

export const pss = (hash: string, saltLength: number) => (signed: string, key: TestKey) =>
  sign(hash, Buffer.from(signed), {
    key: key.privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength,
  })

export const ieee = (signed: string, key: TestKey) =>
  sign('sha256', Buffer.from(signed), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })

export const base64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url')

const gatewayPublic = createPublicKey(gatewayEnc.privateKey)
const encoded = (header: object | string) =>
  base64url(typeof header === 'string' ? header : JSON.stringify(header))

function honest(key: TestKey): Forgery {
  return {
    jwsHeader: honestJws(key),
    payload: '{"type":"echo"}',
    signature: algorithmOf(key) === 'ES256' ? ieee : pss('sha256', 32),
    inner: (jws) => jws,
    jweHeader: honestJwe(),
    contentKey: randomBytes(32),
    encryptedKey: (contentKey) => oaep(contentKey),
    iv: randomBytes(12),
    tagBytes: 16,
    token: (parts) => parts.join('.'),
  }
}
