import type { KeyObject } from 'node:crypto'

/** A content key that a merchant proved itself with, and what it carried since. */
export interface ProvedKey {
  readonly merchant: string
  /** The gateway key that it was wrapped for. */
  readonly gatewayKid: string
  /** Gone once the key is spent: the entry then only remembers that it was. */
  contentKey: KeyObject | undefined
  readonly provedAtMs: number
  messages: number
}

/**
 * The unwrapped content keys that clients use again, by the hash of their encrypted-key part.
 *
 * Keys seen once and keys seen again are bounded apart, so that traffic with a fresh key in every
 * message never pushes out a key that is in use.
 */
export interface ContentKeys {
  /** What is remembered under `kid`; a key past its count or age comes without its `contentKey`. */
  find(kid: string, nowMs: number): ProvedKey | undefined
  /** Remember a key that was just proved for the first time. */
  admit(kid: string, key: ProvedKey): void
  /** Count one more proved message. */
  count(kid: string, key: ProvedKey): void
}

export interface ContentKeyLimits {
  readonly contentKeysMax: number
  readonly contentKeyMessagesMax: number
  readonly contentKeyMinutesMax: number
}

export function createContentKeys(limits: ContentKeyLimits): ContentKeys {
  const once = new Map<string, ProvedKey>()
  const again = new Map<string, ProvedKey>()
  const eachMax = Math.max(1, Math.floor(limits.contentKeysMax / 2))
  const ageMsMax = limits.contentKeyMinutesMax * 60_000

  return {
    find(kid, nowMs) {
      const key = again.get(kid) ?? once.get(kid)
      if (key === undefined) return undefined
      const spent =
        key.messages >= limits.contentKeyMessagesMax || nowMs - key.provedAtMs > ageMsMax
      if (spent) key.contentKey = undefined
      return key
    },
    admit(kid, key) {
      keepNewest(once, kid, key, eachMax)
    },
    count(kid, key) {
      key.messages++
      once.delete(kid)
      again.delete(kid)
      keepNewest(again, kid, key, eachMax)
    },
  }
}

/** A Map keeps the order of insertion, so its first key is the one longest unused. */
function keepNewest(keys: Map<string, ProvedKey>, kid: string, key: ProvedKey, max: number): void {
  keys.set(kid, key)
  if (keys.size <= max) return
  const oldest = keys.keys().next()
  if (!oldest.done) keys.delete(oldest.value)
}
