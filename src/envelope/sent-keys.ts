import { createSecretKey, hash, type KeyObject } from 'node:crypto'
import { decodeBase64url } from './base64url.ts'
import { type ContentKeyLimits, createContentKeys, type ProvedKey } from './content-keys.ts'
import { CONTENT_KEY_BYTES, type JweParts, unwrapContentKey } from './jwe.ts'
import type { CheckedKey } from './keys.ts'

/** The content keys of the messages that arrive: kept from an earlier message, or unwrapped now. */
export interface SentKeys {
  /**
   * The content key of a message, not yet accepted. One that does not unwrap or is spent is
   * replaced by a random one, so that what is wrong with it shows only in the tag.
   *
   * @returns undefined when the encrypted-key part is not as long as the gateway key makes it
   */
  find(jwe: JweParts, gatewayKey: CheckedKey): SentKey | undefined
  /**
   * Bind the key to the merchant that first proved itself with it, and count what it carries.
   *
   * @returns false when it belongs to another merchant
   */
  accept(sent: SentKey, merchant: string): boolean
}

export interface SentKey {
  /** Hash of the encrypted-key part: names the key to both sides. */
  readonly kid: string
  readonly gatewayKid: string
  /** What is remembered of it, when it was accepted before. */
  readonly proved: ProvedKey | undefined
  readonly contentKey: KeyObject
}

export interface SentKeysParts {
  readonly clock: { elapsedMs(): number }
  readonly random: { bytes(count: number): Uint8Array }
}

export function createSentKeys(
  limits: ContentKeyLimits,
  { clock, random }: SentKeysParts,
): SentKeys {
  const known = createContentKeys(limits)
  const chance = () => createSecretKey(random.bytes(CONTENT_KEY_BYTES))

  return {
    find(jwe, gatewayKey) {
      const { kid: gatewayKid, modulusBytes } = gatewayKey
      const kid = hash('sha256', jwe.encryptedKey, 'base64url')
      const proved = known.find(kid, clock.elapsedMs())
      if (proved?.gatewayKid === gatewayKid) {
        return { kid, gatewayKid, proved, contentKey: proved.contentKey ?? chance() }
      }
      const encrypted = decodeBase64url(jwe.encryptedKey)
      if (encrypted?.length !== modulusBytes) return undefined
      const unwrapped = unwrapContentKey(encrypted, gatewayKey.key)
      const contentKey = unwrapped === undefined ? chance() : createSecretKey(unwrapped)
      return { kid, gatewayKid, proved: undefined, contentKey }
    },
    accept({ kid, gatewayKid, proved, contentKey }, merchant) {
      if (proved === undefined) {
        const provedAtMs = clock.elapsedMs()
        known.admit(kid, { merchant, gatewayKid, contentKey, provedAtMs, messages: 1 })
        return true
      }
      if (proved.merchant !== merchant) return false
      known.count(kid, proved)
      return true
    },
  }
}
