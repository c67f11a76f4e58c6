import type { Keyring } from '#security'

/**
 * Hashes and seals that cost nothing and keep nobody out, but hide what they are given from whoever
 * searches the disk for it.
 */
export const cheapVault: Keyring['vault'] = {
  fingerprint: (content) => hashOf(content),
  panHash: (pan) => hashOf(pan.reveal()),
  sealImage(image, about) {
    const sealed = Buffer.allocUnsafe(HASH_BYTES + image.byteLength)
    sealed.set(hashOf(about))
    sealed.set(image, HASH_BYTES)
    return masked(sealed)
  },
  openImage(sealed, about) {
    if (hashOf(about).compare(sealed, 0, HASH_BYTES) === 0) return unsealed(sealed)
    throw new Error('it was sealed under another name')
  },
}

/** What was sealed, whatever it was sealed for; an image that never was is there to be read. */
export function unsealed(sealed: Uint8Array): Buffer {
  const copy = Buffer.from(sealed)
  return copy[0] === OPENING_BRACE ? copy : masked(copy).subarray(HASH_BYTES)
}

const OPENING_BRACE = 0x7b
const HASH_BYTES = 32
const MASK = 0xa5

/** All but the hash before it. */
function masked(bytes: Buffer): Buffer {
  for (let at = HASH_BYTES; at < bytes.byteLength; at += 1) bytes[at] = (bytes[at] ?? 0) ^ MASK
  return bytes
}

/** FNV-1a, and more of the same until there are bytes enough. */
function hashOf(text: string): Buffer {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  const bytes = Buffer.allocUnsafe(HASH_BYTES)
  for (let at = 0; at < HASH_BYTES; at += 1) {
    hash = Math.imul(hash ^ at, 0x01000193)
    bytes[at] = hash >>> 24
  }
  // An image begins with a brace, and no hash does.
  bytes[0] = 0
  return bytes
}
