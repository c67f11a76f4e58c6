import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  type KeyObject,
  privateDecrypt,
  randomFillSync,
  sign,
  verify,
} from 'node:crypto'

/**
 * What the envelope (specs/envelope.md) costs when one trusts everybody: the cryptography and
 * nothing else. No header is checked, no limit held, no name compared; what does not decrypt or
 * verify throws.
 */
export interface ReferenceEnvelope {
  open(token: Buffer): OpenedRequest
  /** @returns the answer's token, ASCII */
  seal(request: OpenedRequest, json: string): string
}

export interface OpenedRequest {
  readonly json: string
  readonly key: KnownKey
}

interface KnownKey {
  readonly secret: KeyObject
  /** Encoded JWE header of every answer under this key, and the same as additional data. */
  readonly header: string
  readonly headerBytes: Buffer
}

export interface ReferenceEnvelopeKeys {
  readonly decryptionPem: string
  readonly signing: { readonly kid: string; readonly pem: string }
  /** The one merchant's public key, PEM, and its name. */
  readonly merchant: { readonly kid: string; readonly pem: string; readonly algorithm: Algorithm }
}

type Algorithm = 'PS256' | 'ES256'

export function createReferenceEnvelope(keys: ReferenceEnvelopeKeys): ReferenceEnvelope {
  const decryption = Object.assign(createPrivateKey(keys.decryptionPem), OAEP)
  const signing = createPrivateKey(keys.signing.pem)
  const merchantKey = createPublicKey(keys.merchant.pem)
  if (keys.merchant.algorithm === 'PS256') Object.assign(merchantKey, PSS)
  const jwsHeader = base64url(
    `{"alg":"ES256","kid":"${keys.signing.kid}","aud":"${keys.merchant.kid}"}`,
  )
  const known = new Map<string, KnownKey>()
  const nonces = Buffer.alloc(IV_BYTES * NONCES)
  let nonce = NONCES

  function keyOf(encryptedKey: string): KnownKey {
    const before = known.get(encryptedKey)
    if (before !== undefined) return before
    const unwrapped = privateDecrypt(decryption, Buffer.from(encryptedKey, 'base64url'))
    const kid = hash('sha256', encryptedKey, 'base64url')
    const header = base64url(`{"alg":"dir","enc":"A256GCM","kid":"${kid}"}`)
    const headerBytes = Buffer.from(header, 'latin1')
    const key = { secret: createSecretKey(unwrapped), header, headerBytes }
    if (known.size >= KEYS_MAX) known.clear()
    known.set(encryptedKey, key)
    return key
  }

  function nextNonce(): Buffer {
    if (nonce === NONCES) {
      randomFillSync(nonces)
      nonce = 0
    }
    return nonces.subarray(IV_BYTES * nonce, IV_BYTES * ++nonce)
  }

  return {
    open(token) {
      const [header = '', encryptedKey = '', iv = '', ciphertext = '', tag = ''] = token
        .toString('latin1')
        .split('.')
      const key = keyOf(encryptedKey)
      const jws = decrypt(key.secret, { header, iv, ciphertext, tag })
      const end = jws.lastIndexOf(DOT)
      const signature = Buffer.from(jws.toString('latin1', end + 1), 'base64url')
      const proof = keys.merchant.algorithm === 'PS256' ? signature : derOf(signature)
      if (!verify('sha256', jws.subarray(0, end), merchantKey, proof)) throw new Error('forged')
      const payload = Buffer.from(jws.toString('latin1', jws.indexOf(DOT) + 1, end), 'base64url')
      return { json: payload.toString(), key }
    },
    seal({ key }, json) {
      const signed = `${jwsHeader}.${base64url(json)}`
      const signature = rawOf(sign('sha256', Buffer.from(signed, 'latin1'), signing))
      const iv = nextNonce()
      const cipher = createCipheriv('aes-256-gcm', key.secret, iv, GCM)
      cipher.setAAD(key.headerBytes)
      const jws = `${signed}.${signature.toString('base64url')}`
      const ciphertext = cipher.update(jws, 'latin1').toString('base64url')
      cipher.final()
      const tag = cipher.getAuthTag().toString('base64url')
      return `${key.header}..${iv.toString('base64url')}.${ciphertext}.${tag}`
    },
  }
}

// Options are put on the key itself: for `{ key, ...options }` Node 24 throws and catches two
// exceptions in finding out that it is no key, which takes as long as the signature's own
// arithmetic.
const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
const GCM = { authTagLength: 16 }
const IV_BYTES = 12
const NONCES = 256
const KEYS_MAX = 1_024
const DOT = 0x2e

interface Jwe {
  readonly header: string
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
}

function decrypt(secret: KeyObject, { header, iv, ciphertext, tag }: Jwe): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', secret, Buffer.from(iv, 'base64url'), GCM)
  decipher.setAAD(Buffer.from(header, 'latin1'))
  decipher.setAuthTag(Buffer.from(tag, 'base64url'))
  const plain = decipher.update(Buffer.from(ciphertext, 'base64url'))
  decipher.final()
  return plain
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

/** DER of an ECDSA signature to `r` and `s` side by side (RFC 7518 section 3.4). */
function rawOf(der: Buffer): Buffer {
  const raw = Buffer.alloc(64)
  const rEnd = 4 + (der[3] ?? 0)
  der.copy(raw, Math.max(0, 36 - rEnd), Math.max(4, rEnd - 32), rEnd)
  const sEnd = rEnd + 2 + (der[rEnd + 1] ?? 0)
  der.copy(raw, 32 + Math.max(0, rEnd + 34 - sEnd), Math.max(rEnd + 2, sEnd - 32), sEnd)
  return raw
}

/** The way back. */
function derOf(raw: Buffer): Buffer {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((half) => {
    let from = 0
    while (from < 31 && half[from] === 0) from++
    const sign = (half[from] ?? 0) >= 0x80 ? [0] : []
    return Buffer.from([2, 32 - from + sign.length, ...sign, ...half.subarray(from)])
  })
  const body = Buffer.concat(integers)
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}
