import type { Vault } from '#control'

/**
 * Hashes and seals that cost nothing and keep nobody out, but hide what they are given from whoever
 * searches the disk for it.
 */
export const cheapVault: Vault = {
  fingerprint: (content) => hashOf(content),
  panHash: (pan) => hashOf(pan.reveal()),
  sealImage(image, about) {
    const sealed = Buffer.allocUnsafe(HASH_BYTES + image.byteLength)
    sealed.set(hashOf(about))
    sealed.set(image, HASH_BYTES)
    return masked(sealed, HASH_BYTES)
  },
  openImage(sealed, about) {
    const hash = hashOf(about)
    if (Buffer.compare(hash, sealed.subarray(0, HASH_BYTES)) !== 0) {
      throw new Error('sealed under another name')
    }
    return unsealed(sealed)
  },
}

/** What was sealed, whatever it was sealed for; an image that never was is there to be read. */
export function unsealed(sealed: Uint8Array): Uint8Array {
  if (sealed[0] === OPENING_BRACE) return sealed
  return masked(Uint8Array.from(sealed), HASH_BYTES).subarray(HASH_BYTES)
}

function masked(bytes: Uint8Array, from: number): Uint8Array {
  for (let at = from; at < bytes.byteLength; at += 1) bytes[at] = (bytes[at] ?? 0) ^ MASK
  return bytes
}

const HASH_BYTES = 32
const MASK = 0xa5
const OPENING_BRACE = 0x7b

/** FNV-1a, and more of the same until there are bytes enough. */
function hashOf(text: string): Uint8Array {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  const bytes = new Uint8Array(HASH_BYTES)
  for (let at = 0; at < HASH_BYTES; at += 1) {
    hash = Math.imul(hash ^ at, 0x01000193)
    bytes[at] = hash >>> 24
  }
  return bytes
}
