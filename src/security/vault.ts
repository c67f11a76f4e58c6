import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import type { Pan } from '#domain'
import type { Random } from '#platform'
import { VaultError } from './errors.ts'

/** What cardholder data goes through on its way to the disk and back. */
export interface Vault {
  /**
   * Seal bytes that hold a PAN: AES-256-GCM.
   *
   * @param aad what the bytes belong to; the same text opens them
   */
  sealImage(bytes: Uint8Array, aad: string): Uint8Array
  /** @throws VaultError `SEAL_MALFORMED`, `SEAL_KEY_UNKNOWN`, `SEAL_BROKEN` */
  openImage(sealed: Uint8Array, aad: string): Buffer
  /**
   * HMAC-SHA-256 of the digits, 32 bytes: the same card gives the same hash, and only we can make
   * it.
   */
  panHash(pan: Pan): Buffer
  /** HMAC-SHA-256 of a request's content under a key of its own, 32 bytes. */
  fingerprint(content: string): Buffer
}

export interface VaultKeys {
  /** Seals new images. */
  readonly sealing: SealingKey
  /** Open what was sealed before, the sealing one among them. */
  readonly opening: readonly SealingKey[]
  /** 32 bytes each. */
  readonly panHash: Uint8Array
  readonly fingerprint: Uint8Array
}

interface SealingKey {
  /** 8 hexadecimal digits. */
  readonly id: string
  /** 32 bytes. */
  readonly secret: Uint8Array
}

/**
 * How many images are sealed under one key; the next takes a fresh one.
 *
 * NIST SP 800-38D section 8.3 allows 2^32 random IVs under one key. Every key is derived with a
 * fresh salt, so no other process seals under it, and one count is the whole count of that key.
 */
export const SEALS_PER_KEY_MAX = 2 ** 31

/** @param sealsPerKeyMax at most {@link SEALS_PER_KEY_MAX} */
export function createVault(
  keys: VaultKeys,
  random: Random,
  sealsPerKeyMax = SEALS_PER_KEY_MAX,
): Vault {
  const panHashKey = createSecretKey(keys.panHash)
  const fingerprintKey = createSecretKey(keys.fingerprint)
  const keyFor = createDerivation(keys.opening)
  const nextIv = createIvs(random)
  let { header, key } = freshKey()
  let seals = 0

  function freshKey() {
    const header = headerOf(keys.sealing.id, random.bytes(SALT_BYTES))
    return { header, key: keyFor(header) }
  }

  return {
    sealImage(bytes, aad) {
      if (seals === sealsPerKeyMax) {
        ;({ header, key } = freshKey())
        seals = 0
      }
      seals++
      const iv = nextIv()
      const cipher = createCipheriv('aes-256-gcm', key, iv, GCM).setAAD(Buffer.from(aad))
      const body = cipher.update(bytes)
      cipher.final()
      return Buffer.concat([header, iv, cipher.getAuthTag(), body])
    },
    openImage(sealed, aad) {
      if (sealed.byteLength < BODY_AT || sealed[0] !== FORMAT) {
        throw new VaultError('SEAL_MALFORMED', 'these bytes are no sealed image of a known format')
      }
      return open(keyFor(sealed), Buffer.from(sealed), aad)
    },
    panHash: (pan) => createHmac('sha256', panHashKey).update(pan.reveal()).digest(),
    fingerprint: (content) => createHmac('sha256', fingerprintKey).update(content).digest(),
  }
}

// A sealed image: format 1, key id 4, salt 16, IV 12, tag 16, then as many bytes as the image has.
const FORMAT = 1
const KEY_ID_AT = 1
const SALT_AT = 5
const SALT_BYTES = 16
const HEADER_BYTES = SALT_AT + SALT_BYTES
const IV_BYTES = 12
const TAG_BYTES = 16
const TAG_AT = HEADER_BYTES + IV_BYTES
const BODY_AT = TAG_AT + TAG_BYTES
// Without it Node accepts tags of four bytes.
const GCM = { authTagLength: TAG_BYTES }

function headerOf(keyId: string, salt: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header[0] = FORMAT
  header.set(Buffer.from(keyId, 'hex'), KEY_ID_AT)
  header.set(salt, SALT_AT)
  return header
}

function open(key: KeyObject, sealed: Buffer, aad: string): Buffer {
  try {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      key,
      sealed.subarray(HEADER_BYTES, TAG_AT),
      GCM,
    )
      .setAAD(Buffer.from(aad))
      .setAuthTag(sealed.subarray(TAG_AT, BODY_AT))
    return Buffer.concat([decipher.update(sealed.subarray(BODY_AT)), decipher.final()])
  } catch {
    throw new VaultError('SEAL_BROKEN', 'the sealed image was altered or belongs to something else')
  }
}

/**
 * The key that a sealed image's header names: HKDF-SHA-256 of the data key with the header's salt.
 */
function createDerivation(opening: readonly SealingKey[]) {
  const secrets = new Map(opening.map(({ id, secret }) => [id, secret]))
  const derived = new Map<string, KeyObject>()
  return (sealed: Uint8Array): KeyObject => {
    const header = Buffer.from(sealed.buffer, sealed.byteOffset, HEADER_BYTES)
    const name = header.toString('latin1')
    const known = derived.get(name)
    if (known !== undefined) return known
    const secret = secrets.get(header.toString('hex', KEY_ID_AT, SALT_AT))
    if (secret === undefined)
      throw new VaultError('SEAL_KEY_UNKNOWN', 'sealed under an unknown key')
    const key = createSecretKey(
      new Uint8Array(hkdfSync('sha256', secret, header.subarray(SALT_AT), 'sallyport image', 32)),
    )
    if (derived.size >= DERIVED_KEYS_MAX) derived.clear()
    derived.set(name, key)
    return key
  }
}

/** One for each salt, so for each process start, whose images are being opened. */
const DERIVED_KEYS_MAX = 256

/** Fresh random IVs, asked for many at a time because asking costs more than the bytes. */
function createIvs(random: Random): () => Uint8Array {
  let pool: Uint8Array = new Uint8Array(0)
  let at = 0
  return () => {
    if (at === pool.byteLength) {
      pool = random.bytes(IV_BYTES * IVS_DRAWN)
      at = 0
    }
    at += IV_BYTES
    return pool.subarray(at - IV_BYTES, at)
  }
}

const IVS_DRAWN = 256
