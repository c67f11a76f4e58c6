import type { Clock } from '#platform'
import type { KeptKey, KeyHolder, MacKey } from './key-holder.ts'

/** A working key with the number that it goes by, which is empty where keys have none. */
export interface NumberedKey {
  readonly key: MacKey
  readonly index: string
}

/**
 * The working keys of one host: one makes, and during a change two verify.
 *
 * A key verifies from the moment that the other side may have it, and makes once both certainly do;
 * the one before goes on verifying for a bounded time.
 */
export interface LiveKeys {
  /** What our messages are made with; undefined while there is none. */
  making(): NumberedKey | undefined
  /** What a message may have been made with; all, when it says no number. */
  verifying(index: string | undefined): readonly MacKey[]
  /** How long the making key has been live. */
  ageMs(): number
  /** The other side may have this key: let it verify. Another that was offered no longer does. */
  offer(next: NumberedKey): void
  /** A restart goes on with this key and the making one, once this resolves. */
  secure(next: NumberedKey): Promise<void>
  /** Make with this key from now on. */
  makeWith(next: NumberedKey): void
  /** None is trusted any more; when this resolves, not by a restart either. */
  drop(): Promise<void>
}

interface Dated extends NumberedKey {
  readonly sinceMs: number
}

export interface LiveKeysParts {
  readonly holder: KeyHolder
  readonly clock: Clock
  readonly bothLiveMs: number
}

/** With the keys that the gateway had when it last ran. */
export function createLiveKeys({ holder, clock, bothLiveMs }: LiveKeysParts): LiveKeys {
  const [newest, before] = holder.kept
  let current = newest && datedOf(newest)
  let former = before && datedOf(before)
  // A restart knows only the wall's time of it, which may have jumped.
  let formerUntilMs = clock.elapsedMs() + leftMs(before)
  let offered: NumberedKey | undefined

  function leftMs({ untilMs = 0 }: Pick<KeptKey, 'untilMs'> = {}): number {
    return Math.min(Math.max(0, untilMs - clock.nowMs()), bothLiveMs)
  }

  return {
    making: () => current,
    verifying(index) {
      const isFormerLive = clock.elapsedMs() < formerUntilMs
      const keys = [current, offered, isFormerLive ? former : undefined]
      return keys.flatMap((it) => (it && (index ?? it.index) === it.index ? [it.key] : []))
    },
    ageMs: () => (current === undefined ? 0 : clock.nowMs() - current.sinceMs),
    offer(next) {
      offered = next
    },
    secure(next) {
      const sinceMs = clock.nowMs()
      const untilMs = sinceMs + bothLiveMs
      const before = current === undefined ? [] : [{ ...current, untilMs }]
      return holder.keep([{ ...next, sinceMs }, ...before])
    },
    makeWith(next) {
      if (offered === next) offered = undefined
      former = current
      formerUntilMs = clock.elapsedMs() + bothLiveMs
      current = { ...next, sinceMs: clock.nowMs() }
    },
    drop() {
      current = undefined
      former = undefined
      offered = undefined
      return holder.keep([])
    },
  }
}

function datedOf({ key, index = '', sinceMs }: KeptKey): Dated {
  return { key, index, sinceMs }
}
